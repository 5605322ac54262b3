"""Marks in output: each found once, at its exact offset, wherever its bytes are cut apart; nothing without bounds."""

from __future__ import annotations

import random

from app.screen.marks import TEXT_BYTES, Mark, Scanner, command_line, fields, unescaped

OUTPUT = (
    b"\x1b]133;D;0\x07\x1b]7;file://h/a%20b\x1b\\\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n"
    b"\x1b]633;E;ls\\x3b\x07\x1b]133;C;t=5\x07"
    b"\x1b]2;133;A\x07\x1b]1337;A\x07\x1b[31mred\x1b]133;C\x18no mark\x1b]133;\x1b]133;D;1\x1b\\ rest"
)


def marks(*pieces: bytes) -> list[Mark]:
    scanner, at, found = Scanner(), 0, []
    for piece in pieces:
        found += scanner.feed(at, piece)
        at += len(piece)
    return found


def test_marks_stand_at_their_offsets():
    found = marks(OUTPUT)
    assert [mark.kind for mark in found] == ["D", "7", "A", "B", "E", "C", "D"]
    for mark in found:
        assert OUTPUT[mark.start : mark.end].startswith(b"\x1b]")
        assert OUTPUT[mark.end - 1] in b"\x07\\"
    assert found[4].text == b"ls\\x3b" and found[6].text == b"1"


def test_it_does_not_matter_where_output_is_cut():
    whole = marks(OUTPUT)
    for cut in range(len(OUTPUT)):
        assert marks(OUTPUT[:cut], OUTPUT[cut:]) == whole
    assert marks(*(bytes([byte]) for byte in OUTPUT)) == whole


def test_a_scanner_that_resumes_finds_the_rest_and_nothing_twice():
    whole = marks(OUTPUT)
    for cut in range(len(OUTPUT)):
        first = Scanner()
        before = first.feed(0, OUTPUT[:cut])
        after = Scanner(first.resume).feed(first.resume, OUTPUT[first.resume :])
        assert before + after == whole


def test_what_was_fed_before_is_passed_over_and_a_gap_begins_anew():
    scanner = Scanner()
    scanner.feed(0, OUTPUT[:20])
    assert scanner.feed(0, OUTPUT) == [mark for mark in marks(OUTPUT) if mark.end > 20]
    scanner.feed(scanner.offset, b"\x1b]133;")
    assert scanner.feed(scanner.offset + 10, b"A\x07") == []


def test_hostile_marks_are_bounded():
    scanner = Scanner()
    at = 0
    for _ in range(10):
        assert scanner.feed(at, b"\x1b]133;C;" + b"x" * 8000 if not at else b"x" * 8000) == []
        at = scanner.offset
        assert at - scanner.resume <= TEXT_BYTES + 8
    assert [mark.kind for mark in scanner.feed(at, b"\x07\x1b]133;A\x07")] == ["A"]


def test_random_bytes_do_no_harm():
    dice = random.Random(4)
    alphabet = [b"\x1b", b"]", b"133;", b"7;", b"A", b"C", b"\x07", b"\\", b";", b"x", b"\x18"]
    for _ in range(300):
        data = b"".join(dice.choices(alphabet, k=60))
        cuts = sorted(dice.sample(range(len(data)), 3))
        pieces = [data[i:j] for i, j in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert marks(*pieces) == marks(data)


def test_parameters_and_command_lines():
    assert fields(b"1;t=5") == (["1"], {"t": "5"})
    assert unescaped("a\\x3bb\\\\x3b\\x0ac") == "a;b\\x3b\nc"
    assert command_line({"cmdline_url": "echo%20%C3%A9"}) == "echo é"
    assert command_line({}) is None
