// Where xterm.js 6.0 differs from the terminals it stands for, and so from the server's engine.
//
// None of it has a public API, so this reaches into the core; tests/fidelity would notice if a new version moved
// something. The one rule: correct only what the engine has otherwise, and say why at each place.

export function correct(term) {
  const core = term._core;
  wholeCharacters(core._inputHandler._utf8Decoder);
  const undo = [...pendingWrap(core), ...softWraps(core), splitCharacters(core), alignment(core)];
  const handlers = [
    core.registerEscHandler({ final: 'c' }, () => { core._inputHandler.setTitle(''); return false; }), // RIS forgets it
    core.registerEscHandler({ final: '7' }, () => saveRow(core)),
    core.registerEscHandler({ final: '8' }, () => placeSaved(core._bufferService.buffer)),
    core.registerCsiHandler({ final: 's' }, () => saveRow(core)),
    core.registerCsiHandler({ final: 'u' }, () => placeSaved(core._bufferService.buffer)),
    core.registerCsiHandler({ prefix: '?', final: 'h' }, params => switchScreen(core, params, true)),
    core.registerCsiHandler({ prefix: '?', final: 'l' }, params => switchScreen(core, params, false)),
  ];
  return { dispose: () => { handlers.forEach(handler => handler.dispose()); undo.forEach(restore => restore()); } };
}

// Replace a method with one that may act before and after the original; returns how to undo it.
function around(object, name, wrapper) {
  const original = object[name];
  object[name] = function (...args) { return wrapper(() => original.apply(this, args), ...args); };
  return () => { object[name] = original; };
}

// Erasing where a wrap is pending: xterm.js stands behind the last column then and misses the last cell (its issue
// 2979).
function pendingWrap(core) {
  const { _inputHandler: handler, _bufferService: service } = core;
  const stepBack = erase => {
    service.buffer.x = Math.min(service.buffer.x, service.cols - 1);
    return erase();
  };
  return ['eraseInLine', 'eraseInDisplay'].map(name => around(handler, name, stepBack));
}

// A soft wrap joins a row to the one below, for copying and resizing. It ends when the end of the upper row is
// erased or rows in between are moved, and not when the cursor comes by; xterm.js has it the other way round.
function softWraps(core) {
  const { _inputHandler: handler, _bufferService: service } = core;
  const row = y => service.buffer.lines.get(service.buffer.ybase + y);
  const unwrap = y => { const line = row(y); if (line) line.isWrapped = false; };
  const keeping = (lines, act) => {
    const before = lines.map(line => line?.isWrapped);
    const result = act();
    lines.forEach((line, i) => { if (line) line.isWrapped = before[i]; });
    return result;
  };
  const endErased = act => {
    const result = act();
    if (service.buffer.y + 1 < service.rows) unwrap(service.buffer.y + 1);
    return result;
  };
  const moved = (act, from) => {
    const { y, scrollTop, scrollBottom } = service.buffer;
    const result = act();
    if (from === undefined || (y >= scrollTop && y <= scrollBottom)) {
      for (let i = from ?? scrollTop; i <= scrollBottom; i++) unwrap(i);
      if (scrollBottom + 1 < service.rows) unwrap(scrollBottom + 1);
    }
    return result;
  };
  const partial = () => service.buffer.scrollTop > 0 || service.buffer.scrollBottom < service.rows - 1;
  return [
    around(handler, 'lineFeed', act => {
      const line = row(service.buffer.y + 1);
      if (!line?.isWrapped || service.buffer.y === service.buffer.scrollBottom) return act();
      return keeping([line], act);
    }),
    around(handler, 'eraseInLine', (act, params) => {
      const erase = () => keeping([row(service.buffer.y)], act);
      return params.params[0] === 1 ? erase() : endErased(erase);
    }),
    around(handler, 'eraseInDisplay', (act, params) => {
      const { y, ybase, lines } = service.buffer;
      if (params.params[0] === 0) return keeping([row(y)], act);
      if (params.params[0] !== 1) return act();
      return keeping(y + 1 < ybase ? [row(y + 1), lines.get(y + 1)] : [row(y + 1)], act); // it forgets to add ybase
    }),
    around(handler, 'eraseChars', endErased),
    around(handler, 'deleteChars', endErased),
    around(handler, 'insertLines', act => moved(act, service.buffer.y)),
    around(handler, 'deleteLines', act => moved(act, service.buffer.y)),
    around(handler, 'scrollDown', act => moved(act)),
    around(handler, 'scrollUp', act => (partial() ? moved(act) : act())),
    around(handler, 'reverseIndex', act => (service.buffer.y === service.buffer.scrollTop ? moved(act) : act())),
    around(service, 'scroll', act => {
      const result = act();
      if (service.buffer.scrollBottom + 1 < service.rows) unwrap(service.buffer.scrollBottom + 1);
      return result;
    }),
  ];
}

// Blanks inserted into the middle of a wide character push its second half, a cell of no width, along the row.
function splitCharacters(core) {
  const { _inputHandler: handler, _bufferService: service } = core;
  return around(handler, 'insertChars', (act, params) => {
    const result = act();
    const { x, y, ybase, lines } = service.buffer;
    const line = lines.get(ybase + y);
    const at = x + (params.params[0] || 1);
    if (at < service.cols && line.getWidth(at) === 0 && !line.hasContent(at)) {
      line.setCellFromCodepoint(at, 0, 1, handler._eraseAttrData());
    }
    return result;
  });
}

// The alignment test (DECALN) takes the margins away first.
function alignment(core) {
  return around(core._inputHandler, 'screenAlignmentPattern', act => {
    const { buffer, rows } = core._bufferService;
    [buffer.scrollTop, buffer.scrollBottom] = [0, rows - 1];
    return act();
  });
}

// A saved cursor belongs to a row of the screen; xterm.js ties it to the line there, which may scroll away.
function saveRow(core) {
  const buffer = core._bufferService.buffer;
  buffer.savedRow = buffer.y;
  return false;
}

function placeSaved(buffer) {
  if (buffer.savedRow !== undefined) buffer.savedY = buffer.ybase + buffer.savedRow;
  return false;
}

// Both screens have one pair of margins; xterm.js gives each its own.
function switchScreen(core, params, on) {
  const { normal, alt, active } = core._bufferService.buffers;
  for (let i = 0; i < params.length; i++) {
    const mode = params.params[i];
    if (on && (mode === 1048 || mode === 1049)) saveRow(core);
    if (!on && mode === 1048) placeSaved(active);
    if (!on && mode === 1049) placeSaved(normal);
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
