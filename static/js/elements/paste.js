/* What is in the clipboard, when the user presses a button for it: browsers ask for permission then. */

import { t } from "../helpers/words.js";
import { toast } from "./toast-line.js";

/** Through the terminal's own way for pasted text. */
export async function pasteInto(view) {
  const text = await pastedText();
  if (text) {
    view.composition.elsewhere();
    view.tell("paste-asked", { text });        // looked at first, as every paste
  }
  view.focus();
}

/** Its text; an empty one after saying why there is none. */
async function pastedText() {
  if (!navigator.clipboard?.readText) {
    toast(t("This page may read the clipboard only over HTTPS. Use your keyboard's own paste."));
    return "";
  }
  try {
    const text = await navigator.clipboard.readText();
    if (!text) toast(t("There is no text in the clipboard."));
    return text;
  } catch {
    toast(t("The browser did not hand out the clipboard. Allow it in the page's settings, or use your keyboard's own paste."));
    return "";
  }
}
