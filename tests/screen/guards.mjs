// What guarded terminals answer and how long they take: node guards.mjs job answer

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const job = JSON.parse(readFileSync(process.argv[2]));
const { Terminal } = createRequire(pathToFileURL(`${job.root}/package.json`))('@xterm/headless');
const helper = name => import(pathToFileURL(`${job.helpers}/${name}.js`).href);
const { guard } = await helper('guards');
const { registerWidths, wcwidth } = await helper('widths');

const write = (term, data) => new Promise(resolve => term.write(data, resolve));
const text = term => Array.from({ length: term.rows }, (_, y) => term.buffer.active.getLine(term.buffer.active.baseY + y).translateToString(true)).join('\n').trimEnd();

async function run({ data, bare = false, rows = 24, cols = 80, pieces }) {
  const windowOptions = { getWinSizeChars: true, getWinSizePixels: true, getCellSizePixels: true, getWinTitle: true, pushTitle: true, popTitle: true };
  const term = new Terminal({ rows, cols, allowProposedApi: true, logLevel: 'off', windowOptions });
  const said = [];
  term.onData(answer => said.push(answer));
  term.onBinary(answer => said.push(answer));
  term._core._inputHandler.onColor(events => events.forEach(event => { if (event.type === 0) said.push('colour'); }));
  if (!bare) { guard(term); registerWidths(term); }
  const bytes = Buffer.from(data, 'base64');
  const start = performance.now();
  if (pieces) for (let i = 0; i < bytes.length; i += pieces) await write(term, bytes.subarray(i, i + pieces));
  else await write(term, bytes);
  const took = performance.now() - start;
  const result = { said, took, text: text(term), cursor: [term.buffer.active.cursorY, Math.min(term.buffer.active.cursorX, cols - 1)] };
  term.dispose();
  return result;
}

const answers = [];
for (const each of job.runs ?? []) answers.push(await run(each));
const widths = job.widths ? Array.from({ length: 0x110000 }, (_, codepoint) => wcwidth(codepoint)).join('') : '';
writeFileSync(process.argv[3], JSON.stringify({ answers, widths }));
