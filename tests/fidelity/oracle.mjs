// What xterm.js makes of a recording, beside what it makes of a snapshot: node oracle.mjs job.json answer.json
//
// For every cut: terminal A has read the recording up to it; terminal B is fresh and has read the snapshot taken
// there. Both are compared, then B reads the rest and is compared with A's end. The one rule: everything that can
// be seen or that changes what comes next is compared; what differs is named by class, with the first place.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const job = JSON.parse(readFileSync(process.argv[2]));
const require = createRequire(pathToFileURL(`${job.root}/package.json`));
const { Terminal } = require('@xterm/headless');

// The browser's own modules, from a copy: node takes a .js file for CommonJS unless a package.json says otherwise.
const helper = name => import(pathToFileURL(`${job.helpers}/${name}.js`).href);
const { guard } = await helper('guards');
const { registerWidths } = await helper('widths');
const { Pictures } = await helper('pictures');
const { place } = await helper('placing');

const HAS_EXTENDED = 0x10000000; // xterm.js: this cell has a link or an unusual underline
let Cell;

const answers = [];
for (const recording of job.recordings) answers.push(await check(recording));
writeFileSync(process.argv[3], JSON.stringify(answers));

async function check({ rows, cols, scrollback, raw, cuts, bare }) {
  const data = Buffer.from(raw, 'base64');
  const fresh = () => terminal(rows, cols, scrollback, bare);
  const a = fresh();
  const pairs = [];
  let at = 0;
  for (const cut of cuts) {
    await write(a, data.subarray(at, cut.at), at);
    at = cut.at;
    const b = fresh();
    await write(b, Buffer.from(cut.snapshot, 'base64'), 0);
    pairs.push({ b, at, now: compare(a, b), text: text(a), cursor: cursor(a) });
  }
  await write(a, data.subarray(at), at);
  const results = [];
  for (const { b, at, now, text, cursor } of pairs) {
    await write(b, data.subarray(at), at);
    results.push({ at, now, after: compare(a, b), text, cursor });
    b.dispose();
  }
  return results;
}

function terminal(rows, cols, scrollback, bare) {
  const term = new Terminal({ rows, cols, scrollback, allowProposedApi: true, logLevel: 'off' });
  term.titleNow = '';
  term.colorsNow = new Map();
  term.onTitleChange(title => { term.titleNow = title; });
  term._core._inputHandler.onColor(events => events.forEach(event => color(term.colorsNow, event)));
  if (!bare) {
    guard(term);
    registerWidths(term);
    term.pictures = new Pictures();
  }
  return term;
}

function color(colors, { type, index, color }) {
  if (type === 1) colors.set(index, color.join());
  if (type === 2 && index === undefined) [...colors.keys()].filter(key => key < 256).forEach(key => colors.delete(key));
  else if (type === 2) colors.delete(index);
}

async function write(term, data, offset) {
  for (const part of term.pictures?.read(data, offset) ?? [data]) {
    if (part instanceof Uint8Array) await new Promise(resolve => term.write(part, resolve));
    else place(term, part);
  }
}

function text(term) {
  const buffer = term.buffer.active;
  const lines = [];
  for (let y = 0; y < term.rows; y++) lines.push(buffer.getLine(buffer.baseY + y).translateToString(true).replace(/ +$/, ''));
  return lines.join('\n');
}

function cursor(term) {
  const { cursorX, cursorY } = term.buffer.active;
  return [cursorY, Math.min(cursorX, term.cols - 1), !term._core.coreService.isCursorHidden];
}

// -- comparing

function compare(a, b) {
  const found = {};
  const differ = (name, ...what) => { (found[name] ??= [0, what])[0]++; };
  const same = (name, left, right) => { if (left !== right) differ(name, left, right); };
  const [left, right] = [a._core._bufferService.buffers, b._core._bufferService.buffers];
  const alternate = buffers => buffers.active === buffers.alt;
  same('alternate', alternate(left), alternate(right));
  buffer(a, b, left.normal, right.normal, differ, !alternate(left));
  if (alternate(left) && alternate(right)) buffer(a, b, left.alt, right.alt, differ, true);
  const [first, second] = [settings(a), settings(b)];
  for (const name of Object.keys(first)) same(name, first[name], second[name]);
  return found;
}

function settings(term) {
  const core = term._core;
  const modes = core.coreService.decPrivateModes;
  const mouse = core.coreMouseService;
  const charsets = core._charsetService;
  const named = set => (set ? Object.keys(set).length : 0);
  const pen = core._inputHandler._curAttrData;
  return {
    'mode 1': modes.applicationCursorKeys, 'mode 66': modes.applicationKeypad, 'mode 2004': modes.bracketedPasteMode,
    'mode 6': modes.origin, 'mode 45': modes.reverseWraparound, 'mode 1004': modes.sendFocus, 'mode 7': modes.wraparound,
    'mode 2026': modes.synchronizedOutput, 'mode 4': core.coreService.modes.insertMode, 'mode 20': term.options.convertEol,
    'mode 25': !core.coreService.isCursorHidden, 'mode 12': term.options.cursorBlink, 'cursor style': modes.cursorStyle,
    'cursor blink': modes.cursorBlink, 'mouse events': mouse.activeProtocol, 'mouse format': mouse.activeEncoding,
    charset: `${charsets.glevel} ${named(charsets.charset)} ${[0, 1, 2, 3].map(g => named(charsets._charsets[g]))}`,
    title: term.titleNow, pen: look(pen, core), colors: [...term.colorsNow].sort().join(' '),
  };
}

function buffer(a, b, left, right, differ, active) {
  const [l, r] = [left.lines.length, right.lines.length];
  if (l !== r) differ('lines', l, r);
  for (let up = 1; up <= Math.min(l, r); up++) line(a, b, left.lines.get(l - up), right.lines.get(r - up), l - up, differ);
  if (!active) return;
  if (left.x !== right.x || left.y !== right.y) differ('cursor', left.x, left.y, right.x, right.y);
  const saved = buf => `${Math.min(buf.savedX, a.cols - 1)},${buf.savedRow ?? Math.max(0, buf.savedY - buf.ybase)}`;
  if (saved(left) !== saved(right)) differ('saved cursor', saved(left), saved(right));
  if (left.scrollTop !== right.scrollTop || left.scrollBottom !== right.scrollBottom) differ('margins', left.scrollTop, left.scrollBottom, right.scrollTop, right.scrollBottom);
  const tabs = buf => Object.keys(buf.tabs).filter(x => buf.tabs[x] && x > 0 && x < a.cols).join();
  if (tabs(left) !== tabs(right)) differ('tab stops', tabs(left), tabs(right));
}

function line(a, b, left, right, y, differ) {
  if (left.isWrapped !== right.isWrapped) differ('soft wrap', y);
  const [l, r] = [left._data, right._data];
  for (let x = 0; x < a.cols; x++) {
    const i = x * 3;
    if (l[i] === r[i] && l[i + 1] === r[i + 1] && l[i + 2] === r[i + 2] && !(l[i] & 0x200000) && !(l[i + 2] & HAS_EXTENDED)) continue;
    cell(a, b, left, right, x, y, differ);
  }
}

function cell(a, b, left, right, x, y, differ) {
  const [p, q] = [left.loadCell(x, fresh()), right.loadCell(x, fresh())];
  const [c, d] = [p.getChars(), q.getChars()];
  if (p.getWidth() !== q.getWidth() || c !== d) {
    const blank = (c === '' && d === ' ') || (c === ' ' && d === '');
    differ(blank ? 'blank kind' : 'text', y, x, c, d);
    if (!blank) return;
  }
  const [m, n] = c === '' || d === '' ? [ground(p), ground(q)] : [look(p, a._core), look(q, b._core)];
  if (p.getWidth() > 0 && m !== n) differ('look', y, x, m, n);
}

function fresh() {
  Cell ??= new Terminal({ allowProposedApi: true }).buffer.normal.getNullCell().constructor;
  return new Cell();
}

function ground(cell) {
  return shade(cell.getBgColorMode(), cell.isBgRGB(), cell.getBgColor());
}

function shade(mode, rgb, color) {
  return mode === 0 ? '' : `${rgb ? 'rgb' : 'palette'} ${color}`;
}

function look(cell, core) {
  const underline = cell.isUnderline() ? `${cell.getUnderlineStyle()} ${cell.isUnderlineColorDefault() || cell.extended.underlineColor === -1 ? '' : shade(cell.getUnderlineColorMode(), cell.isUnderlineColorRGB(), cell.getUnderlineColor())}` : '';
  const link = cell.extended.urlId ? core._oscLinkService.getLinkData(cell.extended.urlId)?.uri : '';
  const flags = ['isBold', 'isDim', 'isItalic', 'isBlink', 'isInverse', 'isInvisible', 'isStrikethrough', 'isOverline', 'isProtected'];
  return [shade(cell.getFgColorMode(), cell.isFgRGB(), cell.getFgColor()), ground(cell), underline, link, flags.map(flag => (cell[flag]() ? 1 : 0)).join('')].join('|');
}
