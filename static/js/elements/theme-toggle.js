/* <theme-toggle>: system, light, dark. The choice is the account's; this browser keeps a copy, which `early.js` applies
before the first paint. */

import { t } from "../helpers/words.js";
import { preferences } from "../page.js";
import { Parted } from "./dom.js";

const ORDER = ["system", "light", "dark"];
const KEY = "holdfast.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. `document` gets a `themechange` event whenever this changes. */
export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : system.matches;
}

/** "system", "light" or "dark". */
export function chosenTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

export function chooseTheme(choice) {
  apply(choice);
  preferences.set("theme", choice);
}

function apply(choice) {
  if (choice === chosenTheme()) return;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  remember(choice);
  document.dispatchEvent(new Event("themechange"));
}

function remember(choice) {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is switched off: the choice lasts as long as this page.
  }
}

system.addEventListener("change", () => document.dispatchEvent(new Event("themechange")));
// Another device may have chosen since. Where nothing was chosen for the account, this browser's choice stays.
apply(preferences.get("theme", chosenTheme()));

class ThemeToggle extends Parted {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.next());
    document.addEventListener("themechange", () => this.draw());
    this.draw();
  }

  next() {
    chooseTheme(ORDER[(ORDER.indexOf(chosenTheme()) + 1) % ORDER.length]);
  }

  draw() {
    const button = this.querySelector("button");
    const choice = chosenTheme();
    const words = { system: t("Theme: as the system"), light: t("Theme: light"), dark: t("Theme: dark") }[choice];
    button.ariaLabel = words;
    button.title = words;
    for (const name of ORDER) this.show(name, name === choice);
  }
}

customElements.define("theme-toggle", ThemeToggle);
