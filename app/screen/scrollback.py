"""A terminal whose scrollback is counted and read as it grows. With ghostty.py all that touches C.

The engine recycles its oldest pages once the scrollback's byte limit is reached, which is three to ten times
faster than erasing the scrollback by hand (page faults). So a mark follows the last row that was counted. The
one rule: between two counts no more may scroll off than the limit keeps.
"""

from __future__ import annotations

from typing import Any

from app.screen import state
from app.screen.ghostty import ALTERNATE, CONTINUATION_BYTES, Effects, Terminal
from app.screen.halves import ref_at
from app.screen.library import check, ffi, lib, union_fn

# What the engine keeps of rows that scrolled off; also what one such terminal costs. A small one stays in the
# processor's cache, and costs few page faults at its start.
KEPT_BYTES = 4 << 20
# But so many screens at least, for a sequence may scroll one off (CSI S). The largest takes 8 MB.
SCREENS = 3
CELL_BYTES, ROW_BYTES = 8, 16
# The text of rows is asked for in so many bytes, or in as many as it needs; more than the most is read in Python.
TEXT_BYTES, MOST_TEXT_BYTES = 64 << 10, 4 << 20

_SCROLLBACK_ROWS = int(lib.GHOSTTY_TERMINAL_DATA_SCROLLBACK_ROWS)
_ACTIVE_SCREEN = int(lib.GHOSTTY_TERMINAL_DATA_ACTIVE_SCREEN)


def _track(terminal: Any, point: Any, mark: Any) -> Any:
    kind = "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyTrackedGridRef*)"
    return union_fn("ghostty_terminal_grid_ref_track", kind)(terminal, point, mark)


class ScrollingTerminal(Terminal):
    """Counts rows of the primary screen, also while the alternate one is shown. Nobody asks the past for replies,
    bells or titles: there are no effects."""

    _mark: Any = None  # the newest row counted; None: all that is in the scrollback is new
    _text: Any = None
    most_rows = 0  # may scroll off between two counts; a third is left for styles, links, combining characters

    def __init__(self, rows: int, cols: int) -> None:
        super().__init__(rows, cols, 0, None)

    def _callbacks(self) -> dict[str, Any]:
        return {}

    @classmethod
    def decode(cls, data: bytes) -> ScrollingTerminal:
        """The terminal that `state.screens` wrote down."""
        self = cls.__new__(cls)
        source = ffi.from_buffer(data)
        decoder, terminal = ffi.new("GhosttySnapshotDecoder*"), ffi.new("GhosttyTerminal*")
        check(lib.ghostty_snapshot_decoder_new_buf(ffi.NULL, decoder, source, len(data)), "decoder")
        try:
            for option, value in (
                (lib.GHOSTTY_SNAPSHOT_DECODER_OPT_MAX_CONTINUATION_BYTES, ffi.new("size_t*", CONTINUATION_BYTES)),
                (lib.GHOSTTY_SNAPSHOT_DECODER_OPT_RETAIN_CONTINUATION, ffi.new("bool*", True)),
            ):
                check(lib.ghostty_snapshot_decoder_set(decoder[0], option, value), "decoder option")
            check(lib.ghostty_snapshot_decoder_ready(decoder[0], terminal), "decode")
        finally:
            lib.ghostty_snapshot_decoder_free(decoder[0])
        self._begin(terminal[0], None)
        self.drop()  # rows that shared their page with the screen
        return self

    def _begin(self, terminal: Any, effects: Effects | None) -> None:
        self._number_out, self._screen_out = ffi.new("size_t*"), ffi.new("GhosttyTerminalScreen*")
        super()._begin(terminal, effects)

    def limit_scrollback(self, lines: int, cols: int) -> None:
        """By what `most_rows` needs."""
        rows, cols = self.size()
        screens = SCREENS * rows * _row_bytes(cols)
        self._number("SCROLLBACK_MAX_BYTES", max(KEPT_BYTES, screens))
        self.most_rows = max(KEPT_BYTES, screens) * 2 // 3 // _row_bytes(cols)

    def resize(self, rows: int, cols: int) -> None:
        """What stands above the screen is forgotten before: it is not wrapped anew, and does not come back."""
        self.drop()
        super().resize(rows, cols)
        self.limit_scrollback(0, cols)

    def drop(self) -> None:
        """Forgets every row above the screen."""
        self._unmark()
        self._number("SCROLLBACK_MAX_BYTES", 0)
        self.limit_scrollback(0, 0)

    def scrolled(self) -> int:
        """Rows above the primary screen that were not there at the last count."""
        kept = self._kept()
        return kept - (self._marked() + 1)

    def counted(self) -> None:
        """From here on they are not new any more."""
        if self.alternate():  # from there a place in the primary screen's scrollback cannot be named
            self.drop()
            return
        self._unmark()
        if kept := self._kept():
            mark = ffi.new("GhosttyTrackedGridRef*")
            check(_track(self._terminal, _history(0, kept - 1), mark), "track")
            self._mark = mark[0]

    def scrolled_text(self, count: int) -> bytes | None:
        """The text of the newest `count` rows that scrolled off, in UTF-8; None where it has to be read otherwise.
        Blanks at the ends of rows may be missing."""
        if not count or self.alternate():
            return b"" if not count else None
        kept, (_, cols) = self._kept(), self.size()
        chosen = ffi.new("GhosttySelection*", {"size": ffi.sizeof("GhosttySelection")})
        chosen.start = self._ref(0, kept - count)
        chosen.end = self._ref(cols - 1, kept - 1)
        options = ffi.new(
            "GhosttyTerminalSelectionFormatOptions*",
            {
                "size": ffi.sizeof("GhosttyTerminalSelectionFormatOptions"),
                "emit": lib.GHOSTTY_FORMATTER_FORMAT_PLAIN,
                "unwrap": False,
                "trim": True,
                "selection": chosen,
            },
        )
        size = ffi.new("size_t*", TEXT_BYTES)
        while size[0] <= MOST_TEXT_BYTES:
            if self._text is None or size[0] > len(self._text):
                self._text = ffi.new("uint8_t[]", size[0])
            result = lib.ghostty_terminal_selection_format_buf(
                self._terminal, options[0], self._text, len(self._text), size
            )
            if result == lib.GHOSTTY_SUCCESS:
                return bytes(ffi.buffer(self._text, size[0]))
            if result != lib.GHOSTTY_OUT_OF_SPACE:
                break
        return None

    def scrolled_open(self) -> bool:
        """Whether the newest of them goes on in the row below."""
        if self.alternate():
            return True  # it may
        row, wraps = ffi.new("GhosttyRow*"), ffi.new("bool*")
        ref = ffi.new("GhosttyGridRef*", self._ref(0, self._kept() - 1))
        check(lib.ghostty_grid_ref_row(ref, row), "row")
        check(lib.ghostty_row_get(row[0], lib.GHOSTTY_ROW_DATA_WRAP, wraps), "wrap")
        return bool(wraps[0])

    def close(self) -> None:
        self._unmark()
        super().close()

    def _kept(self) -> int:
        if self.alternate():
            return state.primary_history(self)
        lib.ghostty_terminal_get(self._terminal, _SCROLLBACK_ROWS, self._number_out)
        return int(self._number_out[0])

    def alternate(self) -> bool:
        """As the parent's, for a hundred thousand calls a second."""
        lib.ghostty_terminal_get(self._terminal, _ACTIVE_SCREEN, self._screen_out)
        return int(self._screen_out[0]) == ALTERNATE

    def _marked(self) -> int:
        """Where the mark stands, counted from the top of the scrollback; -1 where it is gone or there is none."""
        if self._mark is None:
            return -1
        place = ffi.new("GhosttyPointCoordinate*")
        tag = lib.GHOSTTY_POINT_TAG_SCREEN
        found = lib.ghostty_tracked_grid_ref_point(self._mark, tag, place) == lib.GHOSTTY_SUCCESS
        return int(place.y) if found else -1

    def _unmark(self) -> None:
        if self._mark is not None:
            lib.ghostty_tracked_grid_ref_free(self._mark)
            self._mark = None

    def _ref(self, x: int, y: int) -> Any:
        ref = ffi.new("GhosttyGridRef*", {"size": ffi.sizeof("GhosttyGridRef")})
        check(ref_at(self._terminal, _history(x, y), ref), "grid ref")
        return ref[0]


def _row_bytes(cols: int) -> int:
    return cols * CELL_BYTES + ROW_BYTES


def _history(x: int, y: int) -> Any:
    point = ffi.new("GhosttyPointS*", {"tag": lib.GHOSTTY_POINT_TAG_HISTORY})
    point.value.x, point.value.y = x, y
    return point[0]
