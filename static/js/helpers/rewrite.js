/* What a keyboard's change of a text field means to a program that was sent the text before: how many characters to
take back, and what to type instead. Pure. */

export const DEL = "\x7f";

/** `before` and `after` may begin with `padding` that was never sent, there for keyboards to delete into. One deletion
 * that reaches into it is one DEL, however far it went: what stands there on the program's line only the program knows. */
export function rewrite(before, after, padding = "") {
  const [old, now] = [[...before], [...after]];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  const pad = commonLength(before, padding);
  const typed = now.slice(same).join("").replace(/\r?\n/g, "\r");
  const taken = old.length - Math.max(same, pad);
  const reached = same < pad && pad - same >= 1 && now.length < old.length ? 1 : 0;
  return DEL.repeat(Math.max(0, taken) + reached) + typed;
}

function commonLength(text, padding) {
  let length = 0;
  while (length < padding.length && text[length] === padding[length]) length += 1;
  return length;
}
