"""The pictures in a session's output, for who is in the session: by account or by link alike."""

from __future__ import annotations

from app import green
from app.events.asks import Picture
from app.events.gate import Caller, No, Reply, on, refusal, viewer_of
from app.live.errors import LiveError, NoPicture, NotThere
from app.live.pictures import may_see
from app.live.rooms import Rooms
from app.live.viewer import Viewer
from app.permissions import WATCH
from app.words import said


@on("picture", Picture, needs=WATCH, guests=True)
def picture(rooms: Rooms, caller: Caller, ask: Picture, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "picture")
    if not rooms.pictures.ask(caller.sid):
        raise No("rate_limited", said("Too many events at once from this connection. Wait a second."))
    green.spawn(_answer, rooms, caller, viewer, ask, reply)  # keys must not wait for others' pictures


def _answer(rooms: Rooms, caller: Caller, viewer: Viewer, ask: Picture, reply: Reply) -> None:
    try:
        room = rooms.rooms.get(ask.session)
        if room is None:
            raise NotThere
        if not may_see(room, viewer, ask.offset):
            raise NoPicture
        directory = rooms.config.sessions_dir / ask.session
        kind, size, data = rooms.pictures.part(directory, ask.offset, ask.start)
        if not viewer.may(WATCH) or caller.sid not in rooms.sockets:  # by now
            raise NotThere
        reply({"ok": True, "kind": kind, "size": size, "data": data})
    except (LiveError, OSError) as error:
        no = error if isinstance(error, LiveError) else NoPicture()
        reply(refusal(caller, no.code, no.message))
    finally:
        rooms.pictures.answered(caller.sid)
