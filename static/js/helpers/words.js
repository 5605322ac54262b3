/* The words of the page in the reader's language. The English text is the key; main.js brings the catalogue before any
element runs. `t("Joined {name}", { name })`, `tn("{count} client", "{count} clients", count)`. Pure. */

let words = {};
let spoken = "en";

/** `catalogue`: English text to translated text. */
export function speak(language, catalogue = {}) {
  spoken = language;
  words = catalogue;
}

/** The language spoken now, as a BCP 47 tag for Intl. */
export function language() {
  return spoken;
}

export function t(text, values = {}) {
  return filled(words[text] || text, values);
}

/** By count, which fills {count} localised. */
export function tn(one, many, count, values = {}) {
  const plain = count === 1 ? one : many;
  return filled(words[one] || plain, { count: count.toLocaleString(spoken), ...values });
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
