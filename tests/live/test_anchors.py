"""Lines as they are kept: from a place on the screen to an anchor, and from there back to the same row."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.live.history import pages
from app.live.history.anchors import anchor
from tests.live.history import journal_of, paged, sizes, small, steps, viewed

FIXED = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
limits = st.tuples(st.sampled_from([1, 7, 50, 8192]), st.sampled_from([1, 9, 64, 999]), st.sampled_from([16, 99]))


@FIXED
@given(sizes, steps, limits, st.floats(0, 1), st.integers(-3, 60))
def test_a_line_is_found_again_by_its_anchor(size, steps, limits, share, up):
    with small(*limits), tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        journal = journal_of(directory, size, steps)
        head = journal.head
        journal.close()
        view = viewed(directory)
        offset = int(head * share)
        cursor = pages.cursor_row(directory, view, offset)
        found = anchor(directory, view, offset, up)
        if cursor - up < view.first:
            assert found is None
            return
        row = cursor - up
        assert found.row == row and found.offset <= offset
        assert pages.rows_of(directory, view, [found.offset])[found.offset] - found.up == row
        rows = paged(directory, view, 2000)
        assert found.text == (rows[row].text.rstrip() if row < len(rows) else "")


def test_an_anchor_is_where_its_line_began(tmp_path):
    """So that a recording shows the note there, and who may see nothing from before an offset sees no such line."""
    text = b"".join(b"line %d\r\n" % number for number in range(5000))
    journal_of(tmp_path, (24, 80), [text]).close()
    view = viewed(tmp_path)
    for number in (0, 1, 777, 4999):
        found = anchor(tmp_path, view, None, 5000 - number)
        assert found == (view.history, number, text.index(b"line %d\r" % number), 0, f"line {number}")
    assert anchor(tmp_path, view, None, 5001) is None and anchor(tmp_path, view, len(text) + 1, 0) is None
