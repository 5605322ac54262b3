"""A room's answers to device queries: each given once, also where several workers follow the session.

The rule: the keeper numbers answers by the offset up to which queries are answered, and types no number twice.
Workers cut the output at different places, so only the leader answers; who leads anew, or again after a new keeper,
first asks what was heard, and finds what is missing by replaying the output from there on.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from app import green
from app.keeper.client import KeeperError
from app.live.restore import missed

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.room import Room

log = logging.getLogger(__name__)

# A program's query is answered late at most so long after a restart; after that it stopped waiting.
ANSWER_SECONDS = 5.0
# Nor further back than so much output: a program that wrote on was not waiting.
ANSWER_BYTES = 64 << 10
# Answers of the last ANSWER_SECONDS that are remembered; with more the output is replayed in any case.
MOST_RECENT = 64
# Under this name the keeper numbers our answers (by offset), so that none is typed twice.
ANSWERER = "screen"


class Answer(NamedTuple):
    """To the queries in output [start, end)."""

    start: int
    end: int
    data: bytes
    at: float


class Answers:
    def __init__(self, rooms: Following, room: Room) -> None:
        self._rooms, self._room = rooms, room
        self._sure = False  # all that was heard came from us, since we lead
        self._asking = False
        self._recent: deque[Answer] = deque(maxlen=MOST_RECENT)

    def replied(self, data: bytes, start: int, end: int) -> None:
        """The screen's answer to output [start, end)."""
        workers = self._rooms.workers
        if workers.alone:
            self._rooms.keeper.input(self._room.session, data, ANSWERER, end)
            return
        self._recent.append(Answer(start, end, data, time.monotonic()))
        if workers.leads and self._sure:
            self._type(data, end)
        elif workers.leads:
            self._ask()

    def leading(self) -> None:
        """This worker leads from now on, maybe not for the first time."""
        self._sure = False
        if self._recent and time.monotonic() - self._recent[-1].at < ANSWER_SECONDS:
            self._ask()

    def _ask(self) -> None:
        if not self._asking:
            self._asking = True
            green.spawn(self._make_sure)

    def _make_sure(self) -> None:
        """What comes meanwhile waits in `_recent`, and is sent at the end in the same step."""
        workers, session = self._rooms.workers, self._room.session
        try:
            while not self._sure and workers.leads:
                term = workers.term
                heard = self._rooms.keeper.input_heard(session, ANSWERER)
                if workers.term == term:
                    self._send_due(heard)
                    self._sure = workers.term == term
        except KeeperError as error:
            log.info("session %s: queries stay without an answer: %s", session, error)
        except Exception:
            log.exception("session %s: queries stay without an answer", session)
        finally:
            self._asking = False

    def _send_due(self, heard: int) -> None:
        due = self._due(heard)
        if due and (due[0].start < heard or len(self._recent) == MOST_RECENT):
            heard = self._replay(max(heard, self._room.offset - ANSWER_BYTES))
            due = self._due(heard)
        for answer in due:
            self._type(answer.data, answer.end)

    def _due(self, heard: int) -> list[Answer]:
        since = time.monotonic() - ANSWER_SECONDS
        return [answer for answer in self._recent if answer.end > heard and answer.at > since]

    def _replay(self, heard: int) -> int:
        """Some queries of the slice in which `heard` lies are answered and some are not. Up to where they are now."""
        self._room.settle()
        until = self._room.offset
        record = self._rooms.records[self._room.session]
        directory = self._rooms.config.sessions_dir / record.id
        data = green.offload(missed, directory, self._rooms.openings.past_of(record, heard), heard, until)
        if data:
            self._type(data, until)
        return until

    def _type(self, data: bytes, number: int) -> None:
        """Not kept by the client: it would come behind what the next leader has answered."""
        if self._rooms.workers.leads:
            self._rooms.keeper.input_once(self._room.session, data, ANSWERER, number)
