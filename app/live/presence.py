"""Who is in a session, as one worker tells the others. Pure: notes in, notes out.

The rule: a presence is all that one worker knows of one session, so the newest says everything and any of them may
be lost, repeated or overtaken. The size's holder is not one worker's: of two words about it the later one holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from app.live.listing import View, listed

if TYPE_CHECKING:
    from app.live.room import Room
    from app.live.viewer import Viewer

# Viewers of one session that one worker names, 350 bytes each; the others are counted. A note has a bound.
MOST_NAMED = 400


class Elsewhere(NamedTuple):
    """A viewer in another worker. `client`: as Viewer.input_client."""

    id: str
    user: str
    role: str = ""
    rows: int | None = None
    cols: int | None = None
    client: str = ""
    joined_at: float = 0.0
    hidden: bool = False
    device: str = "desktop"
    last_typed_at: float | None = None
    view: View | None = None
    user_id: int = 0
    link: int = 0
    asks: bool = False
    lent: bool = False
    since: float = 0.0

    def as_json(self) -> dict[str, object]:
        return listed(self)

    @classmethod
    def of(cls, viewer: Viewer) -> Elsewhere:
        return cls(
            viewer.id, viewer.user, viewer.role, viewer.rows, viewer.cols, viewer.input_client, viewer.joined_at,
            viewer.hidden, viewer.device, viewer.last_typed_at, viewer.view, viewer.user_id, viewer.link,
            viewer.asks, viewer.lent, viewer.since,
        )  # fmt: skip


class Presence(NamedTuple):
    """`holder` has held the size (None: nobody) since `holder_at`, seconds since the machine's start as Viewer.since;
    the other times are seconds since 1970."""

    session: str
    viewers: tuple[Elsewhere, ...]
    total: int
    holder: Elsewhere | None
    holder_at: float
    input_at: float | None
    viewer_at: float | None

    def as_note(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def of_note(cls, note: dict[str, Any]) -> Presence:
        known = {name: note.get(name) for name in cls._fields}
        known["viewers"] = tuple(Elsewhere(*viewer) for viewer in note["viewers"])
        known["holder"] = Elsewhere(*note["holder"]) if note["holder"] else None
        return cls(**known)  # type: ignore[arg-type]


def presence_of(room: Room) -> Presence:
    viewers = tuple(Elsewhere.of(one) for one in room.viewers.values())
    holder = Elsewhere(room.size_holder.id, room.size_holder.user) if room.size_holder else None
    return Presence(
        room.session, viewers[:MOST_NAMED], len(viewers), holder, room.size_taken_at,
        room.last_input_at, room.last_viewer_at,
    )  # fmt: skip


def heard(room: Room, presence: Presence) -> None:
    """What another worker knows that this room does not know yet, or knows older."""
    if presence.holder_at > room.size_taken_at:
        holder = presence.holder
        room.size_taken_at = presence.holder_at
        room.size_holder = room.viewers.get(holder.id, holder) if holder else None
    room.last_input_at = later(room.last_input_at, presence.input_at)
    room.last_viewer_at = later(room.last_viewer_at, presence.viewer_at)
    joined = {viewer.client: viewer.since for viewer in presence.viewers if viewer.client}
    for mine in list(room.viewers.values()):
        if mine.since < joined.get(mine.input_client, 0.0):
            room.moved(mine)  # its client came back elsewhere; the old connection may not even know that it is dead


def later(one: float | None, other: float | None) -> float | None:
    return max((at for at in (one, other) if at is not None), default=None)
