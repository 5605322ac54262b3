// Makes xterm.js safe for output that it must only show: it never answers and never hangs.
//
// A terminal shown in several browsers, some of them replaying history, must not answer the program's questions:
// the server does, once. And parameters like CSI 2147483647 T, which keep xterm.js busy for minutes, are cut to
// what can have an effect. The one rule: what is drawn stays what the server's engine holds.
//
// Call guard(term) after loading addons: the handler registered last is asked first.

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

// Erasing where a wrap is pending: xterm.js then stands behind the last column and misses the last cell (its issue
// 2979); terminals stand on it.
const ERASERS = [['', 'K'], ['?', 'K'], ['', 'J'], ['?', 'J']];

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
    ...corrections(term),
  ];
  return { dispose: () => handlers.forEach(handler => handler.dispose()) };
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

// Where xterm.js 6.0 differs from the terminals it stands for (and from the server's engine).
function corrections(term) {
  const core = term._core;
  const stepBack = () => {
    const buffer = core._bufferService.buffer;
    if (buffer.x >= term.cols) buffer.x = term.cols - 1;
    return false;
  };
  wholeCharacters(core._inputHandler._utf8Decoder);
  return [
    ...ERASERS.map(([prefix, final]) => core.registerCsiHandler(id(prefix, '', final), stepBack)),
    core.registerEscHandler({ final: 'c' }, () => { core._inputHandler.setTitle(''); return false; }),
    core.registerEscHandler({ final: '7' }, () => save(core)),
    core.registerEscHandler({ final: '8' }, () => place(core._bufferService.buffer)),
    core.registerCsiHandler({ final: 's' }, () => save(core)),
    core.registerCsiHandler({ final: 'u' }, () => place(core._bufferService.buffer)),
    core.registerCsiHandler({ prefix: '?', final: 'h' }, params => switched(core, params, true)),
    core.registerCsiHandler({ prefix: '?', final: 'l' }, params => switched(core, params, false)),
  ];
}

// A saved cursor belongs to a row of the screen; xterm.js ties it to the line there, which may scroll away.
function save(core) {
  const buffer = core._bufferService.buffer;
  buffer.savedRow = buffer.y;
  return false;
}

function place(buffer) {
  if (buffer.savedRow !== undefined) buffer.savedY = buffer.ybase + buffer.savedRow;
  return false;
}

// Both screens have one pair of margins; xterm.js gives each its own.
function switched(core, params, on) {
  const { normal, alt, active } = core._bufferService.buffers;
  for (let i = 0; i < params.length; i++) {
    const mode = params.params[i];
    if (on && (mode === 1048 || mode === 1049)) save(core);
    if (!on && mode === 1048) place(active);
    if (!on && mode === 1049) place(normal);
    if (mode !== 47 && mode !== 1047 && mode !== 1049) continue;
    const [from, to] = on ? [normal, alt] : [alt, normal];
    if (from === active) [to.scrollTop, to.scrollBottom] = [from.scrollTop, from.scrollBottom];
  }
  return false;
}

// A character cut by the end of a chunk comes out wrong when its second byte is 0x80, as in quotes and dashes (E2 80
// 99): xterm.js takes that byte's value, 0, for "not there yet". So it gets whole characters only.
function wholeCharacters(decoder) {
  const decode = decoder.decode.bind(decoder);
  let tail = new Uint8Array(0);
  decoder.decode = (input, target) => {
    let data = input;
    if (tail.length) {
      data = new Uint8Array(tail.length + input.length);
      data.set(tail);
      data.set(input, tail.length);
    }
    const end = data.length - unfinished(data);
    tail = data.slice(end);
    return decode(data.subarray(0, end), target);
  };
}

// How many bytes at the end start a character that is not complete.
function unfinished(data) {
  for (let back = 1; back <= Math.min(3, data.length); back++) {
    const byte = data[data.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}
