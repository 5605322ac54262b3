"""Snapshots against xterm.js, over real programs. The counts are exact: one cut less, and this fails."""

from __future__ import annotations

from collections import Counter

import pytest

from app.screen import Screen
from tests.fidelity.compare import ROOT, Recording, Result, compare, recordings, table
from tests.screen.states import same_state

# Cuts at which something differed; docs/fidelity.md names the cause of each. All other cuts are exact.
KNOWN = {
    "odd 10x37": Counter({"soft wrap": 1}),
}
CUTS = 1258
EXACT = 1257
PROGRAMS = {"vim", "htop", "less", "nano", "tmux", "mc", "dialog", "python", "bash", "build", "wide", "odd"}


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return compare()


def test_every_program_was_recorded() -> None:
    assert {recording.name for recording in recordings()} == PROGRAMS


def test_snapshots_rebuild_what_xterm_holds(results: list[Result]) -> None:
    differing = {result.title: result.differences for result in results if result.differences}
    assert differing == KNOWN, [result.examples for result in results if result.title not in KNOWN]
    assert (sum(result.exact for result in results), sum(result.cuts for result in results)) == (EXACT, CUTS)


def test_the_engine_shows_the_text_and_cursor_that_xterm_shows(results: list[Result]) -> None:
    assert [texts for result in results for texts in result.texts] == []


def test_the_document_gives_these_figures(results: list[Result]) -> None:
    assert table(results) in (ROOT / "docs/fidelity.md").read_text()


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.title)
def test_a_snapshot_drawn_on_a_fresh_screen_gives_the_same_screen(recording: Recording) -> None:
    first = Screen(recording.rows, recording.cols, 300)
    last = 0
    for cut in recording.cuts()[::3]:
        first.replay(recording.data[last:cut])
        last = cut
        second = Screen(recording.rows, recording.cols, 300)
        second.replay(first.snapshot())
        assert same_state(first, second) == []
