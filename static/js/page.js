/* What the elements of one page share: the HTTP API, the account's preferences, the actions, the one connection. */

import { io } from "socket.io-client";
import { Api } from "./models/api.js";
import { Actions } from "./models/actions.js";
import { Connection } from "./models/connection.js";
import { Preferences } from "./models/preferences.js";

const REFUSED_PAUSE_MS = 2000;

function toLogin() {
  if ("leaving" in document.documentElement.dataset) return; // early.js
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

export const api = new Api({
  csrf: document.querySelector('meta[name="csrf-token"]')?.content ?? "",
  loggedOut: toLogin,
  prove: () => document.querySelector("proof-dialog")?.ask() ?? false,
});

/** The number of the share link by which this page's guest came; null on the pages of accounts. */
export const guestLink = Number(document.querySelector('meta[name="share-link"]')?.content) || null;

const known = document.getElementById("preferences-data");

export const preferences = new Preferences({
  known: JSON.parse(known?.textContent ?? "{}"),
  save: document.querySelector("[data-signed-in]") && ((changes) => api.prefer(changes)),
});

export const actions = new Actions();

/** How a session is opened from here; a workspace opens it in itself. */
export const places = { open: (id) => location.assign(`/sessions/${encodeURIComponent(id)}`) };

let shared = null;

/** The page's connection, made when the first element asks for it. */
export function connection() {
  shared ??= connect();
  return shared;
}

function connect() {
  const made = new Connection({ io, auth: guestLink ? { link: guestLink } : undefined, visible: () => !document.hidden });
  // Whatever may have broken the link without a word: a tab that comes back, another network, a page from the cache.
  document.addEventListener("visibilitychange", () => {
    made.tick();
    made.looked();
  });
  document.addEventListener("freeze", () => made.looked({ frozen: true }));
  window.addEventListener("online", () => made.wake());
  window.addEventListener("pageshow", (event) => event.persisted && made.wake());
  if (!guestLink) made.addEventListener("refused", ({ detail }) => checkLogin(made, detail));
  made.start();
  made.looked();                              // opened in the background, perhaps
  return made;
}

/** The server turned the connection away: because the login is over (the Api then leads to the login page)? */
async function checkLogin(made, { full, message }) {
  if (full) document.querySelector("toast-line")?.say(message);
  await api.sessions().catch(() => {});
  setTimeout(() => made.open || made.restart(), REFUSED_PAUSE_MS);
}
