"""Reading a journal that another process writes. Shared by the web server's rooms and by exports.

Segments are named by the offset at which they begin, so names alone tell where bytes are missing. The
one rule: never a wrong byte and never an exception because a segment was just added, dropped or erased.
"""

import os
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

SUFFIX = ".out"


def segment_name(start: int) -> str:
    return f"{start:020d}{SUFFIX}"


def segment_starts(directory: Path) -> list[int]:
    """Offsets at which the segments begin, in order; [] when the directory is gone."""
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(name[: -len(SUFFIX)]) for name in names if name.endswith(SUFFIX))


class JournalReader:
    """One position-less reader of one session's journal. Keeps one segment open; not for several threads."""

    def __init__(self, session_dir: Path) -> None:
        self._directory = Path(session_dir)
        self._starts: list[int] = []
        self._fd = -1
        self._start = -1

    def __enter__(self) -> "JournalReader":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; a later read opens it again."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._start = -1, -1

    def read(self, offset: int, limit: int) -> tuple[int, bytes]:
        """(start, bytes): at most `limit` bytes of output from `offset`, or from the next byte there is.

        start > offset: the bytes between were dropped (too old) or lost (full disk). (offset, b""): the head.
        """
        if self._start >= 0 and self._start <= offset:
            data = self._pread(offset, limit)
            if data:
                return offset, data
        self._starts = segment_starts(self._directory)
        while True:
            index = bisect_right(self._starts, offset) - 1
            for start in self._starts[max(index, 0) :]:
                if not self._open(start):
                    break
                data = self._pread(max(offset, start), limit)
                if data:
                    return max(offset, start), data
            else:
                return offset, b""
            listed = segment_starts(self._directory)
            if listed == self._starts:  # a file that is there but cannot be opened
                return offset, b""
            self._starts = listed

    def oldest(self) -> int:
        """The offset of the oldest byte kept; the head when nothing is."""
        starts = segment_starts(self._directory)
        return starts[0] if starts else 0

    def head(self) -> int:
        """Output bytes so far, dropped and lost ones included; asks no keeper."""
        while starts := segment_starts(self._directory):
            try:
                return starts[-1] + os.stat(self._directory / segment_name(starts[-1])).st_size
            except FileNotFoundError:
                if segment_starts(self._directory) == starts:
                    break
        return 0

    def gaps(self) -> list[tuple[int, int]]:
        """[start, end) of what is missing after the oldest byte kept."""
        starts = segment_starts(self._directory)
        found = []
        for start, following in pairwise(starts):
            try:
                end = start + os.stat(self._directory / segment_name(start)).st_size
            except FileNotFoundError:  # dropped just now: its bytes are old, not missing
                continue
            if end < following:
                found.append((end, following))
        return found

    def _open(self, start: int) -> bool:
        if start != self._start:
            try:
                fd = os.open(self._directory / segment_name(start), os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                return False
            self.close()
            self._fd, self._start = fd, start
        return True

    def _pread(self, offset: int, limit: int) -> bytes:
        return os.pread(self._fd, limit, offset - self._start) if limit > 0 else b""
