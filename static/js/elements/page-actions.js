/* What can be done on every page: where to go, how it looks, logging out. */

import { actions } from "../page.js";
import { t } from "../helpers/words.js";

export function addPageActions() {
  const go = (path) => () => location.assign(path);
  const elsewhere = (path) => () => location.pathname !== path;
  const group = t("Go to");
  actions.add({ id: "go.sessions", title: t("All sessions"), group, when: elsewhere("/"), run: go("/") });
  actions.add({ id: "go.workspace", title: t("Workspace"), group, when: elsewhere("/workspace"), run: go("/workspace") });
  actions.add({ id: "go.audit", title: t("Audit log"), group, when: elsewhere("/audit"), run: go("/audit") });
  actions.add({ id: "go.account", title: t("Account"), group, when: elsewhere("/account"), run: go("/account") });
  actions.add({ id: "go.audit", title: t("Audit log"), group, when: elsewhere("/audit"), run: go("/audit") });
  actions.add({
    id: "go.new", title: t("New session"), group, when: () => location.pathname !== "/",
    run: () => (document.querySelector("new-session") ? document.querySelector("new-session").open() : location.assign("/?new=1")),
  });
  actions.add({
    id: "page.theme", title: t("Change the theme: system, light, dark"), group: t("View"),
    when: () => document.querySelector("theme-toggle button"),
    run: () => document.querySelector("theme-toggle").next(),
  });
  actions.add({
    id: "page.log-out", title: t("Log out"), group, when: () => document.querySelector("form[action='/logout']"),
    run: () => document.querySelector("form[action='/logout']").requestSubmit(),
  });
}
