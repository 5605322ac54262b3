/* A program fills the clipboard (OSC 52). Rule: only with consent: this time, for this session in this window, or always. */

import { t } from "../helpers/words.js";
import { copyText } from "./copy-button.js";
import { choices } from "./terminal-look.js";
import { toast } from "./toast-line.js";

const SHOWN_MS = 15_000;
const SHOWN_CHARACTERS = 40;

export class CopyOffers {
  constructor(session) {
    this.session = session;
    this.here = null;      // "always" or "never", for as long as this page is open
  }

  asked(text) {
    const policy = this.here ?? choices.get("program_copy");
    if (policy === "never") return;
    if (policy === "always") this.copy(text, { quiet: false });
    else this.offer(text);
  }

  offer(text) {
    const line = text.replace(/\s+/g, " ");
    const shown = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
    toast(t("The program offers to copy “{text}”.", { text: shown }), {
      shown: SHOWN_MS,
      actions: [
        { label: t("Copy"), run: () => this.copy(text) },
        { label: t("Always here"), run: () => this.always(text) },
        { label: t("Never here"), run: () => { this.here = "never"; } },
      ],
    });
  }

  always(text) {
    this.here = "always";
    this.copy(text);
  }

  async copy(text, { quiet = true } = {}) {
    try {
      await copyText(text);
      if (!quiet) toast(t("The program copied something to the clipboard."));
    } catch (error) {
      toast(error.message);
    }
  }
}
