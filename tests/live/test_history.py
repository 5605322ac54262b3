"""Histories over real journals: the rows that pages give and search finds, against one straightforward replay."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.live.history.search import Wanted
from tests.live.history import expected, journal_of, naive, paged, searched, sizes, small, steps, viewed
from tests.screen.test_fuzz import outputs

# The same examples every time: a test that fails now and then teaches to run it again.
NEEDLES = ["a", "ab", "aa", "B", "AB", "b a", "a ", " ", "  a", "漢", "b漢", "字a", "\u0301", "e\u0301a", "a" * 30]
FIXED = settings(derandomize=True, deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
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
