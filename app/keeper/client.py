"""The web server's (or a command's) side of the keeper's socket.

Plain sockets and threads, so that under eventlet's monkey-patching it is green without knowing. One
thread reads and calls the Listener. The one rule: an input is typed exactly once, however often the
connection breaks: everything that is typed carries a number, is kept until acknowledged, and is sent
again after a reconnect.
"""

import secrets
import threading
import time
from pathlib import Path
from typing import Any

from app.keeper import address, protocol
from app.keeper.errors import Full, KeeperError, Over, Refused, Unknown, Withdrawn
from app.keeper.launch import ensure
from app.keeper.link import Link
from app.keeper.listening import Listener, Listening, Peers
from app.keeper.outstanding import Done, Outstanding, Still, Waiting
from app.keeper.protocol import Frame, FrameReader, KeeperStatus, Spec, State

__all__ = [
    "Full", "KeeperClient", "KeeperError", "KeeperStatus", "Listener", "Over", "Peers", "Refused", "Spec",
    "State", "Unknown", "Withdrawn", "ensure",
]  # fmt: skip

REQUEST_SECONDS = 15.0  # for an answer, reconnects included; the keeper gives a program's start 10
HELLO_SECONDS = 5.0  # for a greeting, then we try again
RECONNECT_SECONDS = (0.01, 1.0)  # first and longest pause between attempts
CLOSED = "the connection to the keeper was closed"
TOO_OLD = "the keeper that runs is too old to start programs as other users; python -m app keeper upgrade renews it"
WOULD_RECORD = "the keeper that runs is too old and would record it; python -m app keeper upgrade renews it"
KNOWS_NO_LIMITS = "the keeper that runs is too old for limits; python -m app keeper upgrade renews it"
ANSWER_BYTES = 4 << 20  # of one frame: a session's state is the largest


class KeeperClient:
    """A connection to the keeper of a directory, which mends itself.

    Calls that wait raise KeeperError when no answer comes in REQUEST_SECONDS. May be used from any
    thread (under eventlet: any green thread), except that those which wait may not be called by a Listener.
    """

    def __init__(self, directory: Path, listener: Listener) -> None:
        self._directory = Path(directory)
        self._name = secrets.token_hex(8)  # under which inputs without a number of their own are numbered
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._link: Link | None = None  # set while connected
        self._welcome: dict[str, Any] = {}
        self._closed = False
        self._outstanding = Outstanding()
        self._numbers = 0
        self._follows: set[str] = set()
        self._attends = ""  # under this name
        self._listening = Listening(listener, self._follows, self._answered)
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
            tell = self._outstanding.close(KeeperError(CLOSED))
            self._changed.notify_all()
        if link:
            link.hang_up()
        tell()

    def create(self, spec: Spec) -> State:
        """Starts a program. Raises Refused, naming the field at fault, when it cannot be started."""
        kind = protocol.CREATE
        if not spec.recorded and self.protocol < protocol.UNRECORDED:
            raise KeeperError(WOULD_RECORD)
        if spec.limits is not None and self.protocol < protocol.LIMITS:
            raise KeeperError(KNOWS_NO_LIMITS)
        if spec.account:
            if self.protocol < protocol.ACCOUNTS:
                raise KeeperError(TOO_OLD)
            kind = protocol.CREATE_AS
        waiting = self._ask(kind, again=True, **spec._asdict())
        return waiting.states[0]

    def sessions(self) -> list[State]:
        """All sessions the keeper holds, running and ended."""
        return self._ask(protocol.LIST, again=True).states

    def state(self, session: str) -> State | None:
        """One session; None when the keeper does not know it (yet)."""
        try:
            states = self._ask(protocol.LIST, again=True, session=session).states
        except Unknown:
            return None
        return next((state for state in states if state.id == session), None)

    def attend(self, name: str, peers: Peers) -> None:
        """Joins those who share this keeper, and asks to lead them, now and after every reconnect."""
        with self._lock:
            self._attends, self._listening.peers = name, peers
            self._send_attendance()

    def note(self, **fields: Any) -> None:
        """Says this to all others who attend. Does not wait; is lost without a connection (then `came` follows)."""
        with self._lock:
            self._send(protocol.pack_json(protocol.NOTE, 0, **fields))

    @property
    def protocol(self) -> int:
        """Of the keeper that we are, or were last, connected to."""
        return int(self._welcome.get("protocol", 0))

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

    def input(
        self, session: str, data: bytes, client: str = "", seq: int = 0, done: Done | None = None,
        still: Still | None = None, author: str = "",
    ) -> None:  # fmt: skip
        """Types `data`. Never waits and never raises.

        `done` is called exactly once, in the reader thread or (at an error found at once) in the caller's:
        None when the program's terminal has it all, else Unknown, Over, Full, Withdrawn, or KeeperError at close().
        `still`: see withdraw().
        With `client` and `seq` (rising by client) a repeat is acknowledged and not typed again; without, the session's
        timeline has `author` before a name of ours.
        """
        try:
            with self._lock:
                if self._closed:
                    raise KeeperError(CLOSED)
                if not client or not seq:
                    self._numbers += 1
                    client, seq = f"{author}{self._name}", self._numbers
                self._send(self._outstanding.type(session, protocol.short(client), seq, bytes(data), done, still))
        except KeeperError as error:
            if done:
                done(error)

    def withdraw(self) -> None:
        """Nothing that was typed by those whose `still` says no is sent any more, now or after a reconnect: what
        waits here is told Withdrawn. What the keeper was sent is its own; settled() says when it has read all that."""
        with self._lock:
            frames, tell = self._outstanding.withdraw()
            if frames and self._link:
                self._link.take_back(frames)
        tell()

    def settled(self) -> None:
        """Returns when the keeper has read all that it was sent before this call. Raises KeeperError."""
        if self._link:
            self.status()

    def input_once(self, session: str, data: bytes, client: str, seq: int) -> None:
        """Types `data` as input() does, but is neither kept nor sent again: lost without a connection."""
        with self._lock:
            self._send(protocol.pack_input(0, session, protocol.short(client), seq, data))

    def input_heard(self, session: str, client: str) -> int:
        """The highest number of this client that was typed, or waits to be. Raises Unknown, Over."""
        fields = self._input_numbers(session, client)
        return int(fields.get("queued", fields["seq"]))

    def input_seq(self, session: str, client: str) -> int:
        """The highest number of this client that reached the program. Raises Unknown."""
        return int(self._input_numbers(session, client)["seq"])

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

    def discard(self, session: str, offset: int) -> None:
        """Of one that is not recorded: erases what it wrote below `offset`; when it has ended, all. Raises Unknown,
        Refused."""
        self._ask(protocol.DISCARD, again=True, session=session, offset=offset)

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

    def _ask(self, kind: int, *, again: bool, seconds: float = REQUEST_SECONDS, **fields: Any) -> Waiting:
        if threading.current_thread() is self._reader:
            raise RuntimeError("a Listener may not wait for the keeper: it is what reads the answer")
        deadline = time.monotonic() + seconds
        with self._lock:
            if not again:  # sent once or not at all
                self._changed.wait_for(lambda: self._link or self._closed, seconds)
            if self._closed or (not again and not self._link):
                raise KeeperError("there is no connection to the keeper")
            number, waiting = self._outstanding.ask(kind, again, fields)
            self._send(waiting.raw)
        answered = waiting.answered.wait(deadline - time.monotonic())
        with self._lock:
            self._outstanding.forget(number)
        if not answered:
            raise KeeperError("the keeper does not answer")
        if waiting.error:
            raise waiting.error
        return waiting

    def _send(self, raw: bytes) -> None:
        """With the lock held; without a connection it is sent when there is one (see _greet)."""
        if self._link:
            self._link.send(raw)

    def _input_numbers(self, session: str, client: str) -> dict[str, Any]:
        return self._ask(protocol.INPUT_SEQ, again=True, session=session, client=protocol.short(client)).fields

    def _send_attendance(self) -> None:
        if self._attends:
            self._send(protocol.pack_json(protocol.ATTEND, 0, name=self._attends))
            self._send(protocol.pack(protocol.LEAD))

    def _answered(self, frame: Frame) -> None:
        with self._lock:
            tell = self._outstanding.answered(frame)
        if tell:
            self._listening.call(tell)

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
                self._listening.receive(frames.feed(data))
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
        self._listening.call(self._listening.listener.connected, states)
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError
            self._link, self._welcome = link, welcome
            self._send_attendance()
            for session in self._follows:
                link.send(protocol.pack_json(protocol.FOLLOW, 0, session=session))
            _, tell = self._outstanding.withdraw()
            for raw in self._outstanding.again():
                link.send(raw)
            self._changed.notify_all()
        tell()

    def _lose(self) -> None:
        """The connection broke. Inputs and harmless requests wait for the next one."""
        with self._lock:
            self._link = None
            self._outstanding.lose(KeeperError("the connection to the keeper broke before it answered"))
        if not self._closed:
            self._listening.call(self._listening.listener.disconnected)
