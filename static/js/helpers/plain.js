// A terminal's screen and what is above it as plain text: soft wraps undone, blanks at the ends of lines cut. Pure.

export function plainText(buffer) {
  const lines = [];
  for (let y = 0; y < buffer.length; y += 1) {
    const goesOn = Boolean(buffer.getLine(y + 1)?.isWrapped);
    const text = buffer.getLine(y).translateToString(!goesOn);
    if (buffer.getLine(y).isWrapped && lines.length) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  return lines.join("\n").replace(/\s+$/, "");
}
