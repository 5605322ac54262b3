"""A thumbnail is the visible screen in colour, and small however large and colourful the screen is."""

import json

from app.screen import Screen
from app.screen.thumbnail import BOLD, INVERSE, MOST_COLS, MOST_ROWS, UNDERLINE


def drawn(data: bytes, rows=24, cols=80):
    screen = Screen(rows, cols)
    screen.feed(data)
    return screen.capture(0).thumbnail(screen.cursor.row)


def test_runs_have_text_style_and_width():
    small = drawn(b"plain \x1b[1;31mred\x1b[m\r\n\r\n\x1b[7;4;38;2;1;2;3m~\x1b[48;5;200m x\x1b[m")
    assert small.first == 0 and len(small.lines) == 3 and small.lines[1] == []
    assert small.lines[0] == ["plain ", 0, 6, "red", 1, 3]
    assert small.styles[0] == (None, None, 0) and small.styles[1] == (1, None, BOLD)
    assert small.styles[2] == ("#010203", None, INVERSE | UNDERLINE) and small.styles[3][1] == 200


def test_wide_characters_are_written_once_and_count_two_cells():
    assert drawn("你好ab".encode()).lines == [["你好ab", 0, 6]]


def test_blanks_are_left_out_unless_they_have_a_colour():
    assert drawn(b"x   \r\n   \r\n").lines == [["x", 0, 1]]
    assert drawn(b"\x1b[41m\x1b[2K").lines == [[" " * 80, 1, 80]]
    assert drawn(b"\x1b[8msecret\x1b[m.").lines == [["      .", 0, 7]], "what is invisible is not told"


def test_of_a_large_screen_the_part_where_something_was_written():
    small = drawn(b"".join(b"%d\r\n" % n for n in range(150)), rows=200, cols=1000)
    assert len(small.lines) <= MOST_ROWS and small.first == 151 - MOST_ROWS and small.lines[-1] == ["149", 0, 3]
    assert drawn(b"top", rows=200).first == 0
    assert drawn(b"y" * 900, cols=1000).lines == [["y" * MOST_COLS, 0, MOST_COLS]]


def test_a_colour_a_cell_and_marks_without_end_stay_small():
    cells = b"".join(b"\x1b[38;2;%d;%d;7m%c" % (n % 256, n // 256, 65 + n % 26) for n in range(60 * 200))
    small = drawn(cells, rows=60, cols=200)
    assert len(small.styles) <= 200 and len(json.dumps(small.lines)) < 60_000
    zalgo = drawn(("a" + "\u0301" * 500).encode() * 80)
    assert len(json.dumps(zalgo.lines)) < 10_000
