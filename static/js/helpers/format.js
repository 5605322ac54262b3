/* How facts read: durations, ages, byte counts, sizes, counts. Pure: every clock is handed in. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "8 s", "12 min", "3 h 12 min", "4 d 6 h": the two largest units that say something. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return two(whole, HOUR, "h", MINUTE, "min");
  return two(whole, DAY, "d", HOUR, "h");
}

function two(seconds, large, largeName, small, smallName) {
  const rest = Math.floor((seconds % large) / small);
  const head = `${Math.floor(seconds / large)} ${largeName}`;
  return rest ? `${head} ${rest} ${smallName}` : head;
}

/** How long ago `then` (RFC 3339 or null) was, in one unit: "now", "40 s", "5 min", "3 h", "2 d". */
export function ago(then, now = Date.now()) {
  if (!then) return "never";
  const seconds = Math.floor((now - Date.parse(then)) / 1000);
  if (seconds < 5) return "now";
  if (seconds < MINUTE) return `${seconds} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  return `${Math.floor(seconds / DAY)} d ago`;
}

/** "512 B", "1.4 KB", "23 MB": powers of 1024, two figures that matter. */
export function bytes(count) {
  if (count === null || count === undefined) return "unknown";
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const figure = unit && value < 10 ? value.toFixed(1) : String(Math.round(value));
  return `${figure} ${units[unit]}`;
}

export function size(rows, cols) {
  return `${rows} × ${cols}`;
}

export function sizeInWords(rows, cols) {
  return `${rows} rows by ${cols} columns`;
}

/** "no clients", "1 client", "2 clients". */
export function clients(count) {
  if (!count) return "no clients";
  return count === 1 ? "1 client" : `${count} clients`;
}

/** A local date and time short enough for a table. */
export function moment(then) {
  if (!then) return "never";
  return new Date(then).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
