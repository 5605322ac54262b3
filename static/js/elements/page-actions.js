/* What can be done on every page: going somewhere, the theme, logging out. */

import { actions } from "../page.js";
import { t } from "../helpers/words.js";

/** `open` are the dialogs' own: {palette, help}. */
export function addPageActions({ palette, help }) {
  const go = t("Go to");
  const view = t("View");
  const to = (path) => () => location.assign(path);
  const elsewhere = (path) => () => location.pathname !== path;
  const list = [
    { id: "palette.open", title: t("Command palette"), group: view, keys: ["Ctrl+Shift+P", "Ctrl+Shift+K", "Mod+K"], run: palette },
    { id: "help.open", title: t("Keyboard shortcuts"), group: view, keys: ["?", "Ctrl+Shift+/"], run: help },
    { id: "go.sessions", title: t("All sessions"), group: go, keys: ["Ctrl+Shift+L"], when: elsewhere("/"), run: to("/") },
    { id: "go.workspace", title: t("Workspace"), group: go, keys: ["Ctrl+Shift+U"], when: elsewhere("/workspace"), run: to("/workspace") },
    { id: "go.account", title: t("Account"), group: go, when: elsewhere("/account"), run: to("/account") },
    { id: "session.new", title: t("New session"), group: t("Sessions"), run: newSession },
    { id: "view.theme", title: t("Change the theme"), group: view, run: () => document.querySelector("theme-toggle")?.next(),
      when: () => Boolean(document.querySelector("theme-toggle")) },
    { id: "go.log-out", title: t("Log out"), group: go, run: logOut },
  ];
  for (const action of list) actions.add(action);
}

function newSession() {
  const dialog = document.querySelector("new-session");
  if (dialog) dialog.open();
  else location.assign("/?new=1");
}

function logOut() {
  document.querySelector("form[action='/logout']").requestSubmit();
}
