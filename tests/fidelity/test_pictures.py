"""Pictures: the engine's cells against those of xterm.js with our helpers, over made-up programs, cut anywhere."""

from __future__ import annotations

import base64
import random
from itertools import pairwise
from typing import Any

from app.screen import Screen
from tests.fidelity.compare import HERE, run_node
from tests.screen.states import same_state
from tests.support.pictures import BLUE, inline, parts, png, sixel

MANY, CUTS = 40, 5
ROWS, COLS, LINES = 24, 50, 100


def program(seed: int) -> bytes:
    """What programs do to pictures: beside text, scrolled, printed over, erased, in margins, on the other screen."""
    chosen = random.Random(seed)
    pick, number = chosen.choice, chosen.randrange

    def picture() -> bytes:
        width, height = number(1, 300), number(1, 200)
        kinds = [
            lambda: sixel(width, height),
            lambda: sixel(width, height, raster=False),
            lambda: inline(png(width, height), pick(["", "width=5", "height=3", "width=50%", "width=40px;height=90px",
                                                     "width=3;height=7;preserveAspectRatio=0", "doNotMoveCursor=1"])),
            lambda: parts(png(width, height), number(20, 200)),
            lambda: b"\x1bPq~~@@!20~\x1b[31m",  # broken off by another sequence
            lambda: b'\x1bPq"1;1;30;40~~\x18',
            lambda: b'\x1bPq"1;1;99999;40~~\x1b\\',
            lambda: b"\x1b]1337;File=inline=0:AAAA\x07",
        ]  # fmt: skip
        return pick(kinds)()

    def other() -> bytes:
        return pick([
            b"word " * number(1, 9), b"\r\n" * number(1, 6), "wide 界界 ".encode(), b"x" * number(1, 60), b"\x1b[0m",
            b"\x1b[%d;%dH" % (number(1, 26), number(1, 50)), b"\x1b[%dX" % number(1, 20), b"\x1b[%dP" % number(1, 9),
            b"\x1b[%d@" % number(1, 9), b"\x1b[%dL" % number(1, 5), b"\x1b[%dM" % number(1, 5), b"\x1b[K", b"\x1b[J",
            b"\x1b[3;9r", b"\x1b[r", b"\x1b[32;4m", b"\x1b[?7l", b"\x1b[?7h", b"\x1bM", b"\x1bD",
        ])  # fmt: skip

    return b"".join(picture() if chosen.random() < 0.3 else other() for _ in range(40))


# What the ones made up by chance leave out, for xterm.js has known differences there (docs/fidelity.md).
CHOSEN = {
    "the pen and the link go on": b'\x1b[1;44m\x1b]8;;http://a.example/\x1b\\a' + sixel(50, 50) + b"b",
    "insert mode": b"abc\r\x1b[4h" + sixel(25, 30) + b"d",
    "the other screen": b"one" + sixel(30, 30) + b"\x1b[?1049h\x1b[H" + sixel(60, 90) + b"two\x1b[?1049l three",
    "in the last column, a wrap pending": b"x" * 50 + sixel(40, 40) + b"y",
    "wider than the screen": b"x" * 45 + inline(png(700, 30), "height=1") + b"\r\n" + inline(png(700, 30)),
    "taller than the screen": b"\r\n" * 20 + sixel(20, 900) + b"z",
    "on the last row": b"\x1b[24;7H" + inline(png(20, 20)) + b"q",
    "over a wide character": "\x1b[3;1H界界界\x1b[2;2H".encode() + inline(png(30, 50)),
    "another picture over it": sixel(200, 200) + b"\x1b[3;4H" + sixel(40, 40, BLUE),
    "scrolled off": sixel(90, 90) + b"\r\n" * 60,
    "a full reset": sixel(90, 90) + b"\x1bcgone",
    "in parts, with output between": parts(png(90, 90), 40).replace(b"\x07", b"\x07.") + b"|",
    "parts broken off": parts(png(90, 90), 40)[:120] + b"\x18" + b"\x1b]1337;FileEnd\x07after",
    "ended by ST": inline(png(30, 30)).replace(b"\x07", b"\x1b\\") + b"|",
    "a link of its own making": b"\x1b]8;;holdfast-picture:0/0/0/30x30\x1b\\  \x1b]8;;holdfast-picture:x\x1b\\ y",
    "not closed": b"before" + sixel(30, 30)[:-2],
}


def job(name: str, data: bytes, places: list[int]) -> tuple[dict[str, Any], list[tuple[str, list[Any]]]]:
    shown, cuts = [], []
    screen = Screen(ROWS, COLS, LINES)
    for last, at in pairwise([0, *places]):
        screen.replay(data[last:at], last)
        snapshot = screen.snapshot()
        again = Screen(ROWS, COLS, LINES)
        again.replay(snapshot)
        assert same_state(screen, again) == [], (name, at)
        shown.append((screen.text(), [screen.cursor.row, screen.cursor.col, screen.cursor.visible]))
        cuts.append({"at": at, "snapshot": base64.b64encode(snapshot).decode()})
    raw = base64.b64encode(data).decode()
    return {"rows": ROWS, "cols": COLS, "scrollback": LINES, "bare": False, "raw": raw, "cuts": cuts}, shown


def test_pictures_take_the_same_cells_on_the_server_and_in_browsers() -> None:
    programs = {f"chance {seed}": program(seed) for seed in range(MANY)} | CHOSEN
    places = {name: sorted(random.Random(name).sample(range(1, len(data)), CUTS)) for name, data in programs.items()}
    jobs, shown = zip(*(job(name, data, [*places[name], len(data)]) for name, data in programs.items()), strict=True)
    answers = dict(zip(programs, run_node(HERE / "oracle.mjs", {"recordings": list(jobs)}), strict=True))
    differing = [(name, cut) for name, cuts in answers.items() for cut in cuts if cut["now"] or cut["after"]]
    assert [(name, cut["at"], cut["now"], cut["after"]) for name, cut in differing] == []
    assert [[(cut["text"], cut["cursor"]) for cut in cuts] for cuts in answers.values()] == list(shown)
    links = [base64.b64decode(cut["snapshot"]).count(b"holdfast-picture:") for one in jobs for cut in one["cuts"]]
    assert sum(links) > 1000
