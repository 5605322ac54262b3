/* <copy-button for="ID">: copies the text of another element, and says so. */

import { t } from "../helpers/words.js";

/** Also where the clipboard API is missing: plain http on another machine than this one. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error(t("The browser does not allow copying here."));
  return undefined;
}

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.label = this.button.textContent;
    this.button.addEventListener("click", () => this.copy());
  }

  async copy() {
    try {
      await copyText(document.getElementById(this.getAttribute("for")).textContent);
      this.button.textContent = t("Copied");
    } catch {
      this.button.textContent = t("Not copied");
    }
    setTimeout(() => { this.button.textContent = this.label; }, 1500);
  }
}

customElements.define("copy-button", CopyButton);
