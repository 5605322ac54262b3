/* Where in a terminal's window which parts of which pictures stand. No DOM; reads xterm.js's cells. */

const HAS_EXTENDED = 0x10000000; // xterm.js: this cell has a link or an unusual underline

/** Runs of cells: {offset, row, width, height, y, x, cells, col}; `col` is the picture's column at `x`. */
export function runsOf(term, links) {
  const { buffer, cols, rows } = { buffer: term._core._bufferService.buffer, cols: term.cols, rows: term.rows };
  const found = [];
  for (let y = 0; y < rows; y += 1) {
    const at = buffer.ydisp + y;
    for (const run of ofLine(buffer.lines.get(at), links)) {
      const start = cols * above(buffer.lines, at, run.id) - (run.part.col % cols);
      const { offset, row, width, height } = run.part;
      found.push({ offset, row, width, height, y, x: run.x, cells: run.cells, col: start + run.x });
    }
  }
  return found;
}

function ofLine(line, links) {
  const runs = [];
  if (!line) return runs;
  for (const key of Object.keys(line._extendedAttrs)) {
    const [x, id] = [Number(key), line._extendedAttrs[key]?.urlId];
    const part = id ? links.at(id) : null;
    if (!part || !has(line, x)) continue;
    const last = runs.at(-1);
    if (last && last.id === id && last.x + last.cells === x) last.cells += 1;
    else runs.push({ id, part, x, cells: 1 });
  }
  return runs;
}

/** xterm.js leaves what a cell had; whether it still has it the cell says. */
function has(line, x) {
  return x < line.length && Boolean(line.getBg(x) & HAS_EXTENDED);
}

/** In how many rows above this one the same row of the picture began, where a narrower window wrapped it. */
function above(lines, at, id) {
  let count = 0;
  while (lines.get(at - count)?.isWrapped && carries(lines.get(at - count - 1), id)) count += 1;
  return count;
}

function carries(line, id) {
  return Boolean(line) && Object.entries(line._extendedAttrs).some(([x, extended]) => extended?.urlId === id && has(line, Number(x)));
}
