"""The events of notes on lines, one handler each. What is told when one is written is in app/live/annotation.py."""

from __future__ import annotations

from app.events.asks import Annotate, At, Reannotate, Unannotate
from app.events.gate import Caller, Reply, on, viewer_of
from app.live.rooms import Rooms
from app.models.session import Session
from app.permissions import TALK, WATCH


@on("annotate", Annotate, needs=TALK, guests=True)
def annotate(rooms: Rooms, caller: Caller, ask: Annotate, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "annotate")
    made = rooms.annotations.add(ask.session, caller.actor, ask.text, ask.offset, ask.up, viewer)
    reply({"ok": True, "number": made["number"]})


@on("reannotate", Reannotate, needs=TALK, guests=True)
def reannotate(rooms: Rooms, caller: Caller, ask: Reannotate, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "reannotate")
    rooms.annotations.change(ask.session, caller.actor, ask.number, ask.text, viewer)
    reply({"ok": True})


@on("unannotate", Unannotate, needs=TALK, guests=True)
def unannotate(rooms: Rooms, caller: Caller, ask: Unannotate, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "unannotate")
    rooms.annotations.remove(ask.session, caller.actor, viewer.role, ask.number, viewer)
    if (session := Session.numbered(ask.session)) is not None:
        rooms.audit.erased(caller.actor, session, ask.number, caller.address)
    reply({"ok": True})


@on("annotations", At, needs=WATCH, guests=True)
def annotations_(rooms: Rooms, caller: Caller, ask: At, reply: Reply) -> None:
    viewer_of(caller, ask, "annotations")
    reply({"ok": True, **rooms.annotations.listed(ask.session, caller.actor, ask.offset)})
