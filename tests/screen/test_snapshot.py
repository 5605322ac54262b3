"""A snapshot drawn on a fresh Screen gives the same Screen. The same against xterm.js: tests/fidelity."""

from __future__ import annotations

import pytest

from app.screen import Screen, state
from tests.screen.states import same_state

ROWS, COLS = 6, 20
STATES = {
    "empty": b"",
    "looks": b"\x1b[1;2;3;4;5;7;8;9;53mall\x1b[0;4:3;58;5;9mcurly\x1b[21m2\x1b[0;38;5;100;48;2;1;2;3mcolours",
    "pen stays": b"x\x1b[1;38;2;9;8;7;44m",
    "erased in colour": b"\x1b[44m\x1b[2J\x1b[2;5Htext\x1b[3;3H\x1b[K\x1b[49m\x1b[5;5H\x1b[3X",
    "soft wrap": b"w" * 50 + b"\r\nend",
    "wrap in colour": b"\x1b[41m" + b"w" * 250 + b"\x1b[m",
    "wrap pending": b"0123456789abcdefghij",
    "wrap pending, other pen": b"0123456789abcdefghij\x1b[1;31m",
    "wide": "漢字かな交じり文漢字かな交じり文漢字".encode(),
    "wide does not fit": ("x" * 19 + "漢字").encode() + b"\x1b[42m" + ("y" * 15 + "漢字" * 5).encode(),
    "wide pending": ("x" * 18 + "漢").encode(),
    "combining": "e\u0301a\u0308 x\u0301\u0302".encode(),
    "combining to come": b"cafe",
    "links": b"\x1b]8;;http://a/\x07one\x1b]8;id=x;http://b/\x07two\x1b]8;;\x07 \x1b]8;;http://a/\x07open",
    "margins": b"\x1b[2;4r\x1b[3;1Hin",
    "origin": b"\x1b[2;4r\x1b[?6h\x1b[2;3Hin",
    "side margins": b"\x1b[?69h\x1b[3;9s\x1b[2;4H",
    "tab stops": b"\x1b[3g\x1b[4G\x1bH\x1b[11G\x1bH\r\tx",
    "saved cursor": b"\x1b[3;4H\x1b[31m\x1b(0\x1b7\x1b[H\x1b[m\x1b(B",
    "saved in origin": b"\x1b[2;4r\x1b[?6h\x1b[2;2H\x1b7\x1b[?6l\x1b[r",
    "line drawing": b"\x1b(0lqqk\x1b(B x \x1b)0\x0eqq",
    "British": b"\x1b*A\x1bn#",
    "modes": b"\x1b[?1;5;45;66;1004;2004;2026;2031h\x1b[4;20h\x1b[?7;25l",
    "mouse": b"\x1b[?1000;1002;1006h",
    "mouse, one taken back": b"\x1b[?1000;1003;1006h\x1b[?1003l",
    "mouse pixels": b"\x1b[?9;1016h",
    "kitty keys": b"\x1b[=1;1u\x1b[>5u\x1b[>7u",
    "other keys": b"\x1b[>4;2m",
    "cursor style": b"\x1b[5 q",
    "cursor style steady": b"\x1b[4 q",
    "blinking": b"\x1b[?12h",
    "protected": b'\x1b[1"qkept\x1b[0"q gone\x1b[1"q',
    "colours": b"\x1b]4;1;#010203;200;#040506\x07\x1b]10;#111111\x07\x1b]11;#222222\x07\x1b]12;#333333\x07",
    "words": "\x1b]2;title ü\x07\x1b]7;file://h/tmp/x\x07".encode(),
    "alternate 1049": b"first\x1b[2;3H\x1b[?1049h\x1b[3;3Hother\x1b[44m\x1b[K",
    "alternate 1047": b"first\x1b[?1047hother",
    "alternate 47": b"first\x1b[?47hother",
    "alternate, keys": b"\x1b[>1u\x1b[?1049h\x1b[>3u\x1b[>4u",
    "alternate from colour": b"\x1b[44mx\x1b[?1049h\x1b[2;2Hy",
    "scrolled": b"\r\n".join(b"\x1b[3%dmline %d\x1b[m" % (n % 8, n) for n in range(300)),
    "rows without text at the end": b"\x1b[H\x1b[2Jtext\r\n\n\n",
    "cut in CSI": b"x\x1b[38;5;1",
    "cut in OSC": b"x\x1b]2;half a ti",
    "cut in DCS": b"x\x1bP$q",
    "cut after ESC": b"x\x1b",
    "cut in a character": b"x\xe6\xbc",
}


@pytest.mark.parametrize("name", STATES)
def test_the_state_comes_back(name: str) -> None:
    first = Screen(ROWS, COLS, 200)
    first.feed(STATES[name])
    second = Screen(ROWS, COLS, 200)
    second.replay(first.snapshot())
    assert same_state(first, second) == []
    assert second.text(200) == first.text(200)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(
    "rest", [b"\xcc\x81", b"\x1b[3b", b"more text that wraps", b"\x1b8x", b"\x1b[?1049lx", b"\r\n\n\n\n\nz"]
)
def test_what_follows_acts_the_same(name: str, rest: bytes) -> None:
    first = Screen(ROWS, COLS, 200)
    first.feed(STATES[name])
    second = Screen(ROWS, COLS, 200)
    second.replay(first.snapshot())
    assert second.feed(rest) == first.feed(rest)
    assert (second.text(200), second.cursor) == (first.text(200), first.cursor)


def test_titles_and_links_cannot_break_out() -> None:
    screen = Screen(ROWS, COLS)
    screen.feed(b"\x1b]2;a\tb\x01c\x07\x1b]8;;http://x/\x01\x02y\x07z")
    assert b"\x01" not in screen.snapshot()


def test_scrollback_is_as_long_as_asked() -> None:
    screen = Screen(ROWS, COLS, 200)
    screen.feed(STATES["scrolled"])
    for lines in (0, 1, 50, 200):
        again = Screen(ROWS, COLS, 200)
        again.replay(screen.snapshot(lines))
        assert again.text(200) == screen.text(lines)


def test_the_cost_is_what_is_asked_for_not_what_lies_above() -> None:
    screen = Screen(24, 80, 5000)
    screen.feed(b"".join(b"a line of text, number %d\r\n" % n for n in range(20_000)))
    visible = state.read(screen._terminal, 0).screens[0]
    assert (visible.history, visible.history_rows > 5000) == ([], True)
    some = state.read(screen._terminal, 1000).screens[0]
    assert 1024 <= some.count() < 4000
    assert len(screen.snapshot(0)) < 2000
