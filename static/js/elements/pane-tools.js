/* What can be done with the terminal of a pane besides typing: paste, copy, download, upload, zoom, bell, settings.
Rule: each of them is an action, so that menu, palette and keys do the same. */

import { needsAsking } from "../helpers/paste.js";
import { t } from "../helpers/words.js";
import { TooMuch } from "../models/history-copy.js";
import { actions } from "../page.js";
import { copyText } from "./copy-button.js";
import { CopyOffers } from "./copy-offers.js";
import { setHidden, setText } from "./dom.js";
import "./file-drop.js";
import { SessionBell } from "./session-bell.js";
import { keyOf } from "./shortcuts.js";
import { pasteInto } from "./paste.js";
import { choices } from "./terminal-look.js";
import { toast } from "./toast-line.js";
import { TouchSelection } from "./touch-selection.js";
import "./view-menu.js";

const MENU = ["terminal.search", "session.commands", "session.notes", "session.chat", "session.share", "session.details",
  "palette.open", null, "terminal.copy-last-output", "terminal.copy-text", "terminal.copy-html", "terminal.download-text",
  "terminal.download-ansi", "terminal.download-cast", "terminal.download-raw", null, "terminal.upload", null, "view.zoom-in",
  "view.zoom-out", "view.zoom-reset", "terminal.settings", null, "session.end"];

const FITTING_MS = 3000;

export class PaneTools {
  /** `page` is a <session-page> with its parts attached. */
  constructor(page) {
    Object.assign(this, { page, view: page.view, status: page.status, removers: [] });
    this.drop = page.querySelector("file-drop");
    customElements.upgrade(this.drop);
    this.drop.attach({ session: this.status.id, stage: page.querySelector(".stage"), allowed: () => this.types });
    this.bell = new SessionBell({
      session: this.status.id, place: page.querySelector(".stage"), running: () => this.status.running,
      signal: page.ending.signal,
    });
    this.offers = new CopyOffers(this.status.id);
    this.fingers = new TouchSelection({
      stage: page.querySelector(".stage"), view: this.view, signal: page.ending.signal, by: (lines) => page.scroll.by(lines),
      terminal: () => page.scroll.reading ? page.scroll.pane.term : this.view.term,
      deeds: { copy: () => this.copySelection(), paste: () => pasteInto(this.view), mayPaste: () => this.types },
    });
    this.known = new Map(this.list().map((action) => [action.id, action]));
    this.listen();
    const menu = page.querySelector("view-menu");
    customElements.upgrade(menu);
    menu.attach(() => this.menu());
    menu.addEventListener("chosen", ({ detail }) => this.find(detail.name).run());
  }

  listen() {
    const { view, drop } = this;
    view.addEventListener("paste-asked", ({ detail }) => this.paste(detail.text));
    view.addEventListener("files-pasted", ({ detail }) => drop.take(detail.files));
    view.addEventListener("copy-asked", ({ detail }) => this.offers.asked(detail.text));
    view.addEventListener("copy-chosen", () => this.copy());
    view.addEventListener("zoom-asked", ({ detail }) => this.zoom(detail.step));
    view.addEventListener("bell", () => this.bell.rang());
    view.addEventListener("link", ({ detail }) => this.link(detail.text));
    drop.addEventListener("type", ({ detail }) => this.typePath(detail.text));
    // When the mouse lets go, not at each step of a drag.
    this.page.querySelector(".stage").addEventListener("mouseup", () => choices.get("copy_on_select") && this.copySelection());
    // Captured: before the terminal is laid out anew.
    document.addEventListener("lookchange", () => this.fitAgain(), { capture: true, signal: this.page.ending.signal });
  }

  get types() {
    return this.status.running && this.page.sharing.may("type");
  }

  // Actions

  register() {
    this.forget();
    this.removers = [...this.known.values()].map((action) => actions.add(action));
  }

  forget() {
    for (const remove of this.removers) remove();
    this.removers = [];
  }

  list() {
    const terminal = t("Terminal");
    const look = t("View");
    const download = (format) => ({ when: () => this.status.facts.recorded !== false, run: () => this.download(format) });
    return [
      { id: "terminal.search", title: t("Search in the output"), group: terminal, keys: ["Ctrl+Shift+F"], run: () => this.page.searchBar.open() },
      { id: "terminal.copy-text", title: t("Copy as text"), group: terminal, keys: ["Ctrl+Shift+C"], run: () => this.copy() },
      { id: "terminal.copy-html", title: t("Copy as HTML"), group: terminal, run: () => this.copyHtml() },
      { id: "terminal.download-text", title: t("Download as text"), group: terminal, ...download("text") },
      { id: "terminal.download-ansi", title: t("Download with colours (ANSI)"), group: terminal, ...download("ansi") },
      { id: "terminal.download-cast", title: t("Download as a recording (asciicast)"), group: terminal, ...download("asciicast") },
      { id: "terminal.download-raw", title: t("Download the raw output"), group: terminal, ...download("raw") },
      { id: "terminal.upload", title: t("Upload files…"), group: terminal, when: () => this.types, run: () => this.drop.choose() },
      { id: "terminal.settings", title: t("Terminal settings…"), group: terminal, run: () => this.settings() },
      { id: "view.zoom-in", title: t("Larger text"), group: look, keys: ["Ctrl+Shift+Plus"], run: () => this.zoom(1) },
      { id: "view.zoom-out", title: t("Smaller text"), group: look, keys: ["Ctrl+Shift+Minus"], run: () => this.zoom(-1) },
      { id: "view.zoom-reset", title: t("Usual text size"), group: look, keys: ["Ctrl+Shift+0"], run: () => this.zoom(0) },
    ];
  }

  /** This pane's own, whichever has the actions; else the whole page's. */
  find(id) {
    const action = this.page.doers.map(({ known }) => known?.get(id)).find(Boolean) ?? actions.known.get(id);
    if (!action) throw new Error(`The menu names ${id}, which nothing here does.`);
    return action;
  }

  menu() {
    return MENU.map((id) => id && this.item(this.find(id)));
  }

  item({ id, title, keys, when }) {
    return { name: id, title, keys: keys ? keyOf({ keys }) : "", off: when ? !when() : false };
  }

  async settings() {
    const { openTerminalSettings } = await import("./terminal-settings.js");
    openTerminalSettings();
  }

  // Copying

  async copySelection() {
    const { reading, pane } = this.page.scroll;
    const text = reading && pane.chosen ? await pane.selectedText() : this.view.selected;
    if (text) await copyText(text);
    return Boolean(text);
  }

  /** The selection, or, without one, what is shown. */
  async copy() {
    try {
      if (await this.copySelection()) return;
      await copyText(this.shownText());
      toast(t("Nothing was selected: the screen was copied."));
    } catch (error) {
      toast(error instanceof TooMuch ? t("More than 10 million characters are selected; nothing was copied.") : error.message);
    }
  }

  shownText() {
    const { reading, pane } = this.page.scroll;
    return `${(reading ? pane.text() : this.view.shownText).replace(/\n+$/, "")}\n`;
  }

  async copyHtml() {
    const { reading, pane } = this.page.scroll;
    try {
      const { copyHtml } = await import("./copy-html.js");
      const whole = copyHtml(reading ? pane.term : this.view.term);
      toast(whole ? t("The screen was copied as HTML.") : t("The selection was copied as HTML."));
    } catch {
      toast(t("The browser does not allow copying HTML here."));
    }
  }

  // Pasting and files

  async paste(text) {
    if (choices.get("paste_warning") && needsAsking(text, { bracketed: this.view.bracketsPaste })) {
      const { askToPaste } = await import("./paste-dialog.js");
      const agreed = await askToPaste(text);
      if (agreed !== null) this.view.paste(agreed);
      this.view.focus();
      return;
    }
    this.view.paste(text);
  }

  typePath(text) {
    this.view.paste(text);
    this.view.focus();
  }

  download(format) {
    const link = document.createElement("a");
    link.href = `/api/v1/sessions/${this.status.id}/download?format=${format}${format === "text" ? "&annotations=true" : ""}`;
    link.download = "";
    document.body.append(link);
    link.click();
    link.remove();
  }

  // Looks

  zoom(step) {
    choices.zoom = step === 0 ? 0 : choices.zoom + step;
    this.view.focus();
  }

  /** Text of another size: a session that was as large as this window, and is nobody else's, goes on to be so. */
  fitAgain() {
    const mine = this.status.running && this.status.facts.connected_clients <= 1;
    // Keys come faster than the session's answer to the last one.
    const matched = !this.view.differs || performance.now() - (this.fittedAt ?? -Infinity) < FITTING_MS;
    if (!mine || !matched) return;
    this.fittedAt = performance.now();
    queueMicrotask(() => this.view.differs && this.page.sizes.fit());
  }

  link(text) {
    const hint = this.page.part("link");
    setText(hint, text.length > 300 ? `${text.slice(0, 300)}…` : text);
    setHidden(hint, !text);
  }
}
