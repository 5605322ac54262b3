"""The commands of a followed session: what the marks in its output mean, kept while it runs.

The rule: everything follows from the output and where reading began, so each command has the same number whoever reads.
`Marks` does no I/O but what `caught_up` reads; books of them are kept by live/commands.py.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from app.keeper import timeline
from app.keeper.journal import JournalReader
from app.models.command import KEPT, Ran
from app.screen import marks
from app.screen.marks import Mark, Scanner, State

# Journal bytes read at once: a flood of marks among them is 1024 a 64 KiB block.
PIECE_BYTES = 1 << 20
# Output that comes at once has one event in the timeline, at its beginning: no further back (the keeper reads 16 KiB).
CAME_AT_ONCE = 64 << 10

Clock = Callable[[int], float]


class Marks:
    """Reads a session's output in order. Its owner sees that nobody reads while `take` runs in another thread."""

    def __init__(self, saved: dict[str, Any] | None = None) -> None:
        saved = saved or {}
        self._scanner = Scanner(State(**saved["scan"]) if saved else None)
        self.at_prompt: bool | None = saved.get("at_prompt")  # None: no mark was seen yet
        self.last: Ran | None = Ran(**saved["last"]) if saved.get("last") else None
        self._prompt: int | None = saved.get("prompt")
        self._text: str | None = saved.get("text")
        self._cwd: str | None = saved.get("cwd")
        self.unsaved: dict[int, Ran] = {}
        self.saving: dict[int, Ran] = {}  # on their way to the database
        self.saved_at = self.offset

    @property
    def offset(self) -> int:
        return self._scanner.offset

    @property
    def running(self) -> Ran | None:
        return self.last if self.last is not None and self.last.output_end is None else None

    def state(self) -> dict[str, Any]:
        return {
            "scan": asdict(self._scanner.state), "at_prompt": self.at_prompt, "prompt": self._prompt,
            "text": self._text, "cwd": self._cwd, "last": self.last._asdict() if self.last else None,
        }  # fmt: skip

    def take(self, start: int, data: bytes, clock: Clock) -> list[Ran]:
        """The commands that began or ended in this output, as they are now; each once."""
        changed: dict[int, Ran] = {}
        for mark in self._scanner.feed(start, data):
            ran = self._took(mark, clock)
            if ran is not None:
                changed[ran.number] = ran
        return list(changed.values())

    def close(self, at: float, head: int) -> Ran | None:
        """The program has ended, and with it whatever ran. Nothing more will come."""
        self._scanner = Scanner(State(offset=max(head, self.offset)))
        self.at_prompt = None if self.at_prompt is None else False
        return self._end(head, at, None) if self.running else None

    def _took(self, mark: Mark, clock: Clock) -> Ran | None:
        if mark.kind == marks.MOVED:
            self._cwd = mark.text
        elif mark.kind == marks.TEXT:
            self._text = mark.text
        elif mark.kind == marks.ENDED:
            return self._end(mark.start, clock(mark.start), mark.code) if self.running else None
        elif mark.kind == marks.STARTED:
            if self.at_prompt or not self.running:
                return self._begin(mark, clock(mark.start))
        else:
            at_prompt, self.at_prompt = self.at_prompt, True
            if mark.kind == marks.PROMPT or not at_prompt:
                self._prompt = mark.start
            # A prompt without a word on how the command ended: another shell's, or it was too quick to say.
            return self._end(mark.start, clock(mark.start), None) if self.running else None
        return None

    def _begin(self, mark: Mark, at: float) -> Ran:
        prompt = mark.start if self._prompt is None else self._prompt
        number = self.last.number + 1 if self.last else 1
        ran = Ran(number, prompt, mark.text or self._text, self._cwd, at, mark.end)
        self.at_prompt, self._prompt, self._text = False, None, None
        return self._noted(ran)

    def _end(self, offset: int, at: float, code: int | None) -> Ran:
        assert self.last is not None
        return self._noted(self.last._replace(output_end=offset, ended_at=at, exit_code=code))

    def _noted(self, ran: Ran) -> Ran:
        self.last = self.unsaved[ran.number] = ran
        if len(self.unsaved) > KEPT:
            del self.unsaved[next(iter(self.unsaved))]
        return ran


class Unmarked(Marks):
    """Of a session that is not recorded: what its shell says of commands is not even noted."""

    def take(self, start: int, data: bytes, clock: Clock) -> list[Ran]:
        return []


def caught_up(directory: Path, saved: dict[str, Any] | None, until: int | None) -> Marks:
    """What was saved, and the journal since then up to `until` (None: its end). In a native thread."""
    made = Marks(saved)
    with JournalReader(directory) as reader:
        end = reader.head() if until is None else until
        at = made.offset
        if at >= end:
            return made
        clock = times(directory, at)
        while at < end:
            start, data = reader.read(at, min(PIECE_BYTES, end - at))
            if not data:
                break
            made.take(start, data, clock)
            at = start + len(data)
    return made


def times(directory: Path, since: int) -> Clock:
    """When the output at an offset came, by the timeline; which is read once somebody asks."""

    @cache
    def events() -> tuple[list[int], list[float]]:
        told = [(event.offset, event.time) for event in timeline.read(directory, max(0, since - CAME_AT_ONCE))]
        return [offset for offset, _ in told], [time for _, time in told]

    def clock(offset: int) -> float:
        offsets, moments = events()
        return moments[max(0, bisect_right(offsets, offset) - 1)] if moments else 0.0

    return clock
