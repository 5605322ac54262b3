/* How viewers are shown: initials, a colour, and words for device and what they do. Pure. */

import { duration } from "./format.js";
import { t } from "./words.js";

// Whoever typed within this time is typing: the server tells it every 5 s.
const TYPING_MS = 7000;
const HUES = 8;

/** One or two letters: of "ann" A, of "ann-marie" and "ann.marie" AM. */
export function initials(name) {
  const words = String(name).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const first = (word) => Array.from(word ?? "")[0] ?? "";
  return (first(words[0] ?? "?") + first(words.length > 1 ? words.at(-1) : "")).toLocaleUpperCase();
}

/** The same for the same name, everywhere. */
export function hue(name) {
  let sum = 0;
  for (const character of String(name)) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return sum % HUES;
}

export function deviceWord(device) {
  return { desktop: t("computer"), phone: t("phone"), tablet: t("tablet"), script: t("script") }[device] ?? t("unknown device");
}

/** As people read it: the server calls a guest "Guest 3" to everybody, and no account can be called so. */
export function userWord(user) {
  const number = /^Guest (\d+)$/.exec(user ?? "")?.[1];
  return number ? t("Guest {number}", { number }) : user;
}

/** "alice (phone)": two of one account are told apart. */
export function named({ user, device }) {
  return t("{name} ({device})", { name: userWord(user), device: deviceWord(device) });
}

/** Who typed last of these, or undefined. */
export function lastTypist(viewers) {
  return viewers.filter((one) => one.typed_at).sort((a, b) => (a.typed_at < b.typed_at ? 1 : -1))[0];
}

export function typing({ typed_at: at }, now) {
  return Boolean(at) && now - Date.parse(at) < TYPING_MS;
}

/** What a viewer does, in a word or two. */
export function doing(viewer, now) {
  if (viewer.hidden) return t("not looking");
  if (typing(viewer, now)) return t("typing");
  if (viewer.view) return t("reading above");
  const { joined_at: joined, typed_at: typed } = viewer;
  if (typed) return t("typed {time} ago", { time: duration((now - Date.parse(typed)) / 1000) });
  return joined ? t("here for {time}", { time: duration((now - Date.parse(joined)) / 1000) }) : "";
}

/** One quiet sentence for who came and who went; "" for nothing. */
export function comings({ joined, left }, mine) {
  if (joined.length === 1 && !left.length) return cameWord(joined[0], mine);
  if (left.length === 1 && !joined.length) return wentWord(left[0], mine);
  if (!left.length) return t("{count} viewers joined", { count: joined.length });
  if (!joined.length) return t("{count} viewers left", { count: left.length });
  return t("{joined} joined, {left} left", { joined: joined.length, left: left.length });
}

function cameWord({ user, device }, mine) {
  const name = userWord(user);
  if (user === mine) {
    return {
      desktop: t("You joined from another computer or window"), phone: t("You joined from a phone"),
      tablet: t("You joined from a tablet"), script: t("A script of yours joined"),
    }[device];
  }
  return {
    desktop: t("{name} joined from a computer", { name }), phone: t("{name} joined from a phone", { name }),
    tablet: t("{name} joined from a tablet", { name }), script: t("A script of {name} joined", { name }),
  }[device];
}

function wentWord({ user, device }, mine) {
  const name = userWord(user);
  if (user === mine) {
    return {
      desktop: t("Your other computer or window left"), phone: t("Your phone left"), tablet: t("Your tablet left"),
      script: t("Your script left"),
    }[device];
  }
  return {
    desktop: t("{name} left (computer)", { name }), phone: t("{name} left (phone)", { name }),
    tablet: t("{name} left (tablet)", { name }), script: t("A script of {name} left", { name }),
  }[device];
}
