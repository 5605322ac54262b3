"""The events of the chat beside a session, and of asking for its keyboard, one handler each."""

from __future__ import annotations

from app.events.asks import Earlier, Leave, Say, Wish
from app.events.gate import Caller, Reply, on, viewer_of
from app.live.rooms import Rooms
from app.permissions import TALK, WATCH


@on("say", Say, needs=TALK, guests=True)
def say(rooms: Rooms, caller: Caller, ask: Say, reply: Reply) -> None:
    viewer = viewer_of(caller, ask, "say")
    number = rooms.talk.say(ask.session, caller.actor, ask.text, viewer)
    reply({"ok": True, "number": number})


@on("typing", Leave, needs=TALK, guests=True)
def typing(rooms: Rooms, caller: Caller, ask: Leave, reply: Reply) -> None:
    rooms.talk.types(viewer_of(caller, ask, "typing"))
    reply({"ok": True})


@on("chat", Earlier, needs=WATCH, guests=True)
def chat(rooms: Rooms, caller: Caller, ask: Earlier, reply: Reply) -> None:
    viewer_of(caller, ask, "chat")
    reply({"ok": True, **rooms.talk.page(ask.session, caller.actor, ask.before, ask.limit)})


@on("ask", Wish, needs=TALK, guests=True)
def ask_(rooms: Rooms, caller: Caller, ask: Wish, reply: Reply) -> None:
    rooms.shares.ask(viewer_of(caller, ask, "ask"), ask.on)
    reply({"ok": True})
