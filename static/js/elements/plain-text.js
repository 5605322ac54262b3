/* A dialog with the terminal's text as the browser's own: it wraps, grows with the browser's text size, is read out and
selected as on any page. Rule: what is read stands still: nothing is replaced while some of it is selected. */

import { t } from "../helpers/words.js";
import { copyText } from "./copy-button.js";
import { make, setText } from "./dom.js";
import { toast } from "./toast-line.js";

const LOOK_MS = 1000;

/** `text()` is asked while it is open. */
export function openPlainText(text) {
  const body = make("pre", { tabIndex: 0, role: "region", "aria-label": t("Output") });
  const dialog = make("dialog", { class: "plain-text", "aria-label": t("As plain text") },
    make("header", {},
      make("h2", { textContent: t("As plain text") }), make("span", { class: "spacer" }),
      make("button", { type: "button", class: "button small", textContent: t("Copy"), click: () => copy(body) }),
      make("button", { type: "button", class: "button small", textContent: t("Close"), click: () => dialog.close() })),
    body);
  const draw = () => {
    if (selecting(body)) return;
    const atEnd = body.scrollHeight - body.scrollTop - body.clientHeight < 8;
    setText(body, text());
    if (atEnd) body.scrollTop = body.scrollHeight;
  };
  document.body.append(dialog);
  dialog.showModal();
  draw();
  body.scrollTop = body.scrollHeight;
  const timer = setInterval(draw, LOOK_MS);
  dialog.addEventListener("close", () => {
    clearInterval(timer);
    dialog.remove();
  });
}

function selecting(body) {
  const chosen = document.getSelection();
  return !chosen.isCollapsed && body.contains(chosen.anchorNode);
}

async function copy(body) {
  try {
    await copyText(selecting(body) ? document.getSelection().toString() : body.textContent);
    toast(t("Copied"));
  } catch (error) {
    toast(error.message);
  }
}
