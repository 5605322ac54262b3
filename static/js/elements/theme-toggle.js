/* <theme-toggle>: system, light, dark. The choice is this browser's; `early.js` applies it before the first paint. */

import { Parted } from "./dom.js";

const ORDER = ["system", "light", "dark"];
const WORDS = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const KEY = "holdfast.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. `document` gets a `themechange` event whenever this changes. */
export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : system.matches;
}

system.addEventListener("change", () => document.dispatchEvent(new Event("themechange")));

function remember(choice) {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is switched off: the choice lasts as long as this page.
  }
}

class ThemeToggle extends Parted {
  connectedCallback() {
    this.choice = document.documentElement.dataset.theme ?? "system";
    this.querySelector("button").addEventListener("click", () => this.next());
    this.draw();
  }

  next() {
    this.choice = ORDER[(ORDER.indexOf(this.choice) + 1) % ORDER.length];
    if (this.choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.choice;
    remember(this.choice);
    this.draw();
    document.dispatchEvent(new Event("themechange"));
  }

  draw() {
    const button = this.querySelector("button");
    button.ariaLabel = WORDS[this.choice];
    button.title = WORDS[this.choice];
    for (const name of ORDER) this.show(name, name === this.choice);
  }
}

customElements.define("theme-toggle", ThemeToggle);
