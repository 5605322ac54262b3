"""Screen: output in; text, cells, signs out."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from app.screen import Cursor, Line, Notification, Progress, Run, Screen, ScreenBusy, Style


def fed(data: bytes, rows: int = 5, cols: int = 20, scrollback: int = 100) -> Screen:
    screen = Screen(rows, cols, scrollback)
    screen.feed(data)
    return screen


@pytest.mark.parametrize("before", [b"\x1b[?1049h", b"\x1b[?7l", b"\x1b[?1049h\x1b[2;3r\x1b[?6h", b""])
@pytest.mark.parametrize("after", [b"", b"\x1b[?1049l", b"\x1b[1;3"])
def test_a_wide_character_cut_in_half_by_a_resize_is_a_blank(before, after):
    """The engine could not tell its state any more: nobody could join."""
    screen = Screen(6, 40)
    screen.replay(before + ("ab漢" * 9).encode() + after)
    cursor = screen.cursor
    screen.resize(6, 11)
    assert (screen.cursor.row, screen.cursor.visible) == (cursor.row, True) or not before
    again = Screen(6, 11)
    again.replay(screen.snapshot())
    assert again.text() == screen.text()
    if not before:  # wrapped anew, not cut
        assert "".join(screen.text().split()) == "ab漢" * 9


def test_text_is_what_the_rows_show() -> None:
    screen = fed("one\r\n  two\r\n漢字 cafe\u0301 x".encode())
    assert screen.text() == "one\n  two\n漢字 cafe\u0301 x\n\n"
    assert screen.cursor == Cursor(2, 11, True)


def test_text_reaches_as_far_up_as_asked() -> None:
    screen = fed(b"\r\n".join(b"%d" % n for n in range(50)))
    assert screen.text().split("\n") == ["45", "46", "47", "48", "49"]
    assert screen.text(3).split("\n")[:3] == ["42", "43", "44"]
    assert len(screen.text(10_000).split("\n")) == 50


def test_scrollback_is_clipped_to_its_limit() -> None:
    screen = fed(b"\r\n".join(b"%d" % n for n in range(500)), scrollback=100)
    assert screen.text(10_000).split("\n")[0] == "395"


def test_cells_are_runs_of_one_look() -> None:
    screen = fed(b"plain \x1b[1;31mred\x1b[0m\x1b[48;2;1;2;3m  \x1b[0m\x1b]8;;http://e.org/\x07go\x1b]8;;\x07")
    runs = screen.cells()[0].runs
    assert runs == (
        Run("plain ", Style()),
        Run("red", Style(foreground="1", bold=True)),
        Run("  ", Style(background="#010203")),
        Run("go", Style(link="http://e.org/")),
    )


def test_cells_know_soft_wraps() -> None:
    lines = fed(b"x" * 25 + b"\r\nend").cells()
    assert [(line.text, line.wrapped) for line in lines[:3]] == [
        ("x" * 20, True),
        ("x" * 5, False),
        ("end", False),
    ]
    assert lines[4] == Line((), False)


def test_view_has_everything_for_json() -> None:
    view = fed(b"\x1b[?1049h\x1b[2;3Hhi\x1b[?25l").view()
    assert (view.rows, view.cols, view.alternate, view.cursor) == (5, 20, True, Cursor(1, 4, False))
    assert view.lines[1].text == "  hi"


def test_signs_follow_the_program() -> None:
    screen = fed(
        b"\x1b]0;a title\x07\x1b]7;file://host/tmp/a%20b\x1b\\\x07\x07\x1b]9;4;1;42\x07\x1b]777;notify;T;B\x07"
    )
    signs = screen.signs
    assert (signs.title, signs.directory, signs.bells) == ("a title", "/tmp/a b", 2)
    assert signs.progress == Progress("normal", 42)
    assert (signs.notified, list(signs.notifications)) == (1, [Notification("T", "B")])
    screen.feed(b"\x1b]9;only a body\x07\x1b]9;4;3\x07")
    assert (signs.notifications[-1], signs.progress) == (
        Notification("", "only a body"),
        Progress("busy", None),
    )
    screen.feed(b"\x1b]9;4;0\x07\x1b]7;\x07")
    assert (signs.progress, signs.directory) == (None, None)


def test_signs_are_bounded_and_without_controls() -> None:
    screen = fed("\x1b]2;a\tb\u202ec\x07".encode() + b"\x1b]2;" + b"t" * 5000 + b"\x07")
    assert len(screen.signs.title) <= 256
    assert fed("\x1b]2;a\u202e\u2066b\x07".encode()).signs.title == "ab"
    for n in range(100):
        screen.feed(b"\x1b]9;note %d %s\x07" % (n, b"x" * 1500))
    assert (screen.signs.notified, len(screen.signs.notifications)) == (100, 20)
    assert all(len(note.body) <= 1024 for note in screen.signs.notifications)


def test_a_full_reset_takes_the_title() -> None:
    screen = fed(b"\x1b]2;old\x07")
    screen.feed(b"\x1bc")
    assert screen.signs.title == ""


def test_past_output_answers_rings_and_notifies_nobody() -> None:
    screen = Screen(5, 20)
    screen.replay(b"\x1b[c\x1b[6n\x07\x1b]9;hello\x07\x1b]2;title\x07")
    assert (screen.signs.bells, screen.signs.notified, screen.signs.title) == (0, 0, "title")
    assert screen.feed(b"\x1b[5n") == b"\x1b[0n"


def test_resize_keeps_the_text_and_reports_where_asked() -> None:
    screen = fed(b"x" * 30)
    assert screen.resize(4, 40) == b""
    assert (screen.rows, screen.cols, screen.text()) == (4, 40, "x" * 30 + "\n\n\n")
    screen.feed(b"\x1b[?2048h")
    assert screen.resize(6, 30).startswith(b"\x1b[48;6;30;")


@pytest.mark.parametrize(("rows", "cols"), [(0, 80), (24, 0), (1001, 80), (24, 1001), (-1, 5)])
def test_sizes_out_of_range_are_refused(rows: int, cols: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        Screen(rows, cols)
    with pytest.raises(ValueError, match="1 to 1000"):
        Screen(5, 5).resize(rows, cols)


def test_programs_cannot_change_the_width() -> None:
    screen = Screen(5, 20)
    screen.feed(b"\x1b[?40h\x1b[?3h\x1b[?40;3h")
    screen.feed(b"\x1b[?4")
    screen.feed(b"0h\x1b[?3hx")  # split, so that it gets through
    assert (screen.rows, screen.cols, screen.cells()[0].text.strip()) == (5, 20, "x")


def test_a_second_caller_is_told_and_does_no_harm() -> None:
    screen = Screen(5, 20)
    inner: list[BaseException] = []

    def bell() -> None:
        try:
            screen.text()
        except ScreenBusy as error:
            inner.append(error)

    screen._effects.bell = bell  # type: ignore[method-assign]
    screen.feed(b"\x07")
    assert len(inner) == 1
    assert screen.text() == "\n\n\n\n"


def test_a_string_without_end_is_not_kept_and_not_shown() -> None:
    for start, end in (
        (b"\x1b]52;c;", b"\x07"),
        (b"\x1bP", b"\x1b\\"),
        (b"\x1b_G", b"\x1b\\"),
        (b"\x1b]0;", b"\x1b\\"),
    ):
        screen = fed(b"before ")
        for _ in range(40):
            screen.feed(start + b"A" * 100_000 if _ == 0 else b"A" * 100_000)
            assert len(screen.snapshot()) < 600_000
        screen.feed(b"A" * 3_000_000)  # in one piece, too
        screen.feed(end + b"after")
        assert screen.text().split("\n")[0] == "before after"


def test_images_are_off_on_both_screens() -> None:
    query = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
    screen = Screen(5, 20)
    assert screen.feed(query) == b""
    assert screen.feed(b"\x1b[?1049h" + query) == b""


def test_compress_loses_nothing() -> None:
    screen = fed(b"".join(b"line %d\r\n" % n for n in range(5000)), 24, 80, 5000)
    before = screen.snapshot()
    screen.compress()
    assert screen.snapshot() == before


def test_closed_twice_is_closed() -> None:
    screen = fed(b"x")
    screen.close()
    screen.close()


def test_an_idle_screen_is_small() -> None:
    """Measured with 200 screens: 21 KiB each."""
    gc.collect()
    before = _resident_kib()
    screens = [fed(b"$ ", 24, 80, 5000) for _ in range(200)]
    assert (_resident_kib() - before) / len(screens) < 200


def _resident_kib() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
