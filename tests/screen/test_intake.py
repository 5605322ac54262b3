"""Bytes that xterm.js reads otherwise than the engine does."""

from __future__ import annotations

import pytest

from app.screen.engine import Screen
from app.screen.intake import REPEAT_MOST, Intake


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (b"plain", b"plain"),
        ("漢é😀".encode(), "漢é😀".encode()),
        (b"a\x7fb", b"ab"),
        (b"a\xffb\xc3(\xe2\x82", b"ab("),
        (b"\xed\xa0\x80x\xc0\xafy", b"xy"),
        ("a\ufeffb".encode(), b"ab"),
        ("\x9b31m\x9d2;t\x9c\x85".encode(), b"\x1b[31m\x1b]2;t\x1b\\\x1bE"),
        ("a\x80b".encode(), b"a\x18b"),
        (b"\x1b[?3h", b""),
        (b"\x1b[?3;4l", b"\x1b[?4l"),
        (b"\x1b[?7;040;25h", b"\x1b[?7;25h"),
        (b"\x1b[?30h\x1b[?1049h", b"\x1b[?30h\x1b[?1049h"),
        (b"\x1b[1000b", b"\x1b[1000b"),
        (b"\x1b[0M\x1b[00S\x1b[0m\x1b[0K\x1b[10L", b"\x1b[M\x1b[S\x1b[0m\x1b[0K\x1b[10L"),
        (b"\x1b[?2027h\x1b[?25;2027;2004h", b"\x1b[?25;2004h"),
        (b"\x1b[g\x1b[3g", b"\x1b[0g\x1b[3g"),
        (b"\x1b[65535b", b"\x1b[%db" % REPEAT_MOST),
        (b"\x1b[99999999999999999999b", b"\x1b[%db" % REPEAT_MOST),
    ],
)
def test_clean(raw: bytes, clean: bytes) -> None:
    assert Intake().clean(raw) == clean


def test_characters_in_ignored_strings_leave_no_trace() -> None:
    """They made the engine unable to write its state down: nobody could join."""
    for start in (b"\x1bX", b"\x1b^", b"\x1b_", b"\x1b\x00^"):
        raw = "a{0}b–ÐÛÝc\x1b\\dÐ{0}Ð\x18é{0}é\x1b]2;é\x07é".format(start.decode()).encode()
        clean = "a{0}bc\x1b\\dÐ{0}\x18é{0}\x1b]2;é\x07é".format(start.decode()).encode()
        intake = Intake()
        assert b"".join(intake.clean(raw[at : at + 1]) for at in range(len(raw))) == clean
        assert Intake().clean(raw) == clean
        screen = Screen(2, 10)
        screen.replay(start + "Ð".encode())
        screen.snapshot()


def test_a_character_may_come_in_pieces() -> None:
    intake = Intake()
    pieces = [intake.clean(bytes([byte])) for byte in "–é😀".encode()]
    assert b"".join(pieces) == "–é😀".encode()
    assert intake.clean(b"x\xe2\x80") == b"x"
    assert intake.pending() == b"\xe2\x80"
    assert intake.clean(b"y") == b"y"
    assert intake.pending() == b""
