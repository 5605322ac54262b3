"""Pictures in output: found alike by server and browser, however they are cut; bounded, whatever stands in them."""

from __future__ import annotations

import base64
import random
import struct
import time
from itertools import pairwise
from pathlib import Path

import pytest

from app.keeper import pty
from app.screen import Screen, picture_sizes
from app.screen.picture_data import SIXEL, extract
from app.screen.picture_sizes import PICTURE_BYTES, Picture, extent
from app.screen.pictures import Pictures
from app.screen.roll import Roll
from tests.fidelity.compare import run_node
from tests.screen.states import same_state
from tests.support.pictures import BLUE, inline, parts, png, sixel

ROWS, COLS = 24, 80
GIF = b"GIF89a" + struct.pack("<HH", 33, 44) + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 10 + b"\xff\xff\xc0\0\x0b\x08" + struct.pack(">HH", 55, 66) + b"\0" * 20
WEBP = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x63\0\0\x31\0\0" + b"\0" * 20
CASES = [
    sixel(100, 60), sixel(100, 60, raster=False), sixel(1, 1), b"\x1bPq\x1b\\", b'\x1bPq"1;1;5;7\x1b\\',
    b'\x1bPq "1;1;5;7~\x1b\\',
    b'\x1bPq"1;1;0;0~~\x1b\\', b'\x1bPq#1"1;1;5;7~~\x1b\\', b"\x1bPq!1000000000~\x1b\\", b"\x1bPq!0~!;~!~\x1b\\",
    b"\x1bPq~$~~-~\x1b\\",
    b"\x1bPq" + b"-" * 9000 + b"~\x1b\\", b"\x1bPq!" + b"1" * 70 + b"~\x1b\\", b'\x1bPq"1;1;99999999999;5~\x1b\\',
    b"\x1bPq\xff\x80~!1\n2~\x1b\\", b"\x1bPq~\x07~\x1b\\", b"\x1bP" + b"1" * 97 + b"q~\x1b\\", b"\x1bP$q~\x1b\\",
    b"\x1bPq~~\x18~",
    b"\x1bPq~\x1b\x1bPq~~\x1b\\", b"\x1b]0;title\x1bPq~\x1b\\", b"\x1bPq" + b" " * 300 + b"~\x1b\\", b"\x1bPq~",
    b"\x1bP7777;5;9;1;0;0;3;3;0;1;2;0q~\x1b\\", b"\x1bP7777;5;9;1;0;0;3;3;0;1;2q~\x1b\\",
    b"\x1bP7777;1;1;3;9;9;0;0;0;0;0;0q\x1b\\",
    *(inline(data) for data in (png(30, 40), GIF, JPEG, WEBP, b"<svg/>", png(30, 40)[:20], png(30, 40)[:23],
    JPEG[:24], b"")),
    *(inline(png(30, 40), given) for given in (
        "width=7", "height=3", "width=50%;height=10%", "width=999px", "width=auto;height=2", "width=3;height=9",
        "width=3;height=9;preserveAspectRatio=0", "width=99999;height=99999%", "width=-1", "width=1e3", "inline=0",
        "doNotMoveCursor=1", "width=0", "name=" + "A" * 5000,
    )),
    inline(png(1000, 10)), b"\x1b]1337;File=inline=1\x07", b"\x1b]1337;File=;inline=1:AAAA\x1b\\",
    b"\x1b]1337;CurrentDir=/\x07",
    parts(png(30, 40), 7), parts(png(30, 40), 7)[:90] + sixel(9, 9) + parts(png(30, 40), 7)[90:],
    b"\x1b]1337;FilePart=AAAA\x07",
    b"\x1b]1337;FileEnd\x07", b"\x1b]1337;HoldfastFile=5;7:inline=1:" + base64.b64encode(png(5, 6)) + b"\x07",
    b"\x1b]1337;HoldfastFile=x" + b"\x07", b"\x1b", b"\x1b]1337", b"\x1bP0;1", b"\x1b]1337;FileX",
    "é\x1bPq~\x1b\\".encode(),
]  # fmt: skip


def read(data: bytes, places: list[int] | None = None, again: bool = False) -> tuple[list[Picture], bytes]:
    """`again`: a new reader at each place, which knows what the last one left."""
    reader, found, rest = Pictures(), [], b""
    for start, end in pairwise([0, *(places or []), len(data)]):
        reader.offset = 1000 + start
        for part in reader.read(data[start:end]):
            if isinstance(part, Picture):
                found.append(part)
            else:
                rest += part
        if again:
            reader, last = Pictures(), reader
            list(reader.read(last.pending()))
    return found, rest


def mixed(seed: int) -> bytes:
    """Cases one behind the other, some of them damaged."""
    chosen = random.Random(seed)
    whole = bytearray(b"text".join(chosen.choices(CASES, k=4)))
    for _ in range(chosen.randrange(4)):
        at = chosen.randrange(len(whole))
        whole[at : at + chosen.randrange(3)] = chosen.choice([b"", b"\x1b", b"\x07", b"!", b"-", b";", b"9",
        b"\x1b\\", b"\xe2\x82"])
    return bytes(whole)


def test_server_and_browser_find_the_same() -> None:
    outputs = [*CASES, *map(mixed, range(400)), inline(JPEG[:20] + b"\xff\xe1\xff\xff" + b"\0" * 65533 + JPEG[20:])]
    outputs.append(b'\x1bPq"1;1;10;10' + b"~" * PICTURE_BYTES + b"\x1b\\after")
    expected = [read(output) for output in outputs]
    answer = run_node(
        Path(__file__).with_name("pictures.mjs"),
        {"rows": ROWS, "cols": COLS, "sixels": [],
        "outputs": [base64.b64encode(output).decode() for output in outputs]},
    )
    ours = [
        {
            "pictures": [[*one[:5], list(_by_name(one))] for one in pictures],
            "rest": base64.b64encode(rest).decode(),
        }
        for pictures, rest in expected
    ]
    assert [(output, a, b) for output, a, b in zip(outputs, ours, answer["whole"], strict=True) if a != b] == []
    assert sum(len(pictures) for pictures, _ in expected) > 500


def _by_name(picture: Picture) -> tuple[int, ...]:
    size = extent(picture, ROWS, COLS)
    return size.width, size.height, size.rows, size.cols


@pytest.mark.parametrize("seed", range(60))
def test_however_it_is_cut(seed: int) -> None:
    output = mixed(seed)
    places = sorted(random.Random(seed).sample(range(len(output)), 6))
    assert read(output, places) == read(output)
    assert read(output, places, again=True)[0] == read(output)[0]


def test_a_screen_goes_on_in_the_middle_of_a_picture() -> None:
    for output in (sixel(90, 90), sixel(90, 90, raster=False), inline(png(90, 90)), parts(png(90, 90), 30)):
        for cut in range(1, len(output), 7):
            first, second = Screen(ROWS, COLS), Screen(ROWS, COLS)
            first.replay(b"before" + output[:cut], 500)
            second.replay(first.snapshot())
            for screen in (first, second):
                screen.replay(output[cut:] + b"after", 506 + cut)
            assert same_state(first, second) == [], (output, cut)
            assert b"holdfast-picture:506/" in second.snapshot()


def test_resizing_and_erasing_take_pictures_along() -> None:
    screen = Screen(ROWS, COLS)
    screen.replay(b"x\r\n" + sixel(300, 100), 0)
    screen.resize(ROWS, 20)
    screen.resize(ROWS, COLS)
    again = Screen(ROWS, COLS)
    again.replay(screen.snapshot())
    assert same_state(screen, again) == []
    assert [screen.snapshot().count(b"holdfast-picture:3/%d/" % row) for row in range(6)] == [1, 1, 1, 1, 1, 0]
    screen.replay(b"\x1b[2;1H\x1b[K\x1b[4;3HXY")
    assert [screen.snapshot().count(b"holdfast-picture:3/%d/" % row) for row in range(6)] == [0, 1, 2, 1, 1, 0]
    assert screen.text().split("\n")[3] == "  XY"


def test_the_history_counts_the_same_rows() -> None:
    output = b"".join(b"row %d\r\n" % n + sixel(50, 70 + n) for n in range(60))
    whole, cut = [], []
    for rows, places in ((whole, [len(output)]), (cut, [*range(100, len(output), 97), len(output)])):
        roll, at = Roll(ROWS, COLS), 0
        for place in places:
            roll.replay(output[at:place], lambda count, rows=rows, roll=roll: rows.extend(roll.newest(count)), at)
            at = place
            saved = roll.save()
            roll.close()
            roll = Roll.load(saved)
    assert len(whole) > 200
    assert [[span.look.link and span.look.link.uri for span in row.spans] for row in whole] == [
        [span.look.link and span.look.link.uri for span in row.spans] for row in cut
    ]


HOSTILE = {
    "raster": b'\x1bPq"1;1;8192;1024~\x1b\\' * 500,
    "repeats": b"\x1bPq" + b"!1000000000~" * 90_000 + b"\x1b\\",
    "tokens": b"\x1bPq" + b"$!1~" * 300_000,
    "bands": b"\x1bPq" + b"-~" * 500_000,
    "never ended": b"\x1bPq" + b"~" * (2 << 20),
    "never ended, of parts": b"\x1b]1337;MultipartFile=inline=1\x07" + b"\x1b]1337;FilePart=AAAA\x07" * 60_000,
    "a file of noise": inline(b"\xff\xd8\xff" + b"\xff" * 400_000),
    "arguments": b"\x1b]1337;File=" + b"a=b;" * 300_000 + b"\x07",
    "heads": b"\x1bP" * 400_000 + b"\x1b]1337;" * 100_000,
    "tall ones": inline(png(1, 1), "height=9999;width=1;preserveAspectRatio=0") * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pictures_cost_little(name: str) -> None:
    data, screen = HOSTILE[name], Screen(ROWS, COLS, 1000)
    began = time.thread_time()
    for at in range(0, len(data), 65536):
        screen.replay(data[at : at + 65536], at)
    snapshot = screen.snapshot()
    spent = time.thread_time() - began
    assert spent < 3, spent  # 0.1 to 1.5 on two busy cores; what grows with the square takes ten and more
    assert len(snapshot) < 2 << 20
    screen.replay(b"\x18\x1b\\\x1b[2J\x1b[Halive")
    assert screen.text().split("\n")[0] == "alive"


def test_sixel_is_drawn_and_its_work_is_bounded() -> None:
    def body(data: bytes) -> str:
        return base64.b64encode(data[data.index(b"q") + 1 : -2]).decode()

    over = b'\x1bPq"1;1;2048;2048' + b"#1!2048~$" * 400_000 + b"\x1b\\"
    job = {"rows": 1, "cols": 1, "outputs": [], "sixels": [
        body(sixel(2, 6)), body(sixel(1, 6, BLUE)), body(b"\x1bPq#5;1;0;50;100#5~\x1b\\"),
        body(b'\x1bPq"1;1;3;6?~\x1b\\'),
        body(b"\x1bPq!1000000000~\x1b\\"), body(over),
    ]}  # fmt: skip
    answer = run_node(Path(__file__).with_name("pictures.mjs"), job)
    red, blue, nothing = "ff0000ff", "0000ffff", "00000000"
    assert answer["decoded"][:5] == [
        [2, 6, red * 2], [1, 6, blue], [1, 6, blue], [3, 6, nothing + "000000ff" + nothing], None,
    ]  # fmt: skip
    assert answer["ms"] < 5000


def test_a_pictures_bytes_are_found_again() -> None:
    small = png(30, 40)
    assert extract(sixel(5, 6) + b"more") == (SIXEL, sixel(5, 6)[8:-2])
    assert extract(inline(small) + b"more") == ("image/png", small)
    assert extract(parts(small, 9).replace(b"\x07", b"\x07 between ")) == ("image/png", small)
    for nothing in (
        b"text", b"", sixel(5, 6)[:-2], inline(small)[:-1], inline(b"<svg/>"), parts(small, 9)[:-9],
        b"x" + inline(small),
        inline(small).replace(b"inline=1", b"inline=0"), inline(png(1, 1)[:16] + struct.pack(">II", 1 << 20, 1 << 20)),
    ):  # fmt: skip
        assert extract(nothing) is None, nothing


def test_exports_have_blanks_where_pictures_are() -> None:
    screen = Screen(ROWS, COLS)
    screen.replay(sixel(50, 50) + b"text")
    capture = screen.capture(0)
    assert b"holdfast-picture" in capture.ansi()
    assert b"holdfast-picture" not in capture.exported()
    assert all(run.style.link is None for line in capture.cells() for run in line.runs)
    assert [row for row in capture.text().split("\n") if row] == ["text"]
    assert [run for line in capture.thumbnail(3).lines for run in line] == ["text", 0, 4]


def test_programs_are_told_the_cell_that_pictures_are_measured_by() -> None:
    assert pty.CELL_PIXELS == picture_sizes.CELL_PIXELS
