/* <toast-line>: one quiet sentence at the bottom of the page, read out politely, gone after a while. */

const SHOWN_MS = 5000;

class ToastLine extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "status");
  }

  /** "" takes back what was said. `action` {label, run} adds a button, `actions` several. */
  say(text, { action, actions = action ? [action] : [], shown = SHOWN_MS } = {}) {
    clearTimeout(this.timer);
    if (!text) {
      this.clear();
      return;
    }
    this.replaceChildren(text, ...actions.map((one) => this.button(one)));
    this.classList.add("shown");
    this.timer = setTimeout(() => this.clear(), shown);
  }

  button({ label, run }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = label;
    button.addEventListener("click", () => {
      this.clear();
      run();
    });
    return button;
  }

  clear() {
    this.classList.remove("shown");
    this.replaceChildren();
  }
}

customElements.define("toast-line", ToastLine);

/** Say it on this page's toast line. */
export function toast(text, options) {
  document.querySelector("toast-line")?.say(text, options);
}
