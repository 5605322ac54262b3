"""Histories over real journals: the rows that pages give and search finds, against one straightforward replay."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.live.history import index as indexes
from app.live.history import pages
from app.live.history.finder import Hit
from app.live.history.index import Index
from app.live.history.replay import Dropped
from app.live.history.search import Wanted
from app.screen import cells
from app.screen.engine import Screen
from app.screen.roll import spread
from tests.live.history import (
    Size,
    expected,
    journal_of,
    naive,
    paged,
    searched,
    sizes,
    small,
    steps,
    story,
    viewed,
    write,
)
from tests.screen.test_fuzz import outputs

# The same examples every time: a test that fails now and then teaches to run it again.
NEEDLES = ["a", "ab", "aa", "B", "AB", "b a", "a ", " ", "  a", "漢", "b漢", "字a", "\u0301", "e\u0301a", "a" * 30]
FIXED = settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
limits = st.tuples(st.sampled_from([1, 2, 3, 7, 50, 8192]), st.sampled_from([1, 9, 64, 999]), st.sampled_from([16, 99]))


@FIXED
@given(sizes, steps, limits, st.sampled_from([1, 2, 3, 5, 50, 2000]), st.sampled_from([2, 3, 256]))
def test_pages_hold_every_row_once_wherever_the_borders_fall(size, steps, limits, count, most):
    with small(*limits, most), tempfile.TemporaryDirectory() as place:
        journal_of(Path(place), size, steps).close()
        assert paged(Path(place), viewed(Path(place)), count) == expected(size, steps)


@FIXED
@given(sizes, st.lists(st.one_of(outputs, sizes), max_size=5), limits)
def test_any_bytes_give_the_same_rows_however_they_are_cut(size, steps, limits):
    with tempfile.TemporaryDirectory() as place:
        with small(8192, 10**6, 10**6):
            journal_of(Path(place), size, steps).close()
            whole = paged(Path(place), viewed(Path(place)), 2000)
        with small(*limits):
            assert paged(Path(place), viewed(Path(place)), 7) == whole


@FIXED
@given(sizes, steps, limits, st.sampled_from(NEEDLES), st.booleans(), st.sampled_from([1, 2, 500]), st.integers(0, 60))
def test_search_finds_what_a_look_at_every_place_finds(size, steps, limits, text, case, most, row):
    with small(*limits), tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        journal_of(directory, size, steps).close()
        hits = naive(expected(size, steps), text, case)
        view = viewed(directory)
        assert searched(directory, view, Wanted(text, limit=most, case=case)) == hits[::-1]
        below, above = [hit for hit in hits if hit.row < row], [hit for hit in hits if hit.row >= row]
        assert searched(directory, view, Wanted(text, before=row, limit=most, case=case)) == below[::-1]
        assert searched(directory, view, Wanted(text, after=row, limit=most, case=case)) == above


@FIXED
@given(sizes, steps, limits, st.integers(0, 60))
def test_the_cursor_stands_where_it_stood_at_that_offset(size, steps, limits, cut):
    while cut < len(steps) and isinstance(steps[cut], Size):
        cut += 1  # of resizes at one offset all are done
    offset = sum(len(step) for step in steps[:cut] if not isinstance(step, Size))
    with small(*limits), tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        journal_of(directory, size, steps).close()
        told = pages.outline(directory, viewed(directory), offset)
        assert told.cursor_row == story(size, steps[:cut]).cursor_row
        assert (told.first, told.end) == (0, len(expected(size, steps)))


@FIXED
@given(sizes, steps, st.sampled_from([1, 2, 5, 13]), limits)
def test_an_index_that_follows_a_growing_journal_tells_the_same(size, steps, chunk, limits):
    with small(*limits), tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        journal, index = journal_of(directory, size, []), Index(directory)
        history = index.extend(60).history
        for step in steps:
            if isinstance(step, Size):
                journal.resized(*step)
                continue
            for at in range(0, len(step), chunk):
                write(journal, step[at : at + chunk])
                view = index.extend(60)
                assert view.complete and view.history == history
        assert paged(directory, index.extend(60), 2000) == expected(size, steps)
        journal.close()


def shown(line: cells.Line) -> list[cells.Style]:
    """The looks that can be seen: a blank shows its background only."""
    return [run.style for run in line.runs if run.text.strip(" ") or run.style.background]


@FIXED
@given(sizes, steps, limits, st.sampled_from([1, 3, 40]))
def test_ansi_pages_draw_what_the_rows_show(size, steps, limits, count):
    # Line drawing leaves odd halves of wide characters on terminals of one and two columns.
    steps = [step for step in steps if step != b"\x1b(0"]
    with small(*limits), tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        journal_of(directory, size, steps).close()
        view, rows = viewed(directory), expected(size, steps)
        at = 0
        while (page := pages.page(directory, view, at, count, "ansi")).end > at:
            screen = Screen(max(1, page.end - at), page.cols, 0)
            screen.replay(page.data.encode())
            drawn, last = screen.cells(), page.end - at - 1
            found = pages.rows_between(directory, view, at, page.end)
            texts = [spread(one.row, page.cols, False).text for one in found]
            assert [line.text.rstrip(" ") for line in drawn] == texts
            assert [n for n, line in enumerate(drawn) if line.wrapped] == [n for n in page.wrapped if n < last]
            for line, one in zip(drawn, found, strict=True):
                assert shown(line) == shown(cells.line(one.row))
            at = page.end
        assert at == len(rows)


def test_what_the_journal_drops_is_gone_and_the_rest_keeps_its_numbers(tmp_path):
    size, steps = Size(4, 20), [b"line %d %s\r\n" % (n, b"ab" * (n % 17)) for n in range(2000)]
    with small(50, 100, 300):
        journal, index = journal_of(tmp_path, size, [], limit=8000), Index(tmp_path)
        stale, whole = index.extend(60), []
        for at, step in enumerate(steps):
            write(journal, step)
            if at % 10 == 0:
                view = index.extend(60)
                assert view.history == stale.history
            if at % 200 == 199:
                view, whole = index.extend(60), expected(size, steps[: at + 1])
                assert paged(tmp_path, view, 100) == whole[view.first :]
                hits = naive(whole, "abab", True)
                kept = [hit for hit in hits[::-1] if hit.row >= view.first]
                assert searched(tmp_path, view, Wanted("abab", case=True)) == kept
        assert view.first > 1000
        for row in range(0, len(whole), 7):  # a view from before: the row as it was, or nothing
            try:
                page = pages.page(tmp_path, stale, row, 1, "text")
            except Dropped:
                continue
            assert page.data in ("", whole[page.start].text)
        for _ in range(100):  # more than is kept comes between two looks: what comes now has other numbers
            write(journal, b"x" * 99 + b"\r\n")
        again = index.extend(60)
        assert (again.history == view.history, again.first) == (False, 0)
        journal.close()


def test_a_gap_ends_the_sequence_it_cuts_and_nothing_else(tmp_path):
    journal = journal_of(tmp_path, Size(3, 20), [b"one\r\ntwo\r\n\x1b[3"])
    journal.skip(1000)
    write(journal, b"1mthree\r\nfour\r\n")
    journal.close()
    view = viewed(tmp_path)
    assert [row.text for row in paged(tmp_path, view, 10)] == ["one", "two", "1mthree", "four"]
    assert pages.outline(tmp_path, view, 500).cursor_row == 2


def test_ten_thousand_resizes_cost_no_memory_and_lose_no_row(tmp_path):
    steps: list = []
    for n in range(10_000):
        steps += [Size(2 + n % 3, 20 + n % 7), b"row %d\r\n" % n]
    journal_of(tmp_path, Size(3, 20), steps).close()
    view = viewed(tmp_path)
    assert sum(len(one.saved) for one in view.checkpoints) < indexes.MOST_BYTES
    found = pages.rows_between(tmp_path, view, 0, 10**6)
    texts = [spread(one.row, one.cols, False).text for one in found]
    assert [text for text in texts if text] == [f"row {n}" for n in range(10_000)]
    assert searched(tmp_path, view, Wanted("row 9999"))[0].row == len(found) - 1


def test_a_flood_of_newlines_is_counted_in_constant_memory(tmp_path):
    count = 8 << 20  # 5 GB of cells
    journal_of(tmp_path, Size(24, 80), [b"\n" * count + b"end"]).close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    view = viewed(tmp_path, 600)
    assert pages.outline(tmp_path, view, None).end == count + 1
    assert searched(tmp_path, view, Wanted("end", after=count - 100)) == [Hit(count, 0, 3)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


@pytest.mark.parametrize("size", [Size(1000, 1000), Size(24, 1), Size(1, 1000)])
def test_sequences_that_scroll_far_in_few_bytes_lose_no_row(tmp_path, size):
    screens = 40
    many = (b"a\x1b[1000S" + b"\r") * screens + b"\x1b[H" + b"b\x1b[1000b"
    journal_of(tmp_path, size, [many]).close()
    view = viewed(tmp_path)
    wrapped = 1001 // size.cols - size.rows
    assert view.tip.row == screens * size.rows + max(0, wrapped + (1001 % size.cols > 0))


def test_a_hit_in_a_line_without_end_is_found_on_every_border(tmp_path):
    places = [n * 4093 + 17 for n in range(1, 500)]
    line = bytearray(b"." * (500 * 4093))
    for at in places:
        line[at : at + 6] = b"needle"
    journal_of(tmp_path, Size(24, 80), [bytes(line)]).close()
    view = viewed(tmp_path)
    assert len(view.checkpoints) > 4
    hits = [Hit(at // 80, at % 80, 6) for at in places]
    assert searched(tmp_path, view, Wanted("needle", limit=500)) == hits[::-1]
    assert searched(tmp_path, view, Wanted("needle", after=0, limit=500)) == hits


def test_a_long_journal_is_read_in_turns(tmp_path):
    journal_of(tmp_path, Size(24, 80), [b"".join(b"%d\r\n" % n for n in range(100_000))]).close()
    index = Index(tmp_path)
    view = index.extend(0.0)
    assert not view.complete and view.tip.offset < view.head
    page = pages.page(tmp_path, view, 0, 2000, "text")
    assert page.data.split("\n")[:3] == ["0", "1", "2"] and page.end == view.tip.row
    while not view.complete:
        assert searched(tmp_path, view, Wanted("99999")) == []
        view = index.extend(0.05)
    assert searched(tmp_path, view, Wanted("99999")) == [Hit(99_999, 0, 5)]
