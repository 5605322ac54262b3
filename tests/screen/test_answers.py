"""Questions a program asks: answered once, by the server, as xterm.js would."""

from __future__ import annotations

import pytest

from app.screen import Screen

ANSWERED = {
    "DA1": (b"\x1b[c", b"\x1b[?62;4;22c"),
    "DA2": (b"\x1b[>c", b"\x1b[>0;276;0c"),
    "DECID": (b"\x1bZ", b"\x1b[?62;4;22c"),
    "XTVERSION": (b"\x1b[>q", b"\x1bP>|xterm.js(6.0.0)\x1b\\"),
    "DSR": (b"\x1b[5n", b"\x1b[0n"),
    "cursor": (b"\x1b[3;4H\x1b[6n", b"\x1b[3;4R"),
    "DECRQM known": (b"\x1b[?2004h\x1b[?2004$p", b"\x1b[?2004;1$y"),
    "DECRQM reset": (b"\x1b[?1$p", b"\x1b[?1;2$y"),
    "DECRQM sync": (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    "DECRQM ANSI": (b"\x1b[4h\x1b[4$p", b"\x1b[4;1$y"),
    "DECRQM margins": (b"\x1b[?69$p", b"\x1b[?69;0$y"),
    "DECRQM clusters": (b"\x1b[?2027$p", b"\x1b[?2027;0$y"),
    "DECRQM autorepeat": (b"\x1b[?8$p", b"\x1b[?8;3$y"),
    "DECRQM unknown": (b"\x1b[?9999$p", b"\x1b[?9999;0$y"),
    "pixels": (b"\x1b[14t\x1b[16t", b"\x1b[4;480;800t\x1b[6;20;10t"),
    "size": (b"\x1b[18t", b"\x1b[8;24;80t"),
    "DECRQSS": (b"\x1bP$qr\x1b\\", b"\x1bP1$r1;24r\x1b\\"),
    "foreground": (b"\x1b]10;?\x1b\\", b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    "background": (b"\x1b]11;?\x07", b"\x1b]11;rgb:0000/0000/0000\x07"),
    "palette": (b"\x1b]4;1;?\x07", b"\x1b]4;1;rgb:cccc/0000/0000\x07"),
    "changed colour": (b"\x1b]11;#010203\x07\x1b]11;?\x07", b"\x1b]11;rgb:0101/0202/0303\x07"),
}
SILENT = {
    "DA3": b"\x1b[=c",
    "kitty keyboard": b"\x1b[?u",
    "kitty keyboard set": b"\x1b[>1u\x1b[?u",
    "XTGETTCAP": b"\x1bP+q544e\x1b\\\x1bP+q636f6c6f7273\x1b\\",
    "title": b"\x1b]2;rm -rf ~\r\x07\x1b[21t\x1b[20t",
    "clipboard": b"\x1b]52;c;?\x07",
    "kitty colours": b"\x1b]21;foreground=?\x1b\\",
    "colour scheme": b"\x1b[?996n",
    "images": b"\x1b_Gi=1,a=q;AAAA\x1b\\",
    "ENQ": b"\x05",
    "XTSMGRAPHICS": b"\x1b[?1;1;0S",
    "notification query": b"\x1b]99;i=1:p=?;\x1b\\",
    "an answer echoed back": b"\x1b[?1;2c\x1b[1;1R\x1b[0n",
}


@pytest.mark.parametrize("name", ANSWERED)
def test_answered(name: str) -> None:
    question, answer = ANSWERED[name]
    assert Screen(24, 80).feed(question) == answer


@pytest.mark.parametrize("name", SILENT)
def test_silent(name: str) -> None:
    assert Screen(24, 80).feed(SILENT[name]) == b""


def test_answers_come_in_order_and_only_once() -> None:
    screen = Screen(24, 80)
    assert screen.feed(b"\x1b[5n\x1b[c") == b"\x1b[0n\x1b[?62;4;22c"
    assert screen.feed(b"x") == b""


def test_a_flood_of_questions_is_cut_off() -> None:
    assert len(Screen(24, 80).feed(b"\x1b[c" * 100_000)) < 70_000
