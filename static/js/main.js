/* The entry: loads the elements that this page uses, and no others.

`window.holdfast` is for tests and for the curious in the browser's console: `holdfast.stream` (models/session-stream.js),
`holdfast.terminal` (elements/terminal-view.js) and `holdfast.scroll` (elements/deep-scroll.js) of the session page.
Nothing in the product reads it.
*/

import { speak } from "./helpers/words.js";

const ELEMENTS = {
  "account-page": () => import("./elements/account-page.js"),
  "confirm-dialog": () => import("./elements/confirm-dialog.js"),
  "copy-button": () => import("./elements/copy-button.js"),
  "new-session": () => import("./elements/new-session.js"),
  "session-list": () => import("./elements/session-list.js"),
  "session-page": () => import("./elements/session-page.js"),
  "theme-toggle": () => import("./elements/theme-toggle.js"),
  "toast-line": () => import("./elements/toast-line.js"),
};

window.holdfast = {};

// Before any element says a word.
const catalogue = document.querySelector('meta[name="words"]')?.content;
if (catalogue) speak(document.documentElement.lang, (await import(catalogue)).default);

for (const [tag, load] of Object.entries(ELEMENTS)) {
  if (document.querySelector(tag)) load();
}
