"""The frames of the keeper's socket. Pure: bytes in, frames out.

One frame is a header (length of the body, kind, request number) and a body. A request carries a number
that its answer repeats; 0 means that nobody waits. The one rule: this file only ever grows. A number is
never given a second meaning, a field is never dropped, both sides skip kinds and fields they do not
know, so an old web server and a new keeper (or the reverse) go on talking. docs/keeper.md has a line
for each frame.
"""

import hashlib
import json
import re
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

# Of the protocol, sent in HELLO and WELCOME; 2: with LEAD, ATTEND, NOTE and a LIST of one; 3: CREATE_AS; 4: DISCARD
VERSION = 4
RELEASE = "1.0"  # of the keeper's code

HELLO, CREATE, LIST, FOLLOW, UNFOLLOW, INPUT, INPUT_SEQ = 1, 2, 3, 4, 5, 6, 7
RESIZE, SIGNAL, END, FORGET, STATUS, UPGRADE, STOP = 8, 9, 10, 11, 12, 13, 14
LEAD, ATTEND, NOTE = 15, 16, 17
CREATE_AS = 18  # not a field of CREATE: a keeper that does not know it must start nothing, rather than a root shell
DISCARD = 19
DONE, FAILED, STATE, WELCOME, HEAD, RESIZED, GAP, PRESSURE, ENDED = 64, 65, 66, 67, 68, 69, 70, 71, 72
LEADING, CAME, AWAY, NOTED = 73, 74, 75, 76
OOM = 77

ACCOUNTS = 3  # the first version with CREATE_AS
UNRECORDED = LIMITS = 4  # the first one that knows of sessions that are not recorded, and of limits

INPUT_QUEUE_BYTES = 1 << 20  # unwritten input of one session: a program that never reads costs this much
CLIENT_BYTES = 64  # a typist's name; it has a slot of this width in the session's input table
FRAME_BYTES = INPUT_QUEUE_BYTES + 4096  # body of one frame: the largest input, and nothing beyond it
COMMAND_BYTES = 32 << 10  # argv of one session: it travels in every list of sessions
NOTE_BYTES = 256 << 10  # of one note: a new session's state, or who is in some dozens of sessions
SIZE_LIMIT = 1000  # rows, columns

SESSION_ID = re.compile(r"[a-z2-7]{12}")  # a path component: nothing else may reach the file system

_HEADER = struct.Struct("<IBI")
_INPUT = struct.Struct("<12sQB")
_HEAD = struct.Struct("<12sQ")
_RESIZED = struct.Struct("<12sQHH")
_GAP = struct.Struct("<12sQQ")
_PRESSURE = struct.Struct("<12s?")


class ProtocolError(Exception):
    """The other side does not speak this protocol: its connection is closed."""


class Spec(NamedTuple):
    """A session to start: `env` holds what the user asked for beside the clean environment. `account`: the
    operating-system user that the program runs as; empty: the keeper's own. `recorded`: see record.py. `limits`: of its
    cell (cells.py); None: it has none."""

    id: str
    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str] = {}  # noqa: RUF012 - never changed in place
    rows: int = 24
    cols: int = 80
    label: str = ""
    account: str = ""
    recorded: bool = True
    limits: dict[str, int] | None = None


class State(NamedTuple):
    """A session as the keeper knows it. Times are seconds since 1970, offsets bytes of output."""

    id: str
    pid: int
    rows: int
    cols: int
    head: int
    alive: bool
    exit_code: int | None
    exit_signal: str | None
    created_at: float
    ended_at: float | None
    last_output_at: float | None
    last_input_at: float | None
    argv: tuple[str, ...]
    cwd: str
    label: str
    recorded: bool = True
    oom_kills: int = 0
    out_of_memory: bool = False

    @property
    def lost(self) -> bool:
        """The program went away with the machine or with every keeper process: no exit code exists."""
        return not self.alive and self.ended_at is None


class KeeperStatus(NamedTuple):
    """`started_at`: seconds since 1970, new after a crash or upgrade. `code`: of its source files."""

    version: str
    pid: int
    started_at: float
    sessions: int
    vault_pid: int
    code: str = ""


class Frame(NamedTuple):
    kind: int
    request: int
    body: bytes


def pack(kind: int, request: int = 0, body: bytes = b"") -> bytes:
    return _HEADER.pack(len(body), kind, request) + body


def pack_json(kind: int, request: int = 0, **fields: Any) -> bytes:
    return pack(kind, request, json.dumps(fields, separators=(",", ":")).encode())


def fields(body: bytes) -> dict[str, Any]:
    """The fields of a JSON body. Raises ProtocolError for anything but an object."""
    try:
        found = json.loads(body) if body else {}
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a body that is not JSON") from error
    if not isinstance(found, dict):
        raise ProtocolError("a body that is not a JSON object")
    return found


class FrameReader:
    """Cuts a byte stream into frames. Memory is bounded by one frame of FRAME_BYTES."""

    def __init__(self, limit: int = FRAME_BYTES) -> None:
        self._limit = limit
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        held = self._held
        held += data
        at = 0
        try:
            while len(held) - at >= _HEADER.size:
                length, kind, request = _HEADER.unpack_from(held, at)
                if length > self._limit:
                    raise ProtocolError(f"a frame of {length} bytes (the limit is {self._limit})")
                end = at + _HEADER.size + length
                if len(held) < end:
                    break
                body = bytes(memoryview(held)[at + _HEADER.size : end])
                at = end
                yield Frame(kind, request, body)
        finally:
            del held[:at]


def short(client: str) -> str:
    """A name as long as the keeper keeps; a longer one is stood for by its hash."""
    raw = client.encode()
    return client if len(raw) <= CLIENT_BYTES else hashlib.blake2b(raw, digest_size=32).hexdigest()


def pack_input(request: int, session: str, client: str, seq: int, data: bytes) -> bytes:
    name = client.encode()
    return pack(INPUT, request, _INPUT.pack(session.encode(), seq, len(name)) + name + data)


def unpack_input(body: bytes) -> tuple[str, str, int, bytes]:
    """(session, client, seq, data)"""
    try:
        session, seq, length = _INPUT.unpack_from(body)
        begin = _INPUT.size + length
        if len(body) < begin or length > CLIENT_BYTES:
            raise ProtocolError("a cut INPUT frame")
        return session.decode("ascii"), body[_INPUT.size : begin].decode(), seq, body[begin:]
    except (struct.error, UnicodeDecodeError) as error:
        raise ProtocolError("a malformed INPUT frame") from error


def pack_state(kind: int, request: int, state: State) -> bytes:
    return pack_json(kind, request, **state._asdict())


def unpack_state(body: bytes) -> State:
    found = fields(body)
    known = {name: found.get(name, State._field_defaults.get(name)) for name in State._fields}
    known["argv"] = tuple(known["argv"] or ())
    return State(**known)  # type: ignore[arg-type]


def pack_head(session: str, head: int) -> bytes:
    return pack(HEAD, 0, _HEAD.pack(session.encode(), head))


def pack_resized(session: str, offset: int, rows: int, cols: int) -> bytes:
    return pack(RESIZED, 0, _RESIZED.pack(session.encode(), offset, rows, cols))


def pack_gap(session: str, start: int, end: int) -> bytes:
    return pack(GAP, 0, _GAP.pack(session.encode(), start, end))


def pack_pressure(session: str, on: bool) -> bytes:
    return pack(PRESSURE, 0, _PRESSURE.pack(session.encode(), on))


_EVENTS = {HEAD: _HEAD, RESIZED: _RESIZED, GAP: _GAP, PRESSURE: _PRESSURE}


def unpack_event(frame: Frame) -> tuple[Any, ...]:
    """(session, ...) of a HEAD, RESIZED, GAP or PRESSURE frame."""
    try:
        session, *rest = _EVENTS[frame.kind].unpack_from(frame.body)
    except struct.error as error:
        raise ProtocolError("a cut event frame") from error
    return (session.decode("ascii"), *rest)
