/* What the banner over a session's terminal says: what is wrong, or how old its screen is. Empty when all is well. */

import { duration } from "../helpers/format.js";
import { t } from "../helpers/words.js";

// A reconnect that takes less is not worth a word.
const BANNER_AFTER_MS = 500;

/** `page` is a <session-page>. */
export function bannerText({ problem, link, stream, status, full }) {
  if (problem) return problem;
  if (!link.open || !stream.joined) return awayText(link, stream, status);
  if (full ?? status.facts.disk_full) return t("The disk is full. The program goes on; its newest output may not be kept.");
  return "";
}

function awayText(link, stream, status) {
  const age = link.now() - link.lastHeard;
  if (!stream.everJoined) return age > BANNER_AFTER_MS ? t("Connecting…") : "";
  if (age < BANNER_AFTER_MS) return "";
  const values = { age: duration(age / 1000) };
  return status.running
    ? t("Connection lost. Screen is {age} old. Keys you type are kept.", values)
    : t("Connection lost. Screen is {age} old.", values);
}
