"""The web server's (or a command's) side of the keeper's socket.

Plain sockets and threads, so that under eventlet's monkey-patching it is green without knowing. One
thread reads and calls the Listener; a second finishes writes that the socket did not take at once. The
one rule: an input is typed exactly once, however often the connection breaks: everything that goes out
carries a number, is kept until acknowledged, and is sent again after a reconnect.
"""

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from app.keeper import address, protocol
from app.keeper.errors import Full, KeeperError, Over, Refused, Unknown, rebuilt
from app.keeper.launch import ensure
from app.keeper.link import Link
from app.keeper.protocol import Frame, FrameReader, KeeperStatus, Spec, State

__all__ = [
    "Full", "KeeperClient", "KeeperError", "KeeperStatus", "Listener", "Over", "Refused", "Spec", "State",
    "Unknown", "ensure",
]  # fmt: skip

REQUEST_SECONDS = 15.0  # for an answer, reconnects included; longer than the keeper waits for a program's start
HELLO_SECONDS = 5.0  # for a greeting, then we try again
RECONNECT_SECONDS = (0.01, 1.0)  # first and longest pause between attempts
UNACKNOWLEDGED_BYTES = 4 << 20  # of one session's input kept for a resend; beyond it input is Full
ANSWER_BYTES = 4 << 20  # of one frame: a session's state is the largest

LOG = logging.getLogger(__name__)

Done = Callable[[KeeperError | None], None]


class Listener(Protocol):
    """Called in the client's reader thread, in order. Must be quick, and must not call what waits."""

    def connected(self, states: list[State]) -> None:
        """At first and after every reconnect: all sessions the keeper holds, running and ended."""

    def disconnected(self) -> None:
        """The keeper is gone for now; the client is looking for it."""

    def head(self, session: str, head: int) -> None:
        """A followed session has so many bytes of output in its journal."""

    def resized(self, session: str, offset: int, rows: int, cols: int) -> None:
        """From `offset` on the size is this. Stands between the head() calls where it happened."""

    def gap(self, session: str, start: int, end: int) -> None:
        """Bytes [start, end) never reached the disk."""

    def pressure(self, session: str, on: bool) -> None:
        """The disk takes no output of this session (on), or takes it again."""

    def ended(self, state: State) -> None:
        """The program is over; after the last head(), and the session is followed no more."""


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

    __slots__ = ("done", "raw", "session", "size")

    def __init__(self, session: str, raw: bytes, size: int, done: Done | None) -> None:
        self.session, self.raw, self.size, self.done = session, raw, size, done


class KeeperClient:
    """A connection to the keeper of a directory, which mends itself.

    Calls that wait raise KeeperError when no answer comes in REQUEST_SECONDS. May be used from any
    thread (under eventlet: any green thread), except that those which wait may not be called by a Listener.
    """

    def __init__(self, directory: Path, listener: Listener) -> None:
        self._directory = Path(directory)
        self._listener = listener
        self._name = secrets.token_hex(8)  # under which inputs without a number of their own are numbered
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._link: Link | None = None  # set while connected
        self._welcome: dict[str, Any] = {}
        self._closed = False
        self._request = 0
        self._waiting: dict[int, Waiting] = {}
        self._typing: dict[int, Typing] = {}  # in the order of sending
        self._unacknowledged: dict[str, int] = {}  # bytes, by session
        self._numbers = 0
        self._follows: set[str] = set()
        self._reader: threading.Thread | None = None

    def start(self, timeout: float = 5.0) -> None:
        """Connects; returns when `connected` was called. Raises KeeperError after `timeout` seconds."""
        self._reader = threading.Thread(target=self._run, name="keeper-reader", daemon=True)
        self._reader.start()
        with self._lock:
            self._changed.wait_for(lambda: self._link or self._closed, timeout)
            found = self._link
        if not found:
            self.close()
            raise KeeperError(f"no keeper answers at {self._directory}")

    def close(self) -> None:
        """Ends the connection. Inputs without an acknowledgement are told a KeeperError; sessions go on."""
        with self._lock:
            self._closed = True
            link = self._link
            self._changed.notify_all()
        if link:
            link.hang_up()
        self._fail_all(KeeperError("the connection to the keeper was closed"))

    def create(self, spec: Spec) -> State:
        """Starts a program. Raises Refused, naming the field at fault, when it cannot be started."""
        waiting = self._ask(protocol.CREATE, again=True, **spec._asdict())
        return waiting.states[0]

    def sessions(self) -> list[State]:
        """All sessions the keeper holds, running and ended."""
        return self._ask(protocol.LIST, again=True).states

    def follow(self, session: str) -> None:
        """head() and the other events of this session from now on, first its present head. Does not wait."""
        with self._lock:
            self._follows.add(session)
            self._send(protocol.pack_json(protocol.FOLLOW, 0, session=session))

    def unfollow(self, session: str) -> None:
        """No more events of this session. Does not wait; what is on its way still comes."""
        with self._lock:
            self._follows.discard(session)
            self._send(protocol.pack_json(protocol.UNFOLLOW, 0, session=session))

    def input(self, session: str, data: bytes, client: str = "", seq: int = 0, done: Done | None = None) -> None:
        """Types `data`. Never waits and never raises.

        `done` is called exactly once, in the reader thread or (at an error found at once) in the caller's:
        None when the program's terminal has it all, else Unknown, Over, Full, or KeeperError at close().
        With `client` and `seq` (rising by client) a repeat is acknowledged and not typed again.
        """
        problem: KeeperError | None = None
        with self._lock:
            size = self._unacknowledged.get(session, 0) + len(data)
            if self._closed:
                problem = KeeperError("the connection to the keeper was closed")
            elif len(data) > protocol.INPUT_QUEUE_BYTES or size > UNACKNOWLEDGED_BYTES:
                problem = Full(f"{size} bytes of input wait already" if len(data) < size else "too much at once")
            else:
                if not client or not seq:
                    self._numbers += 1
                    client, seq = self._name, self._numbers
                number = self._next_request()
                raw = protocol.pack_input(number, session, _short(client), seq, bytes(data))
                self._typing[number] = Typing(session, raw, len(data), done)
                self._unacknowledged[session] = size
                self._send(raw)
        if problem and done:
            done(problem)

    def input_seq(self, session: str, client: str) -> int:
        """The highest number of this client that reached the program. Raises Unknown."""
        return int(self._ask(protocol.INPUT_SEQ, again=True, session=session, client=_short(client)).fields["seq"])

    def resize(self, session: str, rows: int, cols: int) -> int:
        """The output offset from which on the size holds. Raises Unknown, Over, Refused."""
        asked = self._ask(protocol.RESIZE, again=True, session=session, rows=rows, cols=cols)
        return int(asked.fields["offset"])

    def signal(self, session: str, name: str) -> None:
        """Sends "INT", "TERM", ... to the foreground process group. Raises Unknown, Over, Refused."""
        self._ask(protocol.SIGNAL, again=False, session=session, name=name)

    def end(self, session: str, grace: float) -> None:
        """HUP now, KILL after `grace` seconds, to all that runs there; does not wait. Raises Unknown."""
        self._ask(protocol.END, again=True, session=session, grace=grace)

    def forget(self, session: str) -> None:
        """Erases an ended session's directory. Raises Unknown, Refused (it still runs)."""
        self._ask(protocol.FORGET, again=False, session=session)

    def status(self) -> KeeperStatus:
        fields = self._ask(protocol.STATUS, again=True).fields
        return KeeperStatus(**{name: fields[name] for name in KeeperStatus._fields if name in fields})

    def upgrade(self, timeout: float = 30.0) -> KeeperStatus:
        """Puts the keeper's code on disk in place; sessions go on. Returns the new keeper's status.

        Raises KeeperError, and leaves the old one running, when the new code cannot be loaded.
        """
        before = self.status().started_at
        self._ask(protocol.UPGRADE, again=False, seconds=timeout)
        with self._lock:
            self._changed.wait_for(lambda: self._welcome.get("started_at", before) != before, timeout)
        after = self.status()
        if after.started_at == before:
            raise KeeperError("the keeper goes on with its old code")
        return after

    def stop(self, grace: float = 5.0) -> None:
        """Ends every session (HUP, KILL after `grace` seconds), then keeper and vault."""
        self._ask(protocol.STOP, again=False, seconds=grace + REQUEST_SECONDS, grace=grace)
        self.close()

    # Requests

    def _ask(self, kind: int, *, again: bool, seconds: float = REQUEST_SECONDS, **fields: Any) -> Waiting:
        if threading.current_thread() is self._reader:
            raise RuntimeError("a Listener may not wait for the keeper: it is what reads the answer")
        deadline = time.monotonic() + seconds
        with self._lock:
            if not again:  # sent once or not at all
                self._changed.wait_for(lambda: self._link or self._closed, seconds)
            if self._closed or (not again and not self._link):
                raise KeeperError("there is no connection to the keeper")
            number = self._next_request()
            waiting = Waiting(protocol.pack_json(kind, number, **fields), again, kind == protocol.CREATE)
            self._waiting[number] = waiting
            self._send(waiting.raw)
        answered = waiting.answered.wait(deadline - time.monotonic())
        with self._lock:
            self._waiting.pop(number, None)
        if not answered:
            raise KeeperError("the keeper does not answer")
        if waiting.error:
            raise waiting.error
        return waiting

    def _next_request(self) -> int:
        self._request = self._request % 0xFFFFFFFF + 1
        return self._request

    def _send(self, raw: bytes) -> None:
        """With the lock held; without a connection it is sent when there is one (see _greet)."""
        if self._link:
            self._link.send(raw)

    def _fail_all(self, error: KeeperError) -> None:
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
            typing, self._typing = list(self._typing.values()), {}
            self._unacknowledged.clear()
        for one in waiting:
            one.settle(error)
        for typed in typing:
            if typed.done:
                typed.done(error)

    # The reader thread

    def _run(self) -> None:
        least, most = RECONNECT_SECONDS
        pause = least
        while not self._closed:
            if self._serve():
                pause = least
            with self._lock:
                self._changed.wait_for(lambda: self._closed, pause)
            pause = min(pause * 2, most)

    def _serve(self) -> bool:
        """One connection, from greeting to end. False when there was no greeting."""
        link, greeted = None, False
        try:
            link = Link(address.connect(self._directory, HELLO_SECONDS))
            frames = FrameReader(limit=ANSWER_BYTES)
            self._greet(link, frames)
            greeted = True
            while data := link.read():
                self._receive(frames.feed(data))
        except (OSError, protocol.ProtocolError):
            pass
        if greeted:
            self._lose()
        if link:
            link.close()
        return greeted

    def _greet(self, link: Link, frames: FrameReader) -> None:
        """Learns what the keeper holds, then sends again what it may not have heard."""
        link.send(protocol.pack_json(protocol.HELLO, 0, protocol=protocol.VERSION))
        states: list[State] = []
        welcome: dict[str, Any] | None = None
        while welcome is None:
            data = link.read()
            if not data:
                raise ConnectionResetError
            for frame in frames.feed(data):
                if frame.kind == protocol.STATE:
                    states.append(protocol.unpack_state(frame.body))
                elif frame.kind == protocol.WELCOME:
                    welcome = protocol.fields(frame.body)
        link.patient()
        self._call(self._listener.connected, states)
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError
            self._link, self._welcome = link, welcome
            for session in self._follows:
                link.send(protocol.pack_json(protocol.FOLLOW, 0, session=session))
            for waiting in self._waiting.values():
                waiting.states.clear()
                link.send(waiting.raw)
            for typing in self._typing.values():
                link.send(typing.raw)
            self._changed.notify_all()

    def _lose(self) -> None:
        """The connection broke. Inputs and harmless requests wait for the next one."""
        with self._lock:
            self._link = None
            lost = [number for number, waiting in self._waiting.items() if not waiting.again]
            broken = [self._waiting.pop(number) for number in lost]
        for waiting in broken:
            waiting.settle(KeeperError("the connection to the keeper broke before it answered"))
        if not self._closed:
            self._call(self._listener.disconnected)

    def _receive(self, frames: Iterator[Frame]) -> None:
        """Of several heads of a session that came together only the last is told, in its place."""
        heads: dict[str, int] = {}
        for frame in frames:
            if frame.kind == protocol.HEAD:
                session, head = protocol.unpack_event(frame)
                heads[session] = head
            else:
                self._tell_heads(heads)
                self._dispatch(frame)
        self._tell_heads(heads)

    def _tell_heads(self, heads: dict[str, int]) -> None:
        for session, head in heads.items():
            if session in self._follows:
                self._call(self._listener.head, session, head)
        heads.clear()

    def _dispatch(self, frame: Frame) -> None:
        listener = self._listener
        match frame.kind:
            case protocol.DONE | protocol.FAILED | protocol.STATE:
                self._answered(frame)
            case protocol.RESIZED:
                self._call(listener.resized, *protocol.unpack_event(frame))
            case protocol.GAP:
                self._call(listener.gap, *protocol.unpack_event(frame))
            case protocol.PRESSURE:
                self._call(listener.pressure, *protocol.unpack_event(frame))
            case protocol.ENDED:
                state = protocol.unpack_state(frame.body)
                self._follows.discard(state.id)
                self._call(listener.ended, state)

    def _answered(self, frame: Frame) -> None:
        fields = protocol.fields(frame.body)
        error = None
        if frame.kind == protocol.FAILED:
            error = rebuilt(str(fields.get("code")), str(fields.get("field", "")), str(fields.get("message", "")))
        with self._lock:
            waiting = self._waiting.get(frame.request)
            typing = self._typing.pop(frame.request, None)
            if typing:
                self._unacknowledged[typing.session] -= typing.size
                if not self._unacknowledged[typing.session]:
                    del self._unacknowledged[typing.session]
        if typing and typing.done:
            self._call(typing.done, error)
        if waiting and frame.kind == protocol.STATE:
            waiting.states.append(protocol.unpack_state(frame.body))
        if waiting and (waiting.one_state or frame.kind != protocol.STATE):
            with self._lock:
                self._waiting.pop(frame.request, None)
            waiting.settle(error, fields)

    def _call(self, call: Callable[..., None], *arguments: Any) -> None:
        """A Listener's mistake must not end the connection that others depend on."""
        try:
            call(*arguments)
        except Exception:
            LOG.exception("a listener of the keeper failed")


def _short(client: str) -> str:
    """A name as long as the keeper keeps; a longer one is stood for by its hash."""
    raw = client.encode()
    return client if len(raw) <= protocol.CLIENT_BYTES else hashlib.blake2b(raw, digest_size=32).hexdigest()
