/* The entry: loads the elements that this page uses, and no others.

`window.holdfast` is for tests and for the curious in the browser's console: `holdfast.stream` (models/session-stream.js),
`holdfast.terminal` (elements/terminal-view.js) and `holdfast.scroll` (elements/deep-scroll.js) of the session page,
of a workspace's focused pane; `holdfast.actions` is the page's registry.
Nothing in the product reads it.
*/

import { speak } from "./helpers/words.js";
import { install } from "./installed.js";

const ELEMENTS = {
  "admin-sessions": () => import("./elements/admin-sessions.js"),
  "account-list": () => import("./elements/account-list.js"),
  "account-page": () => import("./elements/account-page.js"),
  "command-palette": () => import("./elements/command-palette.js"),
  "confirm-dialog": () => import("./elements/confirm-dialog.js"),
  "copy-button": () => import("./elements/copy-button.js"),
  "help-dialog": () => import("./elements/help-dialog.js"),
  "local-time": () => import("./elements/local-time.js"),
  "label-dialog": () => import("./elements/label-dialog.js"),
  "login-page": () => import("./elements/login-page.js"),
  "machine-panel": () => import("./elements/machine-panel.js"),
  "new-session": () => import("./elements/new-session.js"),
  "notice-list": () => import("./elements/notice-list.js"),
  "passkey-list": () => import("./elements/passkey-list.js"),
  "proof-dialog": () => import("./elements/proof-dialog.js"),
  "second-factor": () => import("./elements/second-factor.js"),
  "session-list": () => import("./elements/session-list.js"),
  "session-text": () => import("./elements/session-text.js"),
  "share-dialog": () => import("./elements/share-dialog.js"),
  "shared-page": () => import("./elements/shared-page.js"),
  "session-page": () => import("./elements/session-page.js"),
  "spark-line": () => import("./elements/spark-line.js"),
  "team-list": () => import("./elements/team-list.js"),
  "theme-toggle": () => import("./elements/theme-toggle.js"),
  "toast-line": () => import("./elements/toast-line.js"),
  "token-list": () => import("./elements/token-list.js"),
  "waiting-page": () => import("./elements/waiting-page.js"),
  "workspace-page": () => import("./elements/workspace-page.js"),
};

window.holdfast = {};

// Before any element says a word.
const catalogue = document.querySelector('meta[name="words"]')?.content;
const spoken = document.documentElement.lang;
// The reader's own region, for dates: "en-GB" where the page is in "en".
const locale = navigator.languages.find((one) => one.split("-")[0] === spoken) ?? spoken;
speak(locale, catalogue ? (await import(catalogue)).default : {});

// Also what a page will make of its templates: a workspace its panes.
const drawn = [document, ...[...document.querySelectorAll("template")].map(({ content }) => content)];
for (const [tag, load] of Object.entries(ELEMENTS)) {
  if (drawn.some((part) => part.querySelector(tag))) load();
}

if (document.readyState === "complete") install();
else window.addEventListener("load", () => install());
