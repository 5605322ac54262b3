"""What a client may ask of the keeper: one table, one short function each.

The one rule: a request is answered once, with DONE, with FAILED, or (CREATE, CREATE_AS, LIST, HELLO) with its own
frame. Kinds that are not in the table come from a newer client and are passed over.
"""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from app.keeper import protocol
from app.keeper.connection import Connection
from app.keeper.errors import KeeperError, Refused
from app.keeper.log import log, trace
from app.keeper.protocol import Frame, ProtocolError, Spec, State, pack_json, pack_state
from app.keeper.spawning import checked_size, checked_spec

if TYPE_CHECKING:
    from app.keeper.server import Keeper

GRACE_MOST_SECONDS = 3600.0

Request = Callable[["Keeper", Connection, Frame], None]


def handle(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    request = REQUESTS.get(frame.kind)
    if request is None:
        return
    try:
        request(keeper, connection, frame)
    except KeeperError as error:
        _fail(connection, frame, error)
    except ProtocolError:
        raise
    except Exception as error:  # ours, not the client's: one request fails, the keeper goes on
        log(f"keeper: a request of kind {frame.kind} failed: {trace()}")
        _fail(connection, frame, KeeperError(f"the keeper could not do it: {error}"))


def hello(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    welcome = pack_json(protocol.WELCOME, frame.request, protocol=protocol.VERSION, **keeper.status()._asdict())
    _list(keeper.states(), connection, frame, last=welcome)


def create(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    spec = checked_spec(protocol.fields(frame.body))
    if spec.account:
        raise Refused("account", "a program of another user is started by CREATE_AS")
    _create(keeper, connection, frame, spec)


def create_as(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    spec = checked_spec(protocol.fields(frame.body))
    if not spec.account:
        raise Refused("account", "CREATE_AS names an operating-system user")
    if os.geteuid():
        raise Refused("account", "the keeper does not run as root, so it cannot start programs of other users")
    _create(keeper, connection, frame, spec)


def _create(keeper: "Keeper", connection: Connection, frame: Frame, spec: Spec) -> None:
    def answer(made: State | KeeperError) -> None:
        if isinstance(made, KeeperError):
            _fail(connection, frame, made)
        else:
            connection.send(pack_state(protocol.STATE, frame.request, made))

    keeper.create(spec, answer)


def list_sessions(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    wanted = protocol.fields(frame.body).get("session")
    states = [keeper.state_of(str(wanted))] if wanted is not None else keeper.states()
    _list(states, connection, frame, last=protocol.pack(protocol.DONE, frame.request))


def follow(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    session = _session(frame)
    state = keeper.state_of(session)
    connection.head_moved(session)
    if state.alive:
        connection.follows.add(session)
    else:
        connection.send_event(session, pack_state(protocol.ENDED, 0, state))
    _done(connection, frame)


def unfollow(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    connection.unfollow(_session(frame))
    _done(connection, frame)


def type_input(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    session, client, seq, data = protocol.unpack_input(frame.body)

    def answer(error: KeeperError | None) -> None:
        if error:
            _fail(connection, frame, error)
        elif frame.request and connection.open:
            connection.send_in_company(pack_json(protocol.DONE, frame.request))

    keeper.find(session).type(client, seq if client else 0, data, answer)


def input_seq(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    session, client = _session(frame), _field(frame, "client", str)
    seq = keeper.last_input(session, client)
    _done(connection, frame, seq=seq, queued=max(seq, keeper.queued_input(session, client)))


def resize(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    fields = protocol.fields(frame.body)
    rows, cols = checked_size(fields.get("rows"), fields.get("cols"))
    _done(connection, frame, offset=keeper.find(_session(frame)).resize(rows, cols))


def send_signal(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    keeper.find(_session(frame)).signal(_field(frame, "name", str))
    _done(connection, frame)


def end(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    session = _session(frame)
    if keeper.state_of(session).alive:
        keeper.find(session).end(_grace(frame))
    _done(connection, frame)


def forget(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    keeper.forget(_session(frame))
    _done(connection, frame)


def discard(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    keeper.discard(_session(frame), int(_field(frame, "offset", int)))
    _done(connection, frame)


def status(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    _done(connection, frame, **keeper.status()._asdict())


def upgrade(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    def judged(error: KeeperError | None) -> None:
        if error:
            _fail(connection, frame, error)
            return
        _done(connection, frame)
        connection.flush()
        keeper.succession.renew()

    keeper.succession.upgrade(judged)


def stop(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    keeper.stop(_grace(frame), lambda: _done(connection, frame))


def lead(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    _done(connection, frame)
    keeper.company.lead(connection)


def attend(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    keeper.company.attend(connection, _field(frame, "name", str))
    _done(connection, frame)


def note(keeper: "Keeper", connection: Connection, frame: Frame) -> None:
    protocol.fields(frame.body)  # what cannot be read ends its sender's connection, not those of the readers
    keeper.company.note(connection, frame.body)
    _done(connection, frame)


REQUESTS: dict[int, Request] = {
    protocol.HELLO: hello,
    protocol.CREATE: create,
    protocol.LIST: list_sessions,
    protocol.FOLLOW: follow,
    protocol.UNFOLLOW: unfollow,
    protocol.INPUT: type_input,
    protocol.INPUT_SEQ: input_seq,
    protocol.RESIZE: resize,
    protocol.SIGNAL: send_signal,
    protocol.END: end,
    protocol.FORGET: forget,
    protocol.STATUS: status,
    protocol.UPGRADE: upgrade,
    protocol.STOP: stop,
    protocol.LEAD: lead,
    protocol.ATTEND: attend,
    protocol.NOTE: note,
    protocol.CREATE_AS: create_as,
    protocol.DISCARD: discard,
}


def _list(states: list[State], connection: Connection, frame: Frame, last: bytes) -> None:
    def frames() -> Iterator[bytes]:
        for state in states:
            yield pack_state(protocol.STATE, frame.request, state)
        yield last

    connection.send_listing(frames())


def _session(frame: Frame) -> str:
    return str(_field(frame, "session", str))


def _grace(frame: Frame) -> float:
    grace = float(_field(frame, "grace", (int, float)))
    if not 0 <= grace <= GRACE_MOST_SECONDS:
        raise Refused("grace", f"grace is a number of seconds from 0 to {GRACE_MOST_SECONDS:.0f}")
    return grace


def _field(frame: Frame, name: str, kind: Any) -> Any:
    value = protocol.fields(frame.body).get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Refused(name, f"{name} is missing or of the wrong type")
    return value


def _done(connection: Connection, frame: Frame, **fields: Any) -> None:
    if frame.request and connection.open:
        connection.send(pack_json(protocol.DONE, frame.request, **fields))


def _fail(connection: Connection, frame: Frame, error: KeeperError) -> None:
    if frame.request and connection.open:
        text = {"code": error.code, "field": error.field, "message": error.message}
        connection.send(pack_json(protocol.FAILED, frame.request, **text))
