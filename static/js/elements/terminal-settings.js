/* <terminal-settings>: how terminals look and behave, for the account. Rule: every change shows at once in the terminal
behind, and is saved by itself; there is no button to save, and one to go back. */

import { PALETTES } from "../helpers/palettes.js";
import { t } from "../helpers/words.js";
import { make, setText } from "./dom.js";
import { chooseTheme, chosenTheme, isDark } from "./theme-toggle.js";
import { choices, usualFontPx } from "./terminal-look.js";

const SIZES = { low: 8, high: 32 };
const HEIGHTS = { low: 1, high: 2, step: 0.05 };
const SHOWN_COLOURS = ["red", "yellow", "green", "cyan", "blue", "magenta"];

const signed = (count) => (count > 0 ? "+" + count : count);

class TerminalSettings extends HTMLElement {
  connectedCallback() {
    this.fields = [];
    this.side = isDark() ? "terminal_dark_theme" : "terminal_light_theme";
    this.dialog = make("dialog", { class: "sheet" }, this.head(), make("div", { class: "sheet-body" },
      this.section(t("Colours"), this.pageTheme(), this.slots(), this.cards = make("div", { class: "schemes", role: "radiogroup" })),
      this.section(t("Text"), ...this.text()),
      this.section(t("Cursor"), ...this.cursor()),
      this.section(t("Copy and paste"), ...this.copying()),
      this.section(t("Bell"), ...this.bell()),
      make("p", { class: "sheet-end" },
        make("button", { type: "button", class: "button small", textContent: t("Back to the defaults"), click: () => choices.reset() }))));
    this.dialog.ariaLabel = t("Terminal settings");
    this.append(this.dialog);
    // A click beside it closes it, as it covers only a part of the page.
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    choices.addEventListener("change", () => this.draw());
    document.addEventListener("themechange", () => this.draw());
  }

  open() {
    this.side = isDark() ? "terminal_dark_theme" : "terminal_light_theme";
    this.draw();
    this.dialog.showModal();
    this.cards.querySelector("input:checked")?.closest("label").scrollIntoView({ block: "nearest" });
  }

  head() {
    return make("header", {}, make("h2", { textContent: t("Terminal settings") }), make("span", { class: "spacer" }),
      make("button", { type: "button", class: "button small", textContent: t("Done"), click: () => this.dialog.close() }));
  }

  section(title, ...children) {
    const field = make("fieldset", {}, make("legend", { textContent: title }), ...children);
    return field;
  }

  // Colours

  pageTheme() {
    return this.segments(t("Page"), "page-theme", [["system", t("As the system")], ["light", t("Light")], ["dark", t("Dark")]],
      chosenTheme, chooseTheme);
  }

  slots() {
    return this.segments(t("Terminal colours"), "slot",
      [["terminal_light_theme", t("On light pages")], ["terminal_dark_theme", t("On dark pages")]],
      () => this.side, (side) => {
        this.side = side;
        this.draw();
      });
  }

  drawCards() {
    const chosen = choices.get(this.side);
    const dark = this.side === "terminal_dark_theme";
    const inOrder = [...PALETTES].sort((a, b) => Number(b.dark === dark) - Number(a.dark === dark));
    if (this.cards.dataset.side !== this.side) {
      this.cards.dataset.side = this.side;
      this.cards.ariaLabel = dark ? t("Terminal colours on dark pages") : t("Terminal colours on light pages");
      this.cards.replaceChildren(...inOrder.map((palette) => this.card(palette)));
    }
    for (const field of this.cards.querySelectorAll("input")) field.checked = field.value === chosen;
  }

  card({ id, name, theme }) {
    const field = make("input", { type: "radio", name: "palette", value: id, class: "unseen", change: () => choices.set(this.side, id) });
    const dots = SHOWN_COLOURS.map((colour) => {
      const dot = make("i", {});
      dot.style.background = theme[colour];
      return dot;
    });
    const face = make("span", { class: "scheme-face" }, make("b", { textContent: "$ _", "aria-hidden": "true" }),
      make("span", { class: "dots", "aria-hidden": "true" }, ...dots));
    face.style.background = theme.background;
    face.style.color = theme.foreground;
    return make("label", { class: "scheme" }, field, face, make("span", { textContent: name }));
  }

  // The rest

  text() {
    return [
      this.select("terminal_font", t("Font"), [["system", t("The system’s")], ["jetbrains-mono", "JetBrains Mono"],
        ["fira-code", "Fira Code"], ["cascadia-code", "Cascadia Code"]]),
      this.range(t("Size"), SIZES, () => usualFontPx() - choices.zoom, (px) => choices.set("terminal_font_size", px),
        (px) => t("{count} px", { count: px })),
      this.range(t("Zoom on this device"), { low: -6, high: 24 }, () => choices.zoom, (px) => { choices.zoom = px; },
        (px) => t("{count} px", { count: signed(px) })),
      this.range(t("Line height"), HEIGHTS, () => choices.get("terminal_line_height"),
        (height) => choices.set("terminal_line_height", height), (height) => height.toFixed(2)),
      this.check("terminal_ligatures", t("Ligatures"), t("The three fonts above have them; others may.")),
      this.check("terminal_pictures", t("Pictures"), t("Off, their place stays blank.")),
      this.select("terminal_contrast", t("Contrast at least"), [[null, t("Automatic")], [1, t("As the program wants it")],
        [3, "3 : 1"], [4.5, "4.5 : 1"], [7, "7 : 1"]]),
    ];
  }

  cursor() {
    return [
      this.select("terminal_cursor", t("Shape"), [["block", t("Block")], ["bar", t("Bar")], ["underline", t("Underline")]]),
      this.check("terminal_cursor_blink", t("Blinks")),
    ];
  }

  copying() {
    return [
      this.check("copy_on_select", t("Copy what is selected with the mouse")),
      this.check("paste_warning", t("Ask before many lines are pasted")),
      this.select("program_copy", t("Programs that fill the clipboard"), [["ask", t("Ask me")], ["always", t("Always let them")], ["never", t("Never let them")]]),
    ];
  }

  bell() {
    return [
      this.check("bell_sound", t("Sound")), this.check("bell_flash", t("Flash")),
      this.check("bell_badge", t("Mark on the tab, while I am elsewhere")),
    ];
  }

  // Fields: each has draw()

  draw() {
    this.drawCards();
    for (const field of this.fields) field();
  }

  check(name, words, note = "") {
    const field = make("input", { type: "checkbox", change: () => choices.set(name, field.checked) });
    this.fields.push(() => { field.checked = choices.get(name); });
    return make("label", { class: "check" }, field, make("span", {}, words, note ? make("small", { textContent: note }) : null));
  }

  select(name, words, options) {
    const field = make("select", { change: () => choices.set(name, options[field.selectedIndex][0]) },
      ...options.map(([, text]) => make("option", { textContent: text })));
    field.ariaLabel = words;
    this.fields.push(() => { field.selectedIndex = Math.max(0, options.findIndex(([value]) => value === choices.get(name))); });
    return make("label", { class: "setting" }, make("span", { textContent: words }), field);
  }

  range(words, { low, high, step = 1 }, get, set, say) {
    const shown = make("output", {});
    const field = make("input", { type: "range", min: low, max: high, step, input: () => set(Number(field.value)) });
    this.fields.push(() => {
      field.value = get();
      setText(shown, say(get()));
    });
    return make("label", { class: "setting range" }, make("span", { textContent: words }), field, shown);
  }

  segments(words, name, options, get, set) {
    const fields = options.map(([value]) => make("input", { type: "radio", name, value, change: () => set(value) }));
    this.fields.push(() => { for (const field of fields) field.checked = field.value === get(); });
    const group = make("div", { class: "segments", role: "radiogroup" },
      ...options.map(([, text], n) => make("label", {}, fields[n], make("span", { textContent: text }))));
    group.ariaLabel = words;
    return make("div", { class: "setting wide" }, make("span", { textContent: words }), group);
  }
}

customElements.define("terminal-settings", TerminalSettings);

/** The one of this page, made when it is first needed. */
export function openTerminalSettings() {
  let settings = document.querySelector("terminal-settings");
  if (!settings) {
    settings = document.createElement("terminal-settings");
    document.body.append(settings);
  }
  settings.open();
}
