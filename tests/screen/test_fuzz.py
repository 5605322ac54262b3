"""Any bytes, any sizes, any order of calls: nothing raises, and a snapshot still rebuilds the screen."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.screen import Screen
from tests.screen.states import same_state

# The same examples every time: a test that fails now and then teaches to run it again.
FIXED = settings(derandomize=True, deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))

numbers = st.sampled_from([0, 1, 2, 3, 5, 6, 7, 8, 12, 20, 25, 38, 40, 47, 48, 69, 999, 1049, 65535, 2147483647, 2**70])
csi = st.builds(
    lambda prefix, values, between, final: f"\x1b[{prefix}{';'.join(map(str, values))}{between}{final}".encode(),
    st.sampled_from(["", "", "?", ">", "=", "<"]),
    st.lists(numbers, max_size=4),
    st.sampled_from(["", "", "", " ", "!", '"', "$", "'", "*", "#"]),
    st.sampled_from([chr(code) for code in range(0x40, 0x7F)]),
)
strings = st.builds(
    lambda start, body, end: start + body + end,
    st.sampled_from(
        [
            b"\x1b]8;;",
            b"\x1b]2;",
            b"\x1b]4;1;",
            b"\x1b]11;",
            b"\x1bP",
            b"\x1b_G",
            b"\x1b^",
            b"\x1bX",
            b"\x1b]9;4;",
        ]
    ),
    st.binary(max_size=30),
    st.sampled_from([b"\x07", b"\x1b\\", b"", b"\x18"]),
)
texts = st.text(
    st.sampled_from("ab 漢字\u0301\u200d\ufe0f😀é\x7f\x9b\x85\r\n\t\x08\x0e\x0f\ufeff\U0010ffff"), max_size=30
).map(str.encode)
outputs = st.lists(st.one_of(csi, csi, texts, texts, strings, st.binary(max_size=20)), max_size=25).map(b"".join)
sizes = st.tuples(st.sampled_from([1, 2, 3, 7, 24, 1000]), st.sampled_from([1, 2, 3, 10, 80, 1000]))


@FIXED
@given(sizes, st.lists(st.one_of(outputs, sizes), max_size=6))
def test_nothing_raises(size: tuple[int, int], steps: list[bytes | tuple[int, int]]) -> None:
    screen = Screen(*size, scrollback=50)
    for step in steps:
        if isinstance(step, bytes):
            assert isinstance(screen.feed(step), bytes)
        else:
            screen.resize(*step)
    screen.snapshot(0)
    screen.view(20)
    again = Screen(screen.rows, screen.cols, 50)
    again.replay(screen.snapshot())
    again.snapshot()
    again.close()
    screen.close()


@FIXED
@given(st.lists(st.one_of(texts, texts, csi.filter(lambda data: data[2:3] not in b"?><=!")), max_size=30).map(b"".join))
def test_text_and_movement_come_back_exactly(output: bytes) -> None:
    first = Screen(6, 12, 50)
    first.feed(output)
    second = Screen(6, 12, 50)
    second.replay(first.snapshot())
    assert second.text() == first.text()
    assert [name for name in same_state(first, second) if not name.startswith(("row", "link"))] == []
