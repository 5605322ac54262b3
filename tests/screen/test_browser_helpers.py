"""guards.js and widths.js in xterm.js: it answers nothing, hangs on nothing, and counts as the engine counts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from app.screen import Screen
from app.screen.ghostty import codepoint_width
from tests.fidelity.compare import ROOT, run_node
from tests.screen import make_widths

SCRIPT = Path(__file__).parent / "guards.mjs"

QUESTIONS = [
    b"\x1b[c", b"\x1b[0c", b"\x1b[>c", b"\x1b[>0c", b"\x1b[=c", b"\x1bZ", b"\x1b[5n", b"\x1b[6n", b"\x1b[?6n",
    b"\x1b[?15n", b"\x1b[?25n", b"\x1b[?26n", b"\x1b[?53n", b"\x1b[?996n", b"\x1b[4$p", b"\x1b[?1$p", b"\x1b[?2026$p",
    b"\x1bP$qm\x1b\\", b'\x1bP$q"p\x1b\\', b"\x1bP$qr\x1b\\", b"\x1bP$q q\x1b\\", b"\x1bP+q544e\x1b\\", b"\x1b[>q",
    b"\x1b[>0q", b"\x1b[?u", b"\x1b[14t", b"\x1b[16t", b"\x1b[18t", b"\x1b[21t", b"\x1b]4;1;?\x07", b"\x1b]10;?\x07",
    b"\x1b]11;?\x1b\\", b"\x1b]12;?\x07", b"\x1b]10;?;?;?\x07", b"\x1b]4;1;#112233;2;?\x07", b"\x1b]52;c;?\x07",
    b"\x1b[?2048h", b"\x1b[?4m", b"\x1b[x", b"\x1b[?1;1;0S", b"\x05", b"\x9b6n".decode("latin-1").encode(),
]  # fmt: skip
# Without guards xterm.js answers at least this many of them; a sign that the test asks in the right way.
ANSWERED_WITHOUT = 20

HUGE = 2147483647
HEAVY = [
    b"\x1b[%d%s" % (number, final)
    for number in (HUGE, 65536)
    for final in (b"T", b"S", b"L", b"M", b"@", b"P", b"X", b"b", b"I", b"Z", b" @", b" A", b"'}", b"'~", b"A", b"B")
    + (b"C", b"D", b"E", b"F", b"G", b"H", b"`", b"a", b"d", b"e", b"f", b"J", b"K", b"g", b"m", b"r", b"t", b"u")
]


def run(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for each in runs:
        each["data"] = base64.b64encode(each["data"]).decode()
    return run_node(SCRIPT, {"runs": runs})["answers"]


@pytest.mark.parametrize("bare", [False, True], ids=["guarded", "bare"])
def test_the_browser_answers_nothing(bare: bool) -> None:
    answers = run([{"data": b"x" + question, "bare": bare} for question in QUESTIONS])
    said = [question for question, answer in zip(QUESTIONS, answers, strict=True) if answer["said"]]
    if bare:
        assert len(said) >= ANSWERED_WITHOUT
    else:
        assert said == []
        assert {answer["text"] for answer in answers} == {"x"}


def test_commands_beside_the_questions_still_work() -> None:
    title = b"\x1b]2;a\x07\x1b[22;0t\x1b]2;b\x07\x1b[23;0t"
    answers = run([{"data": b"\x1b]4;1;#112233\x07\x1b[2;3Hx" + title + b"\x1b[3J"}])
    assert answers[0]["text"] == "\n  x"


def test_huge_parameters_finish_at_once() -> None:
    """Unguarded, most of them take seconds to minutes; here all of them, a hundred times, take a moment."""
    answers = run([{"data": b"text\x1b[5;5Hx" + sequence * 100} for sequence in HEAVY])
    slow = {sequence: answer["took"] for sequence, answer in zip(HEAVY, answers, strict=True) if answer["took"] > 1000}
    assert slow == {}


def test_huge_parameters_do_the_same_in_engine_and_browser() -> None:
    outputs = [b"".join(b"row %d\r\n" % n for n in range(30)) + b"\x1b[5;5Hx" + sequence + b"end" for sequence in HEAVY]
    answers = run([{"data": output} for output in outputs])
    for sequence, output, answer in zip(HEAVY, outputs, answers, strict=True):
        if sequence[-1:] in b"t" or sequence[-2:] in (b" @", b" A", b"'}", b"'~"):
            continue  # the engine has no columns to scroll: docs/fidelity.md
        screen = Screen(24, 80)
        screen.feed(output)
        assert (sequence, screen.text().rstrip()) == (sequence, answer["text"])


DIALECT = [
    b"\x1b[2;4r\x1b[31m\x1b[4h\x1b[?7;25l\x1b(0\x1b[3;3H\x1b[!pqq\r\n\n\n\n\n\n\n\n\nend",
    b"a\r\nb\r\nc\x1b[2;1H\x1b[0Mx\x1b[0Ly\x1b[0Sz\x1b[0Tw\x1b[0I\x1b[0Z1\x1b[0a2\x1b[0e3\x1b[1;1H\x1b[0P",
    b"\x1b[9G\x1b[g\rx\ty",
    b"\x1b[2;4r\x1b#8\x1b[24;1H\n\nx",
    b"\x1b[1;80Hx\x1b[Ky\x1b[2;79Hab\x1b[Jc\x1b[3;79Hab\x1b[1Kc",
    b"one\r\n\x1b7" + b"\n" * 40 + b"\x1b8two",
    b"\x1b[?1049h\x1b[2;5r\x1b[?1049l\x1b[5;1H\n\n\nx",
    "漢漢漢\x1b[1;4H\x1b[2@x\x1b[2;1H漢漢\x1b[2;2H\x1b[Px".encode(),
    "a\x7fb\ufeffc\x9b2Dd\x85e".encode() + b"\xff\xc3(\xe2\x82 f",
]


def test_engine_and_browser_agree_where_they_would_not_by_themselves() -> None:
    for output, answer in zip(DIALECT, run([{"data": output} for output in DIALECT]), strict=True):
        screen = Screen(24, 80)
        screen.feed(output)
        ours = (output, screen.text().rstrip(), [screen.cursor.row, screen.cursor.col])
        assert ours == (output, answer["text"], answer["cursor"])


def test_characters_may_be_cut_anywhere() -> None:
    text = "‘quoted’ – “dash” … 漢字 é 😀 ok"
    answers = run([{"data": text.encode(), "pieces": pieces} for pieces in (1, 2, 3, 4, 5)])
    assert {answer["text"] for answer in answers} == {text}


def test_the_width_table_is_the_engines() -> None:
    source = (ROOT / "static/js/helpers/widths.js").read_text()
    found = make_widths.TABLE.search(source)
    assert found and found[0] == make_widths.table(), "run python -m tests.screen.make_widths"


def test_every_character_is_as_wide_in_the_browser_as_in_the_engine() -> None:
    browser = run_node(SCRIPT, {"widths": True})["widths"]
    assert browser == "".join(str(codepoint_width(codepoint)) for codepoint in range(0x110000))


def test_characters_are_drawn_as_wide_as_the_table_says() -> None:
    """The table is of single characters; here both draw all of them, and clusters, in a row."""
    every = [chr(code) for code in range(0xA0, 0x20000, 7) if not 0xD800 <= code < 0xE000 and code != 0xFEFF]
    clusters = ["e\u0301", "👨\u200d👩\u200d👧", "👍🏽", "🇩🇪", "각", "❤\ufe0f", "❤\ufe0e", "1\ufe0f\u20e3"]
    lines = ["".join("a" + char for char in every[at : at + 20]) for at in range(0, len(every), 20)] + clusters
    answers = run([{"data": line.encode()} for line in lines])
    for line, answer in zip(lines, answers, strict=True):
        screen = Screen(24, 80)
        screen.feed(line.encode())
        assert ([screen.cursor.row, screen.cursor.col], line) == (answer["cursor"], line)
