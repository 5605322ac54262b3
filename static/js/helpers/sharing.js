/* Roles and links in words, and what a role lets its holder do. Pure. */

import { t } from "./words.js";

const MAY = {
  owner: ["type", "resize", "end", "share"], operator: ["type", "resize", "end"], writer: ["type", "resize"], viewer: [],
};

/** The server asks again: this only says which buttons make sense. */
export function may(role, need) {
  return (MAY[role] ?? []).includes(need);
}

export function givenWords(role) {
  return {
    operator: t("types, resizes and ends"), writer: t("types"), viewer: t("watches"), none: t("was removed, stays out"),
  }[role] ?? role;
}

export function linkWords({ role }) {
  return role === "writer" ? t("Link to type") : t("Link to watch");
}

/** What somebody reads who is in another's session. */
export function watchingWords(role) {
  return may(role, "type") ? t("You may type") : t("You are watching");
}

/** What the owner is told of administrators who broke the glass; empty when none looks. */
export function glassWords(glass = [], now = Date.now()) {
  return glass.filter(({ until }) => Date.parse(until) > now).map(({ name, role, reason }) => role === "writer"
    ? t("An administrator, {name}, may type here: {reason}", { name, reason })
    : t("An administrator, {name}, is looking: {reason}", { name, reason })).join(" · ");
}
