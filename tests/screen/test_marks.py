"""Marks of shells: found wherever the output is cut, bounded, and no concern of the terminal engine."""

import random
import subprocess

import pytest

from app.live.marks import Marks
from app.screen.engine import Screen
from app.screen.marks import BLOCK_BYTES, MARK_BYTES, MOST_MARKS, Scanner, begins_with_blank, bounded

SESSION = (
    b"hello\r\n\x1b]133;D;0\x07\x1b]7;file://host/home/al%20ice\x07\x1b]133;A;redraw=0\x07$ \x1b]133;B\x07make all\r\n"
    b"\x1b]133;C;cmdline=make\\ all\x07one\r\ntwo\x1b[1m!\x1b]133;D;2\x1b\\\x1b]133;A\x07$ \x1b]133;B\x07 secret\r\n"
    b"\x1b]133;C\x07hm\r\n\x1b]133;D;0\x07\x1b]133;A\x07$ \x1b]133;B\x07\r\n"
    b"\x1b]133;D;0\x07\x1b]133;A\x07$ \x1b]133;B\x07"
    b"x\x1b]633;E;say \\x3b\\\\;nonce\x07\x1b]133;C\x07\x1b[31mred\x1b]8;;http://x\x07l\x1b]8;;\x07\r\n"
)


def read(pieces, marks=None):
    marks, at, told = marks or Marks(), 0, []
    for piece in pieces:
        told += marks.take(at, piece, float)
        at += len(piece)
    return marks, told


def summary(marks):
    return [(ran.number, ran.text, ran.exit_code, ran.cwd) for ran in marks.unsaved.values()]


def test_commands_come_of_marks():
    marks, _ = read([SESSION])
    assert summary(marks) == [
        (1, "make all", 2, "/home/al ice"), (2, None, 0, "/home/al ice"), (3, "say ;\\", None, "/home/al ice"),
    ]  # fmt: skip
    first, running = marks.unsaved[1], marks.unsaved[3]
    assert SESSION[first.output_start : first.output_end] == b"one\r\ntwo\x1b[1m!"
    assert SESSION[first.prompt_offset :].startswith(b"\x1b]133;A;redraw=0")
    assert running == marks.running and marks.at_prompt is False


def test_the_same_marks_wherever_the_output_is_cut():
    whole, _ = read([SESSION])
    chance = random.Random(7)
    for size in (1, 2, 3, 7):
        assert read([SESSION[at : at + size] for at in range(0, len(SESSION), size)])[0].unsaved == whole.unsaved
    for _ in range(50):
        cuts = sorted(chance.sample(range(len(SESSION)), 5))
        parts = [SESSION[a:b] for a, b in zip([0, *cuts], [*cuts, len(SESSION)], strict=True)]
        assert read(parts)[0].unsaved == whole.unsaved


def test_the_same_marks_by_whoever_goes_on_from_a_saved_state():
    whole, _ = read([SESSION])
    for cut in range(len(SESSION)):
        before, _ = read([SESSION[:cut]])
        after = Marks(before.state())
        at = after.state()["scan"]["offset"]
        assert at <= cut
        after.take(at, SESSION[at:], float)
        assert before.unsaved | after.unsaved == whole.unsaved
        assert after.state() == whole.state()


def test_what_was_read_is_not_read_again():
    marks, _ = read([SESSION])
    assert marks.take(0, SESSION, float) == [] and marks.take(10, SESSION[10:], float) == []


def test_a_gap_breaks_off_what_was_begun():
    scanner = Scanner()
    assert scanner.feed(0, b"\x1b]133;C;cmdline=ec") == []
    assert scanner.feed(1000, b"ho\x07\x1b]133;D;0\x07")[0].kind == "ended"


def test_other_strings_are_no_marks():
    for data in (b"\x1b]133;A\x18", b"\x1b]133;Z\x07", b"\x1b]133;CX\x07", b"\x1b]1337;A\x07", b"\x1b]133;A;k=s\x07"):
        assert Scanner().feed(0, data) == [], data
    assert Scanner().feed(0, b"\x1b]133;A\x1b[0m")[0].end == 7  # the escape begins something else
    long = b"\x1b]133;C;cmdline=" + b"x" * MARK_BYTES + b"\x07\x1b]133;A\x07"
    assert [mark.kind for mark in Scanner().feed(0, long)] == ["prompt"]


def test_a_flood_of_marks_is_bounded_and_the_same_for_all():
    flood = b"\x1b]133;A\x07\x1b]133;C\x07\x1b]133;D;0\x07" * 20_000
    whole, _ = read([flood])
    parts, _ = read([flood[at : at + 4099] for at in range(0, len(flood), 4099)])
    assert whole.last == parts.last
    assert 0 < whole.last.number <= (len(flood) // BLOCK_BYTES + 1) * MOST_MARKS
    assert len(whole.unsaved) <= 2000


@pytest.mark.parametrize(
    ("typed", "blank"),
    [("make", False), (" make", True), ("\x1b[?2004hmake", False), ("\x1b[7m make", True), ("", True), (None, True)],
)  # fmt: skip
def test_what_was_typed_first(typed, blank):
    assert begins_with_blank(typed) is blank


def test_texts_of_commands_are_bounded_and_harmless():
    assert bounded("a\x1b[31m\u202eb\nc\td") == "a[31mb\ncd"
    assert len(bounded("x" * 9999)) == 1000
    assert bounded(" private") is bounded("\tprivate") is bounded("") is None


QUOTED = ["a b", "it's", "a\nb\tc", 'x "y" $z `w` \\ é 漢 🎉', "~ # ; & | * ? [a]", "-n", "a\\nb"]


@pytest.mark.parametrize("text", QUOTED)
def test_what_bash_quoted_is_read_as_it_was(text):
    for locale in ("C", "C.UTF-8"):
        env = {"LC_ALL": locale, "TEXT": text}
        quoted = subprocess.run(["bash", "-c", 'printf %q "$TEXT"'], env=env, capture_output=True, check=True).stdout
        mark = Scanner().feed(0, b"\x1b]133;C;cmdline=" + quoted + b"\x07")[0]
        assert mark.text == bounded(text)


def test_the_engine_never_sees_a_mark():
    """It would begin a new line before a prompt, and erase the prompt at a resize; browsers do neither."""
    output = b"out\x1b]133;D;0\x07\x1b]133;A\x07$ \x1b]133;B\x07typed"
    for cut in range(len(output)):
        screen = Screen(5, 40)
        screen.feed(output[:cut])
        again = Screen(5, 40)
        again.replay(screen.snapshot())
        for one in (screen, again):
            one.feed(output[cut:])
            one.resize(5, 30)
            assert one.text().rstrip() == "out$ typed", cut
            one.close()
