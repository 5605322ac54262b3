"""What a KeeperClient has asked and typed and not yet heard of.

The one rule: each is settled exactly once, by an answer, by a broken connection that must not be tried
again, or by the client's end. Everything that may be sent twice is sent again after a reconnect.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from app.keeper import protocol
from app.keeper.errors import Full, KeeperError, Withdrawn, rebuilt
from app.keeper.protocol import Frame, State

UNACKNOWLEDGED_BYTES = 4 << 20  # of one session's input kept for a resend; beyond it input is Full

STARTS = (protocol.CREATE, protocol.CREATE_AS)  # a session's STATE answers them
WITHDRAWN = "who typed this may not type here any more"

Done = Callable[[KeeperError | None], None]
# Whether who typed it still may. Asked at the moment of sending, again when it is to be sent again; must not wait.
Still = Callable[[], bool]


class Waiting:
    """A request without an answer yet.

    `again`: it may be sent twice without harm; `one_state`: a STATE frame is its whole answer.
    """

    __slots__ = ("again", "answered", "error", "fields", "one_state", "raw", "states")

    def __init__(self, raw: bytes, again: bool, one_state: bool) -> None:
        self.raw, self.again, self.one_state = raw, again, one_state
        self.answered = threading.Event()
        self.error: KeeperError | None = None
        self.fields: dict[str, Any] = {}
        self.states: list[State] = []

    def settle(self, error: KeeperError | None, fields: dict[str, Any] | None = None) -> None:
        self.error, self.fields = error, fields or {}
        self.answered.set()


class Typing:
    """An input without an acknowledgement yet."""

    __slots__ = ("done", "raw", "session", "size", "still")

    def __init__(self, session: str, raw: bytes, size: int, done: Done | None, still: Still | None) -> None:
        self.session, self.raw, self.size, self.done, self.still = session, raw, size, done, still


class Outstanding:
    """Called with the client's lock held. What is to be called without it is returned as a function."""

    def __init__(self) -> None:
        self._number = 0
        self._waiting: dict[int, Waiting] = {}
        self._typing: dict[int, Typing] = {}  # in the order of sending
        self._bytes: dict[str, int] = {}  # of input, by session

    def ask(self, kind: int, again: bool, fields: dict[str, Any]) -> tuple[int, Waiting]:
        """A new request and its number."""
        number = self._next()
        waiting = Waiting(protocol.pack_json(kind, number, **fields), again, kind in STARTS)
        self._waiting[number] = waiting
        return number, waiting

    def forget(self, number: int) -> None:
        """Nobody waits for this request any more."""
        self._waiting.pop(number, None)

    def type(
        self, session: str, client: str, seq: int, data: bytes, done: Done | None, still: Still | None = None
    ) -> bytes:
        """A new input, as its frame. Raises Full, Withdrawn."""
        if still is not None and not still():
            raise Withdrawn(WITHDRAWN)
        size = self._bytes.get(session, 0) + len(data)
        if len(data) > protocol.INPUT_QUEUE_BYTES:
            raise Full(f"{len(data)} bytes at once: the limit is {protocol.INPUT_QUEUE_BYTES}")
        if size > UNACKNOWLEDGED_BYTES:
            raise Full(f"{size - len(data)} bytes of input wait already")
        number = self._next()
        raw = protocol.pack_input(number, session, client, seq, data)
        self._typing[number] = Typing(session, raw, len(data), done, still)
        self._bytes[session] = size
        return raw

    def withdraw(self) -> tuple[list[bytes], Callable[[], None]]:
        """Forgets the inputs of those who may not type any more; their frames, and what tells them."""
        gone = [(n, typing) for n, typing in self._typing.items() if typing.still is not None and not typing.still()]
        told = [self._settled(number).done for number, _ in gone]

        def tell() -> None:
            for done in told:
                if done:
                    done(Withdrawn(WITHDRAWN))

        return [typing.raw for _, typing in gone], tell

    def _settled(self, number: int) -> Typing:
        typing = self._typing.pop(number)
        self._bytes[typing.session] -= typing.size
        if not self._bytes[typing.session]:
            del self._bytes[typing.session]
        return typing

    def again(self) -> Iterator[bytes]:
        """The frames for a new connection, inputs in their order."""
        for waiting in self._waiting.values():
            waiting.states.clear()
            yield waiting.raw
        for typing in self._typing.values():
            yield typing.raw

    def answered(self, frame: Frame) -> Callable[[], None] | None:
        """Settles what `frame` answers; returns what remains to be called."""
        fields, error = protocol.fields(frame.body), None
        if frame.kind == protocol.FAILED:
            texts = (str(fields.get(name, "")) for name in ("code", "field", "message"))
            error = rebuilt(*texts)
        if frame.request in self._typing:
            done = self._settled(frame.request).done
            return (lambda: done(error)) if done else None
        waiting = self._waiting.get(frame.request)
        if waiting and frame.kind == protocol.STATE:
            waiting.states.append(protocol.unpack_state(frame.body))
        if waiting and (waiting.one_state or frame.kind != protocol.STATE):
            del self._waiting[frame.request]
            waiting.settle(error, fields)
        return None

    def lose(self, error: KeeperError) -> None:
        """The connection broke: what may have been done already is not tried again."""
        for number, waiting in list(self._waiting.items()):
            if not waiting.again:
                del self._waiting[number]
                waiting.settle(error)

    def close(self, error: KeeperError) -> Callable[[], None]:
        """Nothing will be answered any more; the inputs are told by what is returned."""
        typing = list(self._typing.values())
        for waiting in self._waiting.values():
            waiting.settle(error)
        for kept in (self._waiting, self._typing, self._bytes):
            kept.clear()

        def tell() -> None:
            for typed in typing:
                if typed.done:
                    typed.done(error)

        return tell

    def _next(self) -> int:
        self._number = self._number % 0xFFFFFFFF + 1
        return self._number
