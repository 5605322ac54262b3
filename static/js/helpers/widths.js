// Character widths as the server's engine has them, so that a row is as long in the browser as on the server.
//
// One character at a time: a combining mark joins the cell before it, an emoji sequence takes as many cells as its
// parts. That is what programs count with wcwidth() (mode 2027, which would count clusters, stays off).

export const VERSION = 'holdfast';

// Made by `python -m tests.screen.make_widths`: "distance from the last run's start in base 36, then the width" ...
const TABLE = "00 w1 2n0 x1 gw0 341 7n0 71 7b0 191 10 11 10 21 10 21 10 31 1y0 b1 10 11 1a0 l1 g0 11 2t0 71 20 61 20 21 10 41 z0 11 u0 r1 2j0 b1 1m0 91 90 11 o0 41 10 91 10 31 10 51 170 31 1n0 91 160 o1 10 w1 1j0 11 10 11 40 81 40 11 30 71 a0 21 t0 11 1m0 11 40 41 80 11 k0 21 q0 11 20 21 1l0 11 40 21 40 21 20 31 30 11 u0 21 30 11 b0 21 1l0 11 40 51 10 21 40 11 k0 21 m0 61 10 11 1m0 11 20 11 10 41 80 11 50 41 b0 21 u0 11 1p0 11 c0 11 1e0 11 30 11 1j0 11 10 31 50 31 10 41 70 21 b0 21 t0 11 1m0 11 20 11 60 11 50 21 k0 21 s0 21 1l0 21 40 41 80 11 k0 21 t0 11 200 11 70 31 10 11 2i0 11 20 71 c0 81 2q0 11 20 91 b0 71 210 21 r0 11 10 11 10 11 1j0 e1 10 51 10 21 50 b1 10 101 90 11 2u0 41 10 61 10 21 20 21 p0 21 40 31 g0 41 d0 11 20 21 60 11 f0 11 2q2 2n0 4h1 9p0 31 qa0 31 t0 21 u0 21 u0 21 1s0 21 10 71 80 11 20 b1 90 11 190 51 390 21 y0 11 3a0 31 40 21 90 11 60 31 630 21 20 11 1m0 11 10 71 10 11 10 11 20 81 60 a1 20 11 1c0 1t1 f0 41 1c0 11 10 51 10 11 50 11 140 91 c0 21 w0 41 20 21 10 31 1k0 11 10 21 30 11 10 31 1m0 81 20 21 480 31 10 d1 10 71 40 11 60 11 30 21 5i0 1s1 ej0 51 o0 71 1d0 g1 2o0 x1 fd2 21 d2 21 5a2 41 32 11 22 11 eh2 21 l2 21 q2 81 g2 c1 172 11 a2 61 32 11 d2 11 82 21 h2 21 52 21 82 11 52 11 l2 11 72 21 12 11 42 11 22 11 72 11 42 21 s2 11 z2 11 12 11 42 31 12 11 1p2 31 o2 11 e2 11 nv2 21 1f2 11 42 11 bd0 31 3x0 11 2o0 w1 1m2 21 1w2 q1 12 2h1 c2 5y1 q2 1m0 42 h1 22 2e1 20 22 2t1 52 171 12 1f0 12 161 12 2e1 92 1c1 12 141 82 mkd1 32 1j1 bs0 41 10 a1 w0 21 280 21 7k0 11 30 11 40 11 p0 21 50 11 470 21 q0 i1 d0 11 120 81 p0 b1 e2 t1 30 31 1c0 11 20 41 20 21 130 11 1v0 61 20 21 20 21 c0 11 80 11 1b0 11 1f0 11 10 31 20 21 50 21 10 11 160 21 80 11 6m0 11 20 11 40 11 i2 8mc1 c0 n1 40 1d1 40 1kw1 4xs2 e81 u0 11 kh0 g2 a1 60 g2 z1 12 j1 12 41 430 11 12 2o1 1r0 11 1r2 71 90 91 ec0 11 6a0 11 450 51 1ae0 31 10 21 50 41 140 31 40 11 4l0 21 fx0 41 1t0 51 8t0 21 u0 51 w0 g1 1y0 b1 1d0 41 3f0 11 1i0 f1 150 11 20 21 a0 31 1d0 41 20 21 70 11 1p0 31 100 51 10 81 1q0 11 c0 21 1g0 91 a0 41 20 11 2n0 31 20 11 10 21 60 11 20 11 4d0 11 30 81 l0 21 1l0 21 30 11 110 71 30 51 1y0 61 d0 11 10 11 10 11 e0 21 2d0 81 20 31 10 11 n0 11 2c0 61 10 11 40 21 10 21 6m0 41 60 21 10 21 r0 21 2d0 81 20 11 10 21 2y0 11 10 11 20 61 10 11 2t0 11 10 11 20 41 10 51 770 91 10 21 740 21 10 11 40 11 400 41 20 21 40 11 w0 a1 140 61 20 41 80 11 90 61 20 31 1a0 d1 10 21 5i0 11 10 31 10 11 5l0 71 10 61 10 11 2a0 m1 20 71 10 21 10 21 3e0 61 30 11 10 21 10 71 10 11 200 21 30 11 10 11 2g0 11 760 21 b0 21 1g0 51 50 11 10 11 n0 11 44l0 11 60 f1 8ug0 c1 30 31 1xc0 51 1n0 71 fg0 11 30 41 dg0 11 1r0 41 252 40 11 b2 71 92 5p71 102 y1 2n2 371 d2 pe1 e2 1f1 5y52 41 12 71 12 21 12 891 92 11 t2 31 22 11 e2 51 72 b01 1wh0 21 10 41 3mk0 1a1 20 n1 dc0 21 1q0 31 90 g1 20 71 u0 41 440 31 m0 21 4j2 2f1 92 n1 1ah0 1j1 40 1e1 80 11 e0 11 m0 51 10 f1 11s0 71 10 h1 20 71 10 21 10 51 2s0 11 4g0 71 af0 11 1p0 41 e40 41 720 21 6r0 11 20 11 70 21 50 11 d60 71 310 71 1bt2 11 5m2 11 5a2 11 22 a1 j2 11 1j2 t1 d2 181 42 91 72 21 e2 61 4a2 x1 c2 91 12 1y1 12 m1 c2 171 42 51 c2 h1 32 11 32 1z1 12 11 12 571 22 1r1 d2 41 12 o1 i2 11 q2 21 d2 11 2e2 2d1 1c2 1y1 62 11 32 31 22 51 22 41 b2 21 72 91 652 11 52 c1 42 11 7v2 1b1 12 a1 12 551 342 d1 32 1z1 12 11 32 i1 12 d1 32 c1 zp2 1eke1 22 1eke1 e1oi0 35s1";

const widths = expand(TABLE);

export function registerWidths(term) {
  term.unicode.register({ version: VERSION, wcwidth, charProperties });
  term.unicode.activeVersion = VERSION;
}

export function wcwidth(codepoint) {
  return widths[codepoint] || 0;
}

// xterm.js packs a character's properties: bit 0 joins it to the cell before, bits 1 and 2 are that cell's width.
function charProperties(codepoint, preceding) {
  const width = wcwidth(codepoint);
  if (width > 0) return width << 1;
  return (preceding & 6) | 1;
}

function expand(table) {
  const all = new Uint8Array(0x110000);
  const runs = table.split(' ');
  let start = 0;
  for (const [number, run] of runs.entries()) {
    start += parseInt(run.slice(0, -1), 36);
    // Up to the next one: each to the end of all was half a gigabyte, 20 to 40 ms of every visit.
    const end = number + 1 < runs.length ? start + parseInt(runs[number + 1].slice(0, -1), 36) : all.length;
    all.fill(Number(run.at(-1)), start, end);
  }
  return all;
}
