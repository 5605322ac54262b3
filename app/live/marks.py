"""What a session's marks say: which commands its shell ran, where each one's output is, how it ended.

The rule: the commands follow from the marks alone. A tracker that goes on from another's `state` at `resume` tells the
same ones under the same numbers, so after a restart nothing is missing and nothing is there twice."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from app.screen.marks import Mark, Scanner, command_line, fields, unescaped
from app.screen.signs import clean, directory

Read = Callable[[int, int], tuple[int, bytes]]

# Of one session, the newest; and kept in memory until they are written, and for a while after.
COMMANDS_KEPT = 1000
RECENT_KEPT = 100
TEXT_CHARACTERS = 4096
# What a shell says of the time is believed within these bounds (seconds): the past, and clocks that differ.
OLDEST_SECONDS, AHEAD_SECONDS = 400 * 86_400.0, 5.0
# Where a text is only a guess, so much of what was typed is compared with it.
TYPED_BYTES, TYPED_CHARACTERS = 512, 12
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>78])|\r")
PIECE_BYTES = 1 << 20


class Command(NamedTuple):
    """`text` None: not known, or `private` (its line began with a blank). Offsets are those of the output."""

    number: int
    prompt_offset: int
    output_start: int
    started_at: float
    text: str | None = None
    private: bool = False
    cwd: str | None = None
    output_end: int | None = None
    ended_at: float | None = None
    exit_code: int | None = None


class Tracker:
    """`at_prompt`: None before the first mark."""

    def __init__(self, offset: int = 0, read: Read | None = None) -> None:
        self._scanner = Scanner(offset)
        self._read = read
        self._prompt: int | None = None
        self._typing: int | None = None  # where the prompt ended
        self._text: str | None = None
        self._private = False
        self._cwd: str | None = None
        self.count = 0
        self.running: Command | None = None
        self.recent: OrderedDict[int, Command] = OrderedDict()
        self.unwritten: set[int] = set()
        self.untold: set[int] = set()
        self.written_to = 0  # the `resume` of what the database has

    @classmethod
    def going_on(cls, offset: int, state: dict[str, Any], read: Read | None = None) -> Tracker:
        """As the one was that had this state."""
        made = cls(offset, read)
        made._prompt, made._typing, made._cwd = state.get("prompt"), state.get("typing"), state.get("cwd")
        made._text, made._private = state.get("text"), bool(state.get("private"))
        made.count = state.get("count", 0)
        made.written_to = offset
        if running := state.get("running"):
            made.running = Command(*running)
            made.recent[made.running.number] = made.running
        return made

    @property
    def state(self) -> dict[str, Any]:
        return {
            "prompt": self._prompt, "typing": self._typing, "text": self._text, "private": self._private,
            "cwd": self._cwd, "count": self.count, "running": self.running,
        }  # fmt: skip

    @property
    def resume(self) -> int:
        return self._scanner.resume

    @property
    def at_prompt(self) -> bool | None:
        return None if self._prompt is None and not self.count else self.running is None

    @property
    def last(self) -> Command | None:
        return next(reversed(self.recent.values()), None)

    def feed(self, start: int, data: bytes) -> None:
        for mark in self._scanner.feed(start, data):
            getattr(self, f"_mark_{mark.kind}")(mark)

    def catch_up(self, until: int) -> None:
        """Reads what came since. What was dropped is passed over."""
        at = self._scanner.offset
        while at < until and self._read is not None:
            start, data = self._read(at, min(PIECE_BYTES, until - at))
            if not data:
                return
            self.feed(start, data)
            at = start + len(data)

    def close(self, offset: int, at: float) -> None:
        """The session is over, and with it whatever ran."""
        if self.running is not None:
            self._end(offset, at, None)

    # The marks

    def _mark_A(self, mark: Mark) -> None:
        if self.running is not None:  # its shell said nothing, or another one has begun inside of it
            self._end(mark.start, time.time(), None)
        self._prompt, self._typing = mark.start, None
        self._text, self._private = None, False

    def _mark_B(self, mark: Mark) -> None:
        self._typing = mark.end

    def _mark_E(self, mark: Mark) -> None:
        line, _, rest = mark.text.decode("utf-8", "replace").partition(";")
        self._takes(unescaped(line), guess=rest.startswith("maybe"))

    def _mark_C(self, mark: Mark) -> None:
        _, named = fields(mark.text)
        if (line := command_line(named)) is not None:
            self._takes(line)
        self.count += 1
        self.running = Command(
            self.count,
            prompt_offset=mark.start if self._prompt is None else self._prompt,
            output_start=mark.end,
            started_at=_moment(named),
            text=self._text,
            private=self._private,
            cwd=self._cwd,
        )
        self._text, self._private = None, False
        self._put(self.running)

    def _mark_D(self, mark: Mark) -> None:
        if self.running is None:
            return  # a prompt without a command before it
        plain, named = fields(mark.text)
        code = plain[0] if plain else ""
        self._end(mark.start, _moment(named), int(code) if re.fullmatch(r"-?[0-9]{1,9}", code) else None)

    def _mark_7(self, mark: Mark) -> None:
        self._cwd = directory(mark.text)

    def _takes(self, line: str, guess: bool = False) -> None:
        text = clean(line.replace("\n", "⏎").replace("\t", " ").encode(), TEXT_CHARACTERS).replace("⏎", "\n")
        typed = self._typed() if guess else ""
        self._private = text.startswith(" ") or typed.startswith(" ")
        known = not guess or (typed and text.startswith(typed[:TYPED_CHARACTERS]))
        self._text = text.strip() if known and not self._private else None

    def _typed(self) -> str:
        """What stands behind the prompt."""
        if self._typing is None or self._read is None:
            return ""
        start, data = self._read(self._typing, min(TYPED_BYTES, max(0, self._scanner.offset - self._typing)))
        line = _SEQUENCE.sub(b"", data).partition(b"\n")[0]
        return line.decode("utf-8", "replace") if start == self._typing else ""

    def _end(self, offset: int, at: float, code: int | None) -> None:
        if self.running is not None:
            ended = max(at, self.running.started_at)
            self._put(self.running._replace(output_end=offset, ended_at=ended, exit_code=code))
            self.running = None

    def _put(self, command: Command) -> None:
        self.recent[command.number] = command
        self.unwritten.add(command.number)
        self.untold.add(command.number)
        while len(self.recent) > (COMMANDS_KEPT if self.unwritten else RECENT_KEPT):
            number, _ = self.recent.popitem(last=False)
            self.unwritten.discard(number)
            self.untold.discard(number)


def _moment(named: dict[str, str]) -> float:
    now = time.time()
    try:
        said = float(named.get("t", ""))
    except ValueError:
        return now
    return said if now - OLDEST_SECONDS < said < now + AHEAD_SECONDS else now
