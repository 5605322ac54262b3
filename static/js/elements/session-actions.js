/* What can be done to the session of one pane, for the palette and the keys. Of several panes in one page the one that
is used has the actions. */

import { actions } from "../page.js";
import { t } from "../helpers/words.js";

export class SessionActions {
  constructor(page) {
    this.page = page;
    this.known = new Map(this.list().map((action) => [action.id, action]));
    this.removers = [];
  }

  register() {
    this.forget();
    this.removers = [...this.known.values()].map((action) => actions.add(action));
  }

  forget() {
    for (const remove of this.removers) remove();
    this.removers = [];
  }

  list() {
    const { page } = this;
    const session = t("Session");
    const terminal = t("Terminal");
    const running = () => page.status.running && page.sharing.may("end");
    const over = () => !page.status.running && page.sharing.may("share");
    const row = (way) => () => page.scroll.asked({ to: way });
    const scrolls = () => !page.view.place.alternate;
    const split = (way) => () => location.assign(`/workspace?open=${page.status.id}&split=${way}`);
    const alone = () => !page.closest("workspace-page");
    return [
      { id: "session.details", title: t("Details"), group: session, run: () => page.details.toggle() },
      { id: "session.end", title: t("End session"), group: session, when: running, run: () => page.end() },
      { id: "session.again", title: t("Run again"), group: session, when: over, run: () => page.again() },
      { id: "session.split-right", title: t("Split right in the workspace"), group: session, when: alone, run: split("right") },
      { id: "session.split-down", title: t("Split down in the workspace"), group: session, when: alone, run: split("down") },
      { id: "terminal.top", title: t("To the first line"), group: terminal, keys: ["Ctrl+Shift+Home"], when: scrolls, run: row("top") },
      { id: "terminal.bottom", title: t("To the bottom"), group: terminal, keys: ["Ctrl+Shift+End"], when: scrolls, run: row("bottom") },
      { id: "terminal.leave", title: t("Leave the terminal"), group: terminal, keys: ["Ctrl+Shift+E"], run: () => page.leaveTerminal() },
    ];
  }
}
