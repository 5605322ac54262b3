/* What can be done in the workspace, for its buttons, the palette and the keys. */

import { actions } from "../page.js";
import { t } from "../helpers/words.js";
import { MOST_TABS } from "../models/layout.js";

const SIDES = { left: "ArrowLeft", right: "ArrowRight", up: "ArrowUp", down: "ArrowDown" };

/** `page` is a <workspace-page>. */
export function addWorkspaceActions(page) {
  for (const action of [...panes(page), ...tabs(page)]) actions.add(action);
}

function panes(page) {
  const group = t("View");
  const when = () => page.tab !== null;
  const several = () => when() && Boolean(page.tab.root.way);
  const titles = {
    left: t("To the pane on the left"), right: t("To the pane on the right"), up: t("To the pane above"), down: t("To the pane below"),
  };
  return [
    { id: "workspace.split-right", title: t("Split right"), keys: ["Alt+Shift+D"], when, run: () => page.split("row") },
    { id: "workspace.split-down", title: t("Split down"), keys: ["Alt+Shift+S"], when, run: () => page.split("column") },
    { id: "workspace.zoom", title: t("Zoom this pane"), keys: ["Alt+Shift+Z"], when: several, run: () => page.zoom() },
    { id: "workspace.close-pane", title: t("Close this pane; the session goes on"), keys: ["Alt+Shift+W"], when, run: () => page.closePane() },
    { id: "workspace.own-page", title: t("Open this session on its own page"), when, run: () => page.ownPage() },
    ...Object.entries(SIDES).map(([side, key]) => ({
      id: `workspace.${side}`, title: titles[side], keys: [`Ctrl+Shift+${key}`], when: several, run: () => page.go(side),
    })),
    { id: "workspace.next-pane", title: t("Next pane"), keys: ["Alt+Shift+O"], when: several, run: () => page.nextPane() },
  ].map((action) => ({ group, ...action }));
}

function tabs(page) {
  const group = t("View");
  const when = () => page.tab !== null;
  const several = () => page.layout.tabs.length > 1;
  const numbered = Array.from({ length: 9 }, (_, index) => ({
    id: `workspace.tab-${index + 1}`, title: t("Tab {number}", { number: index + 1 }), keys: [`Alt+Shift+${index + 1}`],
    when: () => index < page.layout.tabs.length, run: () => page.choose(page.layout.tabs[index].id),
  }));
  return [
    { id: "workspace.tab", title: t("New tab"), keys: ["Alt+Shift+T"], when: () => page.layout.tabs.length < MOST_TABS, run: () => page.openTab() },
    { id: "workspace.next-tab", title: t("Next tab"), keys: ["Alt+Shift+Period"], when: several, run: () => page.step(1) },
    { id: "workspace.previous-tab", title: t("Previous tab"), keys: ["Alt+Shift+Comma"], when: several, run: () => page.step(-1) },
    { id: "workspace.tab-left", title: t("Move the tab to the left"), when: several, run: () => page.moveTab(-1) },
    { id: "workspace.tab-right", title: t("Move the tab to the right"), when: several, run: () => page.moveTab(1) },
    { id: "workspace.rename", title: t("Rename the tab"), keys: ["Alt+Shift+R"], when, run: () => page.strip.rename(page.tab.id) },
    { id: "workspace.close-tab", title: t("Close the tab; its sessions go on"), when, run: () => page.closeTab(page.tab.id) },
    ...numbered,
  ].map((action) => ({ group, ...action }));
}
