"""Segments and timeline on disk: bounded, readable while written, mended after a crash."""

import os
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.keeper import timeline
from app.keeper.journal import Journal, JournalReader, repair, wipe
from app.keeper.reader import segment_name, segment_starts
from app.keeper.timeline import Event, Timeline

BIG = 1 << 30


def pattern(start: int, end: int) -> bytes:
    """Bytes that tell their own offset: each 8-byte word is its own index."""
    first, last = start // 8, -(-end // 8)
    raw = b"".join(word.to_bytes(8, "little") for word in range(first, last))
    return raw[start - first * 8 : end - first * 8]


def write(journal: Journal, count: int) -> None:
    data = pattern(journal.head, journal.head + count)
    while data:
        data = data[journal.write(data) :]


def size_on_disk(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir())


def test_offsets_go_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(3):
        journal = Journal(tmp_path, BIG)
        write(journal, 1000)
        journal.close()
    with JournalReader(tmp_path) as reader:
        assert reader.head() == 3000
        assert reader.read(0, 5000) == (0, pattern(0, 3000))
        assert reader.read(2500, 100) == (2500, pattern(2500, 2600))
        assert reader.read(3000, 100) == (3000, b"")


@pytest.mark.parametrize("limit", [64 << 10, 300_000, 1 << 20])
def test_bound(tmp_path: Path, limit: int) -> None:
    journal = Journal(tmp_path, limit)
    reader = JournalReader(tmp_path)
    for _ in range(300):
        write(journal, 10_000)
        for _ in range(20):
            journal.note("mark", b"x" * 40)
        assert size_on_disk(tmp_path) <= limit
    assert reader.head() == journal.head == 3_000_000
    assert reader.oldest() >= 3_000_000 - limit
    assert journal.head - reader.oldest() > limit / 2  # bounded, not wasted
    start, data = reader.read(0, 4096)
    assert start == reader.oldest()
    assert data == pattern(start, start + len(data))
    assert reader.gaps() == []
    assert next(timeline.read(tmp_path)).kind == "resize"


def test_timeline_alone_is_bounded_too(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 64 << 10)
    for number in range(20_000):
        journal.resized(1 + number % 1000, 80)
        journal.note("input", b"anna")
        if number > 10_000:
            write(journal, 1)
    assert size_on_disk(tmp_path) <= 64 << 10
    assert timeline.size_at(tmp_path, journal.head) == journal.size


def test_lost_bytes_are_a_gap(tmp_path: Path) -> None:
    journal = Journal(tmp_path, BIG)
    write(journal, 100)
    assert journal.skip(50) == (100, 150)
    write(journal, 100)
    reader = JournalReader(tmp_path)
    assert reader.gaps() == [(100, 150)]
    assert reader.read(0, 1000) == (0, pattern(0, 100))
    assert reader.read(100, 1000) == (150, pattern(150, 250))
    assert reader.read(120, 1000) == (150, pattern(150, 250))
    assert [(event.offset, event.until) for event in timeline.read(tmp_path) if event.kind == "gap"] == [(100, 150)]


def test_reading_while_segments_come_and_go(tmp_path: Path) -> None:
    """Readers at random places beside a writer that drops segments all the time: no wrong byte, no error."""
    journal = Journal(tmp_path, 128 << 10)
    failures: list[BaseException] = []
    done = threading.Event()

    def read(seed: int) -> None:
        chance, reader, offset = random.Random(seed), JournalReader(tmp_path), 0
        try:
            while not done.is_set():
                if chance.random() < 0.2:
                    offset = chance.randrange(reader.head() + 1)
                reader.gaps()
                start, data = reader.read(offset, chance.randrange(1, 20_000))
                assert start >= offset
                assert data == pattern(start, start + len(data))
                offset = start + len(data)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(1500):
        write(journal, 2000)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_erased_session_reads_as_nothing(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / "gone")
    assert (reader.read(5, 10), reader.head(), reader.oldest(), reader.gaps()) == ((5, b""), 0, 0, [])


def test_holes_of_a_machine_crash_become_gaps(tmp_path: Path) -> None:
    journal = Journal(tmp_path, BIG)
    write(journal, 3 * 65536)
    journal.close()
    with open(tmp_path / segment_name(0), "r+b") as segment:  # sizes reached the disk, blocks did not
        segment.truncate(65536)
        segment.seek(2 * 65536)
        segment.write(pattern(2 * 65536, 3 * 65536))
        segment.truncate(5 * 65536)
    assert repair(tmp_path) == 3 * 65536
    reader = JournalReader(tmp_path)
    assert reader.gaps() == [(65536, 2 * 65536)]
    assert reader.read(0, BIG) == (0, pattern(0, 65536))
    assert reader.read(65536, BIG) == (2 * 65536, pattern(2 * 65536, 3 * 65536))
    assert reader.head() == 3 * 65536


events = st.builds(
    Event,
    time=st.integers(0, 4_000_000_000_000).map(lambda millis: millis / 1000),
    offset=st.integers(0, (1 << 48) - 1),
    kind=st.sampled_from(sorted(timeline.NUMBERS)),
    data=st.binary(max_size=100),
)


@given(st.lists(events, max_size=20))
def test_events_come_back_as_they_were(written: list[Event]) -> None:
    assert list(timeline.parse(b"".join(map(timeline.pack, written)))) == written


@given(st.lists(events, max_size=9), st.booleans())
def test_resizes_are_found_wherever_they_stand(tmp_path_factory, some: list[Event], only: bool) -> None:
    size = timeline.size_data(24, 80)
    written = [e._replace(data=size) if e.kind == "resize" else e for e in some]
    if only:
        written = [Event(0.0, 0, "resize", size)] + [e for e in written if e.kind != "resize"]
    place = tmp_path_factory.mktemp("timeline")
    (place / f"{0:020d}{timeline.SUFFIX}").write_bytes(b"".join(map(timeline.pack, written)))
    assert list(timeline.resizes(place)) == [event for event in written if event.kind == "resize"]


@given(st.lists(events, min_size=1, max_size=10), st.data())
def test_a_torn_tail_costs_only_itself(written: list[Event], data: st.DataObject) -> None:
    raw = b"".join(map(timeline.pack, written))
    cut = data.draw(st.integers(0, len(raw) - 1))
    assert list(timeline.parse(raw[:cut]))[: len(written) - 1] == list(timeline.parse(raw[:cut]))
    zeroed = raw[:cut] + bytes(len(raw) - cut)
    whole = 0
    for event in written:
        if whole + len(timeline.pack(event)) > cut:
            break
        whole += len(timeline.pack(event))
    kept = list(timeline.parse(raw[:whole]))
    assert list(timeline.parse(zeroed))[: len(kept)] == kept


@settings(max_examples=30)
@given(st.integers(1, 200))
def test_a_timeline_goes_on_behind_a_torn_tail(tmp_path_factory: pytest.TempPathFactory, torn: int) -> None:
    path = tmp_path_factory.mktemp("timeline") / ("0" * 20 + timeline.SUFFIX)
    written = [Event(float(number), number, "mark", b"x" * number) for number in range(20)]
    line = Timeline(path)
    for event in written:
        line.add(event)
    line.close()
    os.truncate(path, path.stat().st_size - torn)
    line = Timeline(path)
    line.add(Event(99.0, 99, "end", b"0"))
    line.close()
    found = list(timeline.read(path.parent))
    assert found[-1] == Event(99.0, 99, "end", b"0")
    assert found[:-1] == written[: len(found) - 1]


def test_sizes_at_offsets(tmp_path: Path) -> None:
    journal = Journal(tmp_path, BIG, (24, 80))
    write(journal, 100)
    journal.resized(30, 100)
    write(journal, 100)
    assert timeline.size_at(tmp_path, 99) == (24, 80)
    assert timeline.size_at(tmp_path, 100) == (30, 100)
    assert [event.size for event in timeline.read(tmp_path, 100) if event.kind == "resize"] == [(30, 100)]


def test_output_is_timed(tmp_path: Path) -> None:
    journal = Journal(tmp_path, BIG)
    for now in (10.0, 10.05, 10.2, 10.25, 20.0):
        journal.mark_output(now)
        write(journal, 10)
    marks = [(event.time, event.offset) for event in timeline.read(tmp_path) if event.kind == "output"]
    assert marks == [(10.0, 0), (10.2, 20), (20.0, 40)]
    assert segment_starts(tmp_path) == [0]


def test_what_is_discarded_is_gone_and_the_rest_is_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path, BIG, (30, 100))
    write(journal, 1000)
    journal.discard(600)  # in the middle: nothing can go yet, but the segment ends
    write(journal, 1000)
    with JournalReader(tmp_path) as reader:
        assert reader.read(0, 5000) == (0, pattern(0, 1000))
        journal.discard(1500)
        assert reader.oldest() == 1000
        assert reader.read(1000, 5000) == (1000, pattern(1000, 2000))
        journal.discard(2000)
        assert reader.oldest() == reader.head() == journal.head == 2000
        journal.discard(2000)  # nothing came since: no other segment
        assert segment_starts(tmp_path) == [2000]
        write(journal, 10)
        assert reader.read(2000, 100) == (2000, pattern(2000, 2010))
    assert timeline.size_at(tmp_path, 2005) == (30, 100)


def test_after_a_wipe_only_the_length_and_the_end_are_known(tmp_path: Path) -> None:
    journal = Journal(tmp_path, BIG, (30, 100))
    write(journal, 1000)
    journal.note("end", b"512")
    journal.close()
    (tmp_path / "session.json").write_text("{}")
    for _ in range(2):
        wipe(tmp_path, 1000, ("session.json",))
        with JournalReader(tmp_path) as reader:
            assert (reader.head(), reader.oldest()) == (1000, 1000)
            assert reader.read(0, 100)[1] == b""
        assert [event.data for event in timeline.read(tmp_path) if event.kind == "end"] == [b"512"]
        assert timeline.size_at(tmp_path, 1000) == (30, 100)
        assert sum(path.suffix in (".out", ".time") for path in tmp_path.iterdir()) == 2
        assert (tmp_path / "session.json").exists() and len(list(tmp_path.iterdir())) == 3
