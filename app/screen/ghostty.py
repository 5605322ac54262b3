"""One libghostty-vt terminal: with scrollback.py (for history) and halves.py all that touches C.

pyghostty's own `Terminal` sets a line limit on the scrollback (slow, and it keeps too few rows), so this
uses the library itself. The one rule: nothing a program writes may make the engine allocate without
bound, read files, or call back into Python with an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from app.screen import answers, halves
from app.screen.library import check, ffi, lib
from app.screen.picture_sizes import CELL_PIXELS

# One APC, DCS or OSC may hold this much before it is replaced by an empty one (see `Terminal._tame`).
STRING_BYTES = 128 * 1024
# Fed in pieces, so that between two checks no string grows past STRING_BYTES + PIECE_BYTES.
PIECE_BYTES = 256 * 1024
# What the engine keeps of an unfinished sequence; above the sum of the two, or snapshots in it would fail.
CONTINUATION_BYTES = 1024 * 1024
SCROLLBACK_SLACK_BYTES = 4 * 1024 * 1024
CELL_BYTES = 8 * 1.1  # a cell, and a tenth for the rows' styles and links

C = {
    name: ffi.typeof(kind)
    for name, kind in {
        "terminal": "GhosttyTerminal *", "screen": "GhosttyTerminalScreen *", "mode": "GhosttyTerminalModeConfig *",
        "compression": "GhosttyTerminalCompressionResult *", "writer": "GhosttyWriter *", "string": "GhosttyString *",
        "rgb": "GhosttyColorRgb *", "palette": "GhosttyColorRgb[256]",
        "size": "size_t *", "u64": "uint64_t *", "u16": "uint16_t *", "flag": "bool *",
        "write": "GhosttyWriterFn", "write_pty": "GhosttyTerminalWritePtyFn", "bell": "GhosttyTerminalBellFn",
        "titled": "GhosttyTerminalTitleChangedFn", "moved": "GhosttyTerminalPwdChangedFn",
        "notified": "GhosttyTerminalDesktopNotificationFn", "progressed": "GhosttyTerminalProgressReportFn",
        "attributes": "GhosttyTerminalDeviceAttributesFn", "xtversion": "GhosttyTerminalXtversionFn",
        "sized": "GhosttyTerminalSizeFn",
    }.items()
}  # fmt: skip

ALTERNATE = int(lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE)


class Effects(Protocol):
    """What the engine calls while it is fed. Must not raise."""

    def reply(self, data: bytes) -> None: ...
    def bell(self) -> None: ...
    def titled(self, title: bytes) -> None: ...
    def moved(self, directory: bytes) -> None: ...
    def notified(self, title: bytes, body: bytes) -> None: ...
    def progressed(self, state: int, percent: int) -> None: ...


class Terminal:
    """A terminal engine of rows x cols. Not thread-safe: one caller at a time."""

    def __init__(self, rows: int, cols: int, scrollback: int, effects: Effects | None) -> None:
        created = ffi.new(C["terminal"])
        check(lib.ghostty_terminal_new(ffi.NULL, created, cols, rows), "terminal_new")
        self._begin(created[0], effects)
        self.limit_scrollback(scrollback, cols)

    def _begin(self, terminal: Any, effects: Effects | None) -> None:
        self._terminal = terminal
        self._handle = ffi.new_handle(effects)  # kept alive here: the engine holds only the pointer
        self._number("CONTINUATION_MAX_BYTES", CONTINUATION_BYTES)
        self._close_doors()
        self._set("USERDATA", self._handle)
        for option, callback in self._callbacks().items():
            self._set(option, callback)
        self._set("COLOR_FOREGROUND", _rgb(answers.FOREGROUND))
        self._set("COLOR_BACKGROUND", _rgb(answers.BACKGROUND))
        self._set("COLOR_CURSOR", _rgb(answers.CURSOR))
        self._set("COLOR_PALETTE", _PALETTE)

    def _callbacks(self) -> dict[str, Any]:
        return _CALLBACKS

    def _close_doors(self) -> None:
        """No images (their media can read files), no glyphs, no title report, no clipboard transactions."""
        self._set("SCROLLBACK_MAX_LINES", ffi.NULL)
        self._set("KITTY_IMAGE_STORAGE_LIMIT", ffi.new(C["u64"], 0))
        self._set("KITTY_IMAGE_MEDIUM_FILE", ffi.new(C["flag"], False))
        self._set("KITTY_IMAGE_MEDIUM_TEMP_FILE", ffi.NULL)
        self._set("KITTY_IMAGE_MEDIUM_SHARED_MEM", ffi.new(C["flag"], False))
        self._set("GLYPH_PROTOCOL", ffi.new(C["flag"], False))
        self._set("TITLE_REPORT", ffi.new(C["flag"], False))
        self._number("APC_MAX_BYTES", 4096)
        self._number("APC_MAX_BYTES_KITTY", 4096)
        self._number("CLIPBOARD_WRITE_MAX_BYTES", 4096)

    def limit_scrollback(self, lines: int, cols: int) -> None:
        """A byte limit only: a line limit is slow (12 MB/s) and drops whole pages too early."""
        self._number("SCROLLBACK_MAX_BYTES", int(lines * cols * CELL_BYTES) + SCROLLBACK_SLACK_BYTES)

    def feed(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES] if len(data) > PIECE_BYTES else data
            lib.ghostty_terminal_vt_write(self._terminal, piece, len(piece))
            if not self._get("VT_GROUND", "flag"):
                self._tame()

    def _tame(self) -> None:
        """An unfinished string that grew too long is swapped for one that swallows the rest of it."""
        size = ffi.new(C["size"])
        lib.ghostty_terminal_continuation_buf(self._terminal, ffi.NULL, 0, size)
        if size[0] <= STRING_BYTES:
            return
        start = self.continuation()[:2]
        # CAN ends it; then an OSC of a number nobody uses (BEL ends an OSC), or a SOS for the others.
        swallow = b"\x18\x1b]99999;" if start == b"\x1b]" else b"\x18\x1bX"
        lib.ghostty_terminal_vt_write(self._terminal, swallow, len(swallow))

    def continuation(self) -> bytes:
        """The unfinished escape sequence or UTF-8 character at the end of what was fed."""
        size = ffi.new(C["size"])
        lib.ghostty_terminal_continuation_buf(self._terminal, ffi.NULL, 0, size)
        if not size[0]:
            return b""
        buffer = ffi.new("uint8_t[]", size[0])
        check(lib.ghostty_terminal_continuation_buf(self._terminal, buffer, size[0], size), "continuation")
        return bytes(ffi.buffer(buffer, size[0]))

    def resize(self, rows: int, cols: int) -> None:
        if cols < self.size()[1]:
            halves.erase(self, cols)
        check(lib.ghostty_terminal_resize(self._terminal, cols, rows, *CELL_PIXELS), "resize")

    def encode(self, take: Callable[[bytes], bool]) -> None:
        """Hand the engine's state to `take` piece by piece until it returns False."""
        writer = ffi.new(C["writer"])
        handle = ffi.new_handle(take)
        writer.write, writer.userdata = _take, handle
        result = lib.ghostty_snapshot_encode(self._terminal, writer[0])
        if result != lib.GHOSTTY_IO_ERROR:  # what `take` -> False makes of it
            check(result, "snapshot_encode")

    def compress(self) -> None:
        result = ffi.new(C["compression"])
        lib.ghostty_terminal_compress(self._terminal, lib.GHOSTTY_TERMINAL_COMPRESSION_MODE_FULL, result)

    def size(self) -> tuple[int, int]:
        return self._get("ROWS"), self._get("COLS")

    def cursor(self) -> tuple[int, int]:
        return self._get("CURSOR_Y"), self._get("CURSOR_X")

    def cursor_visible(self) -> bool:
        return bool(self._get("CURSOR_VISIBLE", "flag"))

    def title(self) -> bytes:
        return _borrowed(self._terminal, lib.GHOSTTY_TERMINAL_DATA_TITLE)

    def directory(self) -> bytes:
        return _borrowed(self._terminal, lib.GHOSTTY_TERMINAL_DATA_PWD)

    def alternate(self) -> bool:
        return int(self._get("ACTIVE_SCREEN", "screen")) == ALTERNATE

    def mode(self, number: int) -> bool:
        config = ffi.new(C["mode"])
        config.mode = number
        lib.ghostty_terminal_get(self._terminal, lib.GHOSTTY_TERMINAL_DATA_MODE, config)
        return bool(config.value)

    def set_mode(self, number: int, value: bool) -> None:
        self._set("MODE", ffi.new(C["mode"], {"mode": number, "value": value}))

    def close(self) -> None:
        if self._terminal is not None:
            lib.ghostty_terminal_free(self._terminal)
            self._terminal = None

    def __del__(self) -> None:
        if getattr(self, "_terminal", None) is not None:
            self.close()

    def _set(self, option: str, value: Any) -> None:
        code = getattr(lib, "GHOSTTY_TERMINAL_OPT_" + option)
        check(lib.ghostty_terminal_set(self._terminal, code, value), option)

    def _number(self, option: str, value: int) -> None:
        self._set(option, ffi.new(C["size"], value))

    def _get(self, key: str, kind: str = "u16") -> Any:
        out = ffi.new(C[kind])
        check(lib.ghostty_terminal_get(self._terminal, getattr(lib, "GHOSTTY_TERMINAL_DATA_" + key), out), key)
        return out[0]


def codepoint_width(codepoint: int) -> int:
    """The engine's width of one character: 0, 1 or 2 cells."""
    return int(lib.ghostty_unicode_codepoint_width(codepoint))


def _rgb(color: int) -> Any:
    return ffi.new(C["rgb"], (color >> 16, color >> 8 & 255, color & 255))


def _palette() -> Any:
    """The engine's 256 colours with xterm.js' sixteen in front."""
    palette = ffi.new(C["palette"])
    lib.ghostty_color_palette_default(palette)
    for index, color in enumerate(answers.ANSI_COLORS):
        palette[index] = _rgb(color)[0]
    return palette


_PALETTE = _palette()


def _bytes(string: Any) -> bytes:
    return bytes(ffi.buffer(string.ptr, string.len)) if string.len else b""


def _borrowed(terminal: Any, key: int) -> bytes:
    out = ffi.new(C["string"])
    return _bytes(out[0]) if lib.ghostty_terminal_get(terminal, key, out) == lib.GHOSTTY_SUCCESS else b""


# Callbacks are shared by all terminals (each costs an executable page); `user` says whose it is.


@ffi.callback(C["write"])
def _take(user: Any, data: Any, size: int) -> bool:
    return bool(ffi.from_handle(user)(bytes(ffi.buffer(data, size))))


@ffi.callback(C["write_pty"])
def _write_pty(terminal: Any, user: Any, data: Any, size: int) -> None:
    ffi.from_handle(user).reply(bytes(ffi.buffer(data, size)))


@ffi.callback(C["bell"])
def _bell(terminal: Any, user: Any) -> None:
    ffi.from_handle(user).bell()


@ffi.callback(C["titled"])
def _titled(terminal: Any, user: Any) -> None:
    ffi.from_handle(user).titled(_borrowed(terminal, lib.GHOSTTY_TERMINAL_DATA_TITLE))


@ffi.callback(C["moved"])
def _moved(terminal: Any, user: Any) -> None:
    ffi.from_handle(user).moved(_borrowed(terminal, lib.GHOSTTY_TERMINAL_DATA_PWD))


@ffi.callback(C["notified"])
def _notified(terminal: Any, user: Any, note: Any) -> None:
    ffi.from_handle(user).notified(_bytes(note.title), _bytes(note.body))


@ffi.callback(C["progressed"])
def _progressed(terminal: Any, user: Any, report: Any) -> None:
    ffi.from_handle(user).progressed(int(report.state), int(report.progress))


@ffi.callback(C["attributes"])
def _attributes(terminal: Any, user: Any, out: Any) -> bool:
    out.primary.conformance_level, *features = answers.PRIMARY
    for place, feature in enumerate(features):
        out.primary.features[place] = feature
    out.primary.num_features = len(features)
    second = out.secondary
    second.device_type, second.firmware_version, second.rom_cartridge = answers.SECONDARY
    return True


_XTVERSION = ffi.from_buffer(answers.XTVERSION)


@ffi.callback(C["xtversion"])
def _xtversion(terminal: Any, user: Any) -> Any:
    return {"ptr": _XTVERSION, "len": len(answers.XTVERSION)}


@ffi.callback(C["sized"])
def _size(terminal: Any, user: Any, out: Any) -> bool:
    number = ffi.new(C["u16"])
    lib.ghostty_terminal_get(terminal, lib.GHOSTTY_TERMINAL_DATA_ROWS, number)
    out.rows = number[0]
    lib.ghostty_terminal_get(terminal, lib.GHOSTTY_TERMINAL_DATA_COLS, number)
    out.columns = number[0]
    out.cell_width, out.cell_height = CELL_PIXELS
    return True


_CALLBACKS = {
    "WRITE_PTY": _write_pty,
    "BELL": _bell,
    "TITLE_CHANGED": _titled,
    "PWD_CHANGED": _moved,
    "DESKTOP_NOTIFICATION": _notified,
    "PROGRESS_REPORT": _progressed,
    "DEVICE_ATTRIBUTES": _attributes,
    "XTVERSION": _xtversion,
    "SIZE": _size,
}
