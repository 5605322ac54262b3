/* The colours of tags and groups. Pure. The names are those of the preferences `tag_colours` and `group_colours`; what
each looks like is in css/dashboard.css. */

export const COLOURS = ["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"];

/** The one that was chosen, else always the same one for the same name. */
export function colourOf(name, chosen) {
  if (chosen && Object.hasOwn(chosen, name)) return chosen[name];
  let sum = 7;
  for (const char of name) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return COLOURS[1 + (sum % (COLOURS.length - 1))];
}

/** The tags in a line that somebody typed. */
export function tagsIn(text) {
  const words = text.split(/[\s,]+/).map((word) => word.replace(/^#/, "")).filter(Boolean);
  return [...new Set(words)];
}
