"""The events of sessions, one handler each."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.events.asks import INPUT_BYTES, Drawn, Input, Join, Leave, Look, Nothing, Peek, Resize, See
from app.events.gate import Caller, No, Reply, on, refusal, viewer_of
from app.keeper.client import KeeperError
from app.limits import MOST_VIEWERS
from app.live.errors import LiveError, NotThere, SessionOver
from app.live.listing import View
from app.live.looks import looks_json
from app.live.room import Room
from app.live.rooms import Rooms, live_error
from app.live.sizes import Size
from app.live.status import status_of
from app.live.typists import typist
from app.live.viewer import Viewer
from app.models.session import Session
from app.permissions import OWNER, RESIZE, TYPE, WATCH
from app.words import said


@on("join", Join, needs=WATCH, guests=True)
def join(rooms: Rooms, caller: Caller, ask: Join, reply: Reply) -> None:
    session = welcome(caller, ask.session)
    viewer = Viewer(
        sid=caller.sid, session=session.id, user=caller.actor.name, user_id=caller.actor.user_id,
        role=session.role or "", client=ask.client or "", rows=ask.rows, cols=ask.cols,
        device=ask.device or caller.device, guest=caller.actor.guest,
    )  # fmt: skip
    enter(rooms, caller, session, viewer, ask.offset, reply)


def welcome(caller: Caller, session_id: str) -> Session:
    """The session, if the caller may watch it this moment."""
    session = Session.seen_by(caller.actor, session_id)
    if session is None:
        raise No("not_found", said("There is no such session."))
    return session


def enter(
    rooms: Rooms, caller: Caller, session: Session, viewer: Viewer, offset: int | None, reply: Reply
) -> None:
    """From `welcome` on, the second time, nothing yields: whoever takes the role away finds the viewer in the room,
    or is found by it; and the acknowledgement, the backlog and then the room's output leave in this order."""
    if not rooms.sockets.reads(caller.sid):
        return  # it left
    seq = rooms.input_seq(session, viewer.input_client)
    room = rooms.room_of(session)
    joined = room.prepare(offset, viewer.fresh_from)
    if caller.sid not in rooms.sockets:
        return  # signed out while the screen was being made
    if overtaken(rooms, room, viewer):
        return
    viewer.role = welcome(caller, session.id).role or ""
    if viewer.guest is not None and rooms.shares.crowded(room, viewer.guest):
        raise No("forbidden", said("As many watch by this link as it allows. Try again later."))
    if full(room, viewer):
        raise No("rate_limited", said("%(count)s watch this session, and more may not.", count=MOST_VIEWERS))
    room.admit(viewer, joined)
    caller.viewers[session.id] = viewer
    status = status_of(rooms, rooms.records.get(session.id, session))
    answer: dict[str, Any] = {
        "ok": True, "viewer": viewer.id, "role": viewer.role, "rows": room.screen.rows,
        "cols": room.screen.cols, "offset": joined.offset, "snapshot": joined.snapshot,
        "input_seq": seq, "status": status.seen_as(viewer.role, viewer.guest is not None),
    }  # fmt: skip
    reply(answer)
    rooms.audit.entered(caller.actor, session, viewer.role, caller.address)
    rooms.looks.looked(viewer)
    room.send_backlog(viewer, joined)
    room.announce()
    rooms.lobby.joined(viewer)


def overtaken(rooms: Rooms, room: Room, viewer: Viewer) -> bool:
    """Its client is here already, by a connection that is newer. So this one is dead and does not know it (the server
    hung, and reads only now what was sent before): it must not take the place of the one that lives."""
    others = [old.sid for old in room.before(viewer) if old.sid != viewer.sid]
    return any(rooms.sockets.came_before(viewer.sid, other) for other in others)


def full(room: Room, viewer: Viewer) -> bool:
    """Never for the owner, nor for who takes the place of the viewer it was."""
    if viewer.role == OWNER or len(room.everybody()) + room.unnamed() < MOST_VIEWERS:
        return False
    return not room.before(viewer) and not room.before_elsewhere(viewer)


def depart(rooms: Rooms, caller: Caller, session_id: str) -> None:
    """The caller's viewer of that session leaves its room, if it had one."""
    viewer = caller.viewers.pop(session_id, None)
    room = rooms.rooms.get(session_id)
    if viewer is not None and room is not None:
        if not viewer.hidden and viewer.role:
            rooms.looks.looked(viewer)
        room.leave(viewer)
        rooms.left(room)


@on("leave", Leave, needs=WATCH, guests=True)
def leave(rooms: Rooms, caller: Caller, ask: Leave, reply: Reply) -> None:
    viewer_of(caller, ask, "leave")
    depart(rooms, caller, ask.session)
    reply({"ok": True})


@on("input", Input, needs=TYPE, guests=True)
def type_(rooms: Rooms, caller: Caller, ask: Input, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "input")
    data = ask.data if isinstance(ask.data, bytes) else ask.data.encode("utf-8", "replace")
    if len(data) > INPUT_BYTES:
        words = said("data: at most %(most)s bytes in one event, got %(count)s.", most=INPUT_BYTES, count=len(data))
        raise No("too_large", words)
    room = rooms.rooms.get(ask.session)
    if room is None or room.over:
        raise SessionOver
    room.typed_by(viewer, data)

    def typed(error: KeeperError | None) -> None:
        if error is not None:
            no = live_error(error)
            reply(refusal(caller, no.code, no.message))
        else:
            rooms.typed(viewer.session, len(data))
            reply({"ok": True, "seq": ask.seq})

    if data:
        still = partial(may_type, rooms, viewer)
        author = typist(viewer.user_id)
        rooms.keeper.input(ask.session, data, viewer.input_client, ask.seq or 0, typed, still, author)
    else:
        typed(None)


def may_type(rooms: Rooms, viewer: Viewer) -> bool:
    """Asked at the moment of handing over to the keeper, and of what waits when somebody loses a role."""
    return viewer.may(TYPE) and viewer.sid in rooms.sockets


@on("resize", Resize, needs=RESIZE, guests=True)
def resize(rooms: Rooms, caller: Caller, ask: Resize, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "resize")

    def done(error: LiveError | None, size: Size) -> None:
        if error is not None:
            reply(refusal(caller, error.code, error.message))
        else:
            reply({"ok": True, "rows": size.rows, "cols": size.cols})

    rooms.resize_by(viewer, ask.rows, ask.cols, done)


@on("drawn", Drawn, needs=WATCH, guests=True)
def drawn(rooms: Rooms, caller: Caller, ask: Drawn, reply: Reply) -> None:
    viewer = caller.viewers.get(ask.session)
    room = rooms.rooms.get(ask.session)
    if viewer is not None and room is not None:
        room.drawn(viewer, ask.offset)


@on("look", Look, needs=WATCH, guests=True)
def look(rooms: Rooms, caller: Caller, ask: Look, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "look")
    room = rooms.rooms.get(ask.session)
    if room is None:
        raise NotThere
    room.look(viewer, ask.visible)
    rooms.looks.looked(viewer)
    reply({"ok": True})


@on("view", See, needs=WATCH, guests=True)
def view(rooms: Rooms, caller: Caller, ask: See, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "view")
    room = rooms.rooms.get(ask.session)
    if room is None:
        raise NotThere
    room.sees(viewer, None if ask.row is None else View(ask.row, ask.numbering), ask.rows, ask.cols)
    reply({"ok": True})


@on("watch", Nothing, needs=None)
def watch(rooms: Rooms, caller: Caller, ask: Nothing, reply: Reply) -> None:
    statuses = rooms.feed.watch(caller.sid, caller.actor)
    looks = looks_json(caller.actor.user_id)
    reply({"ok": True, "sessions": [status.as_json() for status in statuses], "looks": looks})


@on("peek", Peek, needs=None)
def peek(rooms: Rooms, caller: Caller, ask: Peek, reply: Reply) -> None:
    seen = Session.seen_among(caller.actor, ask.sessions) if ask.sessions else []
    if rooms.feed.watches(caller.sid):
        rooms.audit.peeked(caller.actor, seen, caller.address)
        rooms.thumbnails.peek(caller.sid, [session.id for session in seen])
    reply({"ok": True})


@on("unwatch", Nothing, needs=None)
def unwatch(rooms: Rooms, caller: Caller, ask: Nothing, reply: Reply) -> None:
    rooms.feed.unwatch(caller.sid)
    reply({"ok": True})
