"""A screen's state written as ANSI.

Drawn on a reset xterm.js (or a fresh Screen) of the same size, it rebuilds both screens, the scrollback,
pen, cursor, saved cursor, modes, margins, tab stops, character sets, title, links, colours and the
sequence that the cut left unfinished. The one rule: what comes next in the output must act as if
everything before had been drawn too.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.screen.body import Body, plain
from app.screen.rows import CONTINUES, EMPTY, PLAIN, SPACER, SPACER_HEAD, WRAP, Look, Row, Span
from app.screen.state import SavedCursor, ScreenState, TerminalState

# What a reset leaves as it was in xterm.js: line feed mode, blinking, colours.
RESET = "\x1b[20l\x1b[?12l\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\"

# Bits of the engine's mode set -> DEC private mode numbers that are simply set or reset.
PLAIN_MODES = {
    4: 1, 6: 4, 7: 5, 10: 8, 14: 40, 15: 45, 17: 66, 18: 67, 23: 1004, 26: 1007, 29: 1035, 30: 1036, 31: 1039,
    32: 1045, 36: 2004, 37: 2026, 39: 2031, 40: 2033, 41: 2048, 42: 5522,
}  # fmt: skip
ANSI_MODES = {0: 2, 2: 12, 3: 20}
INSERT, ORIGIN, WRAPAROUND, BLINKING, VISIBLE, MARGINS = (1 << bit for bit in (1, 8, 9, 12, 13, 19))
# Bits again; in the order in which the engine numbers the one that counts, from 1.
ALTERNATE_MODES = {35: 1049, 33: 1047, 16: 47}
MOUSE_EVENTS = {11: 9, 20: 1000, 21: 1002, 22: 1003}
MOUSE_FORMATS = {24: 1005, 25: 1006, 27: 1015, 28: 1016}

PENDING_WRAP, PROTECTED = 1, 2  # cursor flags
SAVED_PROTECTED, SAVED_ORIGIN = 1, 4
CHARSETS = ("B", "B", "A", "0")  # UTF-8, ASCII, British, line drawing
LINE_DRAWING = 3
# The characters of the line drawing set, as xterm.js and the engine draw "`" to "~".
LINES = dict(enumerate("◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", start=ord("`")))
CURSOR_STYLES = {0: 6, 1: 2, 2: 4, 3: 2}  # bar, block, underline, hollow block -> steady DECSCUSR

BLANK = Span(EMPTY)


def ansi(state: TerminalState, scrollback: int) -> bytes:
    """The state with at most `scrollback` lines above the screen."""
    writer = _Writer(state)
    writer.write(RESET)
    writer.colors()
    writer.words()
    writer.tabs()
    writer.primary(scrollback)
    if state.active == 1:
        writer.alternate()
    writer.margins()
    writer.saved_cursor(state.screen.saved)
    writer.modes()
    writer.cursor()
    return "".join(writer.parts).encode("utf-8", "replace") + state.continuation


class _Writer:
    def __init__(self, state: TerminalState) -> None:
        self.state = state
        self.parts: list[str] = []
        self.write = self.parts.append
        self.body = Body(self.write, state.cols)
        self.shown: list[Row] = []  # the active screen's visible rows

    def colors(self) -> None:
        entries = [f"{i};rgb:{r:02x}/{g:02x}/{b:02x}" for i, (r, g, b) in self.state.palette.items()]
        if entries:
            self.write(f"\x1b]4;{';'.join(entries)}\x1b\\")
        for number, color in zip((11, 10, 12), self.state.dynamic, strict=True):
            if color.kind:
                self.write(f"\x1b]{number};rgb:{color.red:02x}/{color.green:02x}/{color.blue:02x}\x1b\\")

    def words(self) -> None:
        self.write(f"\x1b]2;{plain(self.state.title)}\x1b\\")
        if self.state.directory:
            self.write(f"\x1b]7;{plain(self.state.directory)}\x1b\\")

    def tabs(self) -> None:
        bits, cols = self.state.tabs, self.state.cols
        stops = [x for x in range(cols) if bits[x >> 3] >> (x & 7) & 1]
        if stops != list(range(8, cols, 8)):
            self.write("\x1b[3g" + "".join(f"\x1b[{x + 1}G\x1bH" for x in stops) + "\r")

    def primary(self, scrollback: int) -> None:
        state = self.state
        screen = state.screens[0]
        self.shown = list(screen.rows(state.rows))
        wanted = state.rows + scrollback
        torn = self.torn(screen, wanted)
        if torn or (scrollback and screen.count() > state.rows):
            self.body.rows(screen.rows(wanted), torn)
        else:
            self.body.rows(_without_blank_end(self.shown))

    def alternate(self) -> None:
        """Over to the other screen the way the program went: mode 1049 saves the cursor and clears."""
        state, primary = self.state, self.state.screens[0]
        self.keyboard(primary)
        mode = next((number for bit, number in ALTERNATE_MODES.items() if state.modes >> bit & 1), 47)
        if mode == 1049 and primary.saved:
            self.saved_cursor(primary.saved, "\x1b[?1049h")
            self.write("\x1b[2J" if primary.saved.pen.background.kind else "")
        else:
            self.saved_cursor(primary.saved)
            self.write(f"\x1b[{primary.y + 1};{primary.x + 1}H\x1b[?{mode}h")
        self.write("\x1b[H")
        self.shown = list(self.state.screens[1].rows(self.state.rows))
        torn = self.torn(state.screens[1], state.rows)
        self.body.rows(self.shown if torn else _without_blank_end(self.shown), torn)

    def torn(self, screen: ScreenState, wanted: int) -> int:
        """The screen's height, if the first of the rows goes on from one above that is left out or gone."""
        rows = screen.rows(wanted + 1)
        if screen.count() > wanted and not next(rows).flags & WRAP:
            return 0
        return self.state.rows if next(rows).flags & CONTINUES and self.state.cols > 2 else 0

    def saved_cursor(self, saved: SavedCursor | None, save: str = "\x1b7") -> None:
        if saved is None:
            return
        self.body.look(Look(saved.pen, None, bool(saved.flags & SAVED_PROTECTED)))
        self.charsets(saved.charset)
        self.write("\x1b[?6h" if saved.flags & SAVED_ORIGIN else "")
        self.write(f"\x1b[{saved.y + 1};{saved.x + 1}H{save}")
        self.write("\x1b[?6l" if saved.flags & SAVED_ORIGIN else "")
        self.body.look(PLAIN)
        if _changed(saved.charset):
            self.write("\x0f\x1b(B\x1b)B\x1b*B\x1b+B")

    def charsets(self, charset: int) -> None:
        for slot, intermediate in enumerate("()*+"):
            name = CHARSETS[charset >> 2 * slot & 3]
            if name != "B":
                self.write(f"\x1b{intermediate}{name}")
        self.write(("", "\x0e", "\x1bn", "\x1bo")[charset >> 8 & 3])

    def margins(self) -> None:
        state = self.state
        if state.modes & MARGINS:
            self.write("\x1b[?69h")
            if (state.left, state.right) != (0, state.cols - 1):
                # xterm.js takes this for "save cursor": so it stands before the cursor is saved.
                self.write(f"\x1b[{state.left + 1};{state.right + 1}s")
        if (state.top, state.bottom) != (0, state.rows - 1):
            self.write(f"\x1b[{state.top + 1};{state.bottom + 1}r")

    def modes(self) -> None:
        state = self.state
        changed = state.modes ^ state.default_modes
        for bit, number in PLAIN_MODES.items():
            if changed >> bit & 1:
                self.write(f"\x1b[?{number}{'h' if state.modes >> bit & 1 else 'l'}")
        for bit, number in ANSI_MODES.items():
            if changed >> bit & 1:
                self.write(f"\x1b[{number}{'h' if state.modes >> bit & 1 else 'l'}")
        self.mouse(MOUSE_EVENTS, state.mouse)
        self.mouse(MOUSE_FORMATS, state.mouse_format)
        if state.modify_other_keys:
            self.write("\x1b[>4;2m")
        self.keyboard(state.screen)
        self.cursor_style()

    def mouse(self, modes: Mapping[int, int], chosen: int) -> None:
        """Several may be set, but the one touched last counts; a reset one takes all effect away."""
        active = list(modes.values())[chosen - 1] if chosen else None
        on = [number for bit, number in modes.items() if self.state.modes >> bit & 1 and number != active]
        off = [number for number in modes.values() if number not in on]
        self.write("".join(f"\x1b[?{number}h" for number in on))
        if active:
            self.write(f"\x1b[?{active}h")
        elif on and off:
            self.write(f"\x1b[?{off[-1]}l")

    def keyboard(self, screen: ScreenState) -> None:
        """The kitty keyboard flags: the lowest entry is set, the others pushed."""
        for level in range(screen.kitty_index + 1):
            flags = screen.kitty_flags[level]
            if level:
                self.write(f"\x1b[>{flags}u")
            elif flags:
                self.write(f"\x1b[={flags};1u")

    def cursor_style(self) -> None:
        blinking = bool(self.state.modes & BLINKING)
        if not self.state.cursor_default:
            self.write(f"\x1b[{CURSOR_STYLES[self.state.screen.cursor_style] - blinking} q")
        elif blinking:
            self.write("\x1b[?12h")

    def cursor(self) -> None:
        """Position, pen and what changes printing, last. `_last_cell` says why a cell is drawn again."""
        state, screen = self.state, self.state.screen
        pending = bool(screen.cursor_flags & PENDING_WRAP)
        y = screen.y
        if state.modes & ORIGIN:
            self.write("\x1b[?6h")
            y = max(0, y - state.top)
        at, text, drawn = self._last_cell(pending)
        again = self._typed(text, drawn)
        if again and (pending or ord(again[0]) == state.previous):
            self._settle()
            self.write(f"\x1b[{y + 1};{at + 1}H{again}")
        elif pending:
            self.write(f"\x1b[{y + 1};{at + 1}H")
            self.body.look(drawn.look)
            self.write(" " if text == EMPTY else text)
            self._settle()
        else:
            self.write(f"\x1b[{y + 1};{screen.x + 1}H")
            self._settle()

    def _settle(self) -> None:
        """What would have changed the drawing so far. Moves no cursor, ends no pending wrap."""
        modes, screen = self.state.modes, self.state.screen
        self.write("" if modes & WRAPAROUND else "\x1b[?7l")
        self.write("\x1b[4h" if modes & INSERT else "")
        self.write("" if modes & VISIBLE else "\x1b[?25l")
        self.body.look(self._pen())
        self.charsets(screen.charset)

    def _pen(self) -> Look:
        screen = self.state.screen
        return Look(screen.pen, screen.link, bool(screen.cursor_flags & PROTECTED))

    def _typed(self, text: str, drawn: Span) -> str:
        """What to print for a cell to look so once everything is settled; empty: it would look otherwise."""
        screen = self.state.screen
        if drawn.look != self._pen() or self.state.modes & INSERT or text == EMPTY:
            return ""
        charset = screen.charset >> 2 * (screen.charset >> 8 & 3) & 3
        if charset == LINE_DRAWING and LINES.get(self.state.previous) == text:
            return chr(self.state.previous)
        return text if charset < 2 else ""

    def _last_cell(self, pending: bool) -> tuple[int, str, Span]:
        """The cell left of the cursor (under it, where a wrap is pending).

        A wrap is only pending after a character was printed in the last column. And where this cell holds the
        character printed last, printing it again makes a combining character or REP that follows find it.
        """
        screen = self.state.screen
        x = screen.x if pending else screen.x - 1
        if x < 0 or self.state.modes & MARGINS:
            return x, EMPTY, BLANK
        row = self.shown[screen.y] if screen.y < len(self.shown) else Row(0, 0, ())
        at, text, span = _cell(row, x)
        if not pending and at + _width(row, at) != screen.x:  # the cursor stands inside a wide character
            return x, EMPTY, BLANK
        return at, text, span


def _changed(charset: int) -> bool:
    """Whether a slot holds something else than ASCII, or another slot than the first is in use."""
    return bool(charset & 0b10101010 or charset >> 8 & 3)


def _cell(row: Row, x: int) -> tuple[int, str, Span]:
    """(column, text with combining characters, span) of the cell at x, or of the wide one that covers it."""
    start = 0
    for span in row.spans:
        end = start + len(span.text)
        for at in (x - 1, x):
            if not start <= at < end or span.text[at - start] in (SPACER, SPACER_HEAD, EMPTY):
                continue
            if at == x or _width(row, at) == 2:
                return at, span.text[at - start] + (span.extra or {}).get(at - start, ""), span
        start = end
    return x, EMPTY, BLANK


def _width(row: Row, x: int) -> int:
    flat = "".join(span.text for span in row.spans)
    return 2 if flat[x + 1 : x + 2] == SPACER else 1


def _without_blank_end(rows: list[Row]) -> list[Row]:
    end = len(rows)
    while end > 1 and not rows[end - 1].spans and not rows[end - 1].flags & 2:
        end -= 1
    return rows[:end]
