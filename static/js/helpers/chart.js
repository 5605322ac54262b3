/* The geometry of small charts: values to the path of an SVG. Pure. A value of null is a hole in the line. */

/** At most `most` values, each the largest of those it stands for: a peak must not vanish. */
export function thinned(values, most) {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, index) => {
    const part = values.slice(Math.floor((index * values.length) / most), Math.floor(((index + 1) * values.length) / most));
    const known = part.filter((one) => one !== null);
    return known.length ? Math.max(...known) : null;
  });
}

/** The top of the scale: the largest value, or `least`. */
export function topOf(values, least = 1) {
  return values.reduce((most, one) => Math.max(most, one ?? 0), least);
}

/** {line, area} for values drawn from `top` down to 0 in a box of width x height. */
export function paths(values, { width, height, top }) {
  const across = values.length > 1 ? width / (values.length - 1) : 0;
  const round = (value) => Math.round(value * 10) / 10;
  const place = (value, index) => `${round(index * across)} ${round(height - (Math.min(value, top) / top) * height)}`;
  let [line, area] = ["", ""];
  for (const { from, run } of runs(values)) {
    const points = run.map((value, index) => place(value, from + index));
    if (points.length === 1) points.push(points[0]);
    line += `M${points.join("L")}`;
    area += `M${round(from * across)} ${height}L${points.join("L")}L${round((from + run.length - 1) * across)} ${height}Z`;
  }
  return { line, area };
}

/** The pieces between the holes. */
function runs(values) {
  const found = [];
  values.forEach((value, index) => {
    if (value === null || value === undefined) return;
    const last = found.at(-1);
    if (last && last.from + last.run.length === index) last.run.push(value);
    else found.push({ from: index, run: [value] });
  });
  return found;
}
