/* How facts read in the reader's language: durations, ages, byte counts, sizes, counts, moments. Pure: every clock is
handed in. */

import { language, t, tn } from "./words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A number as it is written here: "12,345". */
export function number(value, options) {
  return value.toLocaleString(language(), options);
}

/** "4.2 %", of 100. */
export function percent(value, digits = 1) {
  return t("{number} %", { number: number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }) });
}

/** "8 s", "12 min", "3 h 12 min", "4 d 6 h": the two largest units that say something. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [DAY, HOUR, MINUTE].map((unit) => Math.floor(whole / unit));
  if (!minutes) return t("{seconds} s", { seconds: whole });
  if (!hours) return t("{minutes} min", { minutes });
  if (!days) return hoursAnd(hours, minutes % 60);
  return daysAnd(days, hours % 24);
}

function hoursAnd(hours, minutes) {
  return minutes ? t("{hours} h {minutes} min", { hours, minutes }) : t("{hours} h", { hours });
}

function daysAnd(whole, hours) {
  const days = number(whole);
  return hours ? t("{days} d {hours} h", { days, hours }) : t("{days} d", { days });
}

/** How long ago `then` (RFC 3339 or null) was, in one unit: "now", "40 s ago", "5 min ago", "3 h ago", "2 d ago". */
export function ago(then, now = Date.now()) {
  if (!then) return t("never");
  const seconds = Math.floor((now - Date.parse(then)) / 1000);
  if (seconds < 5) return t("now");
  if (seconds < MINUTE) return t("{seconds} s ago", { seconds });
  if (seconds < HOUR) return t("{minutes} min ago", { minutes: Math.floor(seconds / MINUTE) });
  if (seconds < DAY) return t("{hours} h ago", { hours: Math.floor(seconds / HOUR) });
  return t("{days} d ago", { days: number(Math.floor(seconds / DAY)) });
}

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** "512 B", "1.4 KB", "23 MB": powers of 1024, two figures that matter. */
export function bytes(count) {
  if (count === null || count === undefined) return t("unknown");
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit && value < 10 ? 1 : 0;
  return `${number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

export function size(rows, cols) {
  return `${rows} × ${cols}`;
}

export function sizeInWords(rows, cols) {
  return t("{rows} rows by {cols} columns", { rows, cols });
}

/** "no clients", "1 client", "2 clients". */
export function clients(count) {
  return count ? tn("{count} client", "{count} clients", count) : t("no clients");
}

/** A local date and time short enough for a table. */
export function moment(then) {
  if (!then) return t("never");
  return new Date(then).toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" });
}
