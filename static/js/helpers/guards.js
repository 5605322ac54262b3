// Makes xterm.js safe for output that it must only show: it never answers and never hangs.
//
// A terminal shown in several browsers, some of them replaying history, must not answer the program's questions:
// the server does, once. And parameters like CSI 2147483647 T, which keep xterm.js busy for minutes, are cut to
// what can have an effect. The one rule: what is drawn stays what the server's engine holds.
//
// Call guard(term) after loading addons: the handler registered last is asked first.

import { correct } from './corrections.js';
import { PictureLinks } from './picture-links.js';

// As app/screen/intake.py cuts it: CSI n b repeats a character n times.
const REPEAT_MOST = 1000;

// Questions that are CSI sequences: [prefix, intermediates, final].
const QUESTIONS = [
  ['', '', 'c'], ['>', '', 'c'], ['=', '', 'c'],         // DA1, DA2, DA3
  ['', '', 'n'], ['?', '', 'n'],                         // DSR, cursor position, DEC's own
  ['', '$', 'p'], ['?', '$', 'p'],                       // DECRQM
  ['>', '', 'q'],                                        // XTVERSION
  ['?', '', 'u'],                                        // kitty keyboard flags
  ['?', '', 'm'],                                        // XTQMODKEYS
  ['', '', 'x'],                                         // DECREQTPARM
  ['', '*', 'y'],                                        // DECRQCRA: checksum of an area
  ['', '&', 'u'], ['', '$', 'u'], ['', '$', 'w'],        // DECRQUPSS, DECRQTSR, DECRQPSR
  ['?', '', 'S'],                                        // XTSMGRAPHICS
  ['', '#', 'R'], ['', '#', '|'],                        // colour stack, SGR pushed attributes
];
const WINDOW_REPORTS = new Set([11, 13, 14, 15, 16, 18, 19, 20, 21]);

// OSC numbers whose data asks with "?"; 52 would hand the clipboard to the program.
const COLORS = [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21];
const CLIPBOARD = 52;

// Sequences that do their work once per count: [intermediates, final, most(term)].
const COUNTED = [
  ['', 'L', rows], ['', 'M', rows], ['', 'S', rows], ['', 'T', rows],
  ['', '@', cols], ['', 'P', cols], ['', 'X', cols], [' ', '@', cols], [' ', 'A', cols],
  ["'", '}', cols], ["'", '~', cols], ['', 'I', cols], ['', 'Z', cols],
  ['', 'b', () => REPEAT_MOST],
];

const swallow = () => true;

export function guard(term) {
  const parser = term.parser;
  const handlers = [
    ...QUESTIONS.map(([prefix, intermediates, final]) => parser.registerCsiHandler(id(prefix, intermediates, final), swallow)),
    parser.registerCsiHandler({ final: 't' }, params => WINDOW_REPORTS.has(params[0])),
    parser.registerEscHandler({ final: 'Z' }, swallow),                       // DECID
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow),   // DECRQSS
    parser.registerDcsHandler({ intermediates: '+', final: 'q' }, swallow),   // XTGETTCAP
    ...COLORS.map(number => parser.registerOscHandler(number, asks)),
    parser.registerOscHandler(CLIPBOARD, asks),
    ...clamps(term),
    correct(term),
  ];
  const pictures = new PictureLinks(term._core);
  return { pictures, dispose: () => [...handlers, pictures].forEach(handler => handler.dispose()) };
}

function asks(data) {
  return data.split(';').some(part => part === '?' || part.endsWith('=?'));
}

function rows(term) {
  return term.rows;
}

function cols(term) {
  return term.cols;
}

function id(prefix, intermediates, final) {
  return { ...(prefix && { prefix }), ...(intermediates && { intermediates }), final };
}

// The public API hands out copies of the parameters; only the core's own can be changed on their way.
function clamps(term) {
  return COUNTED.map(([intermediates, final, most]) => term._core.registerCsiHandler(id('', intermediates, final), params => {
    const limit = most(term);
    if (params.params[0] > limit) params.params[0] = limit;
    return false;
  }));
}
