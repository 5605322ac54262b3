"""Notes that people in a session fix to lines of its output. The rules: a note is kept first and then told, here and by
the other workers; which line it is on is said by app/live/history/anchors.py and by nothing else; who sees nothing from
before its link was made sees no note on a line from before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from app.live.errors import Conflict, Forbidden, NotKept, NotThere
from app.live.status import rfc3339
from app.live.viewer import Viewer
from app.models.annotation import LINE_LENGTH, MOST_ANNOTATIONS, Annotation, Full
from app.permissions import END, TALK, Actor, allows
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms

GONE = said("There is no such note (any more).")


class Annotations:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def add(
        self, session: str, actor: Actor, text: str, offset: int | None, up: int, viewer: Viewer | None = None
    ) -> dict[str, Any]:
        """Fixes a note to the line `up` rows above the one in which the cursor stood at `offset` (None: now). Raises
        Conflict, Crowded, Forbidden, NotKept, NotThere, Unavailable."""
        self._rooms.talk.count(session, actor.user_id)
        room = self._rooms.rooms.get(session)
        if room is not None and not room.recorded:
            raise NotKept  # a note keeps what stood in its line
        found = self._rooms.histories.anchor(session, offset, up)
        if found is None:
            raise NotThere(said("That line is not kept (any more)."))
        if found.offset < from_of(actor):
            raise Forbidden(said("That line is from before your link began."))
        try:
            made = Annotation.add(
                session, self._may(viewer), user_id=actor.user_id, author=actor.name, guest=actor.guest is not None,
                offset=found.offset, up=found.up, history=found.history, row=found.row,
                line=found.text[:LINE_LENGTH].rstrip(), text=text,
            )  # fmt: skip
        except Full:
            words = said("This session has %(count)s notes; delete some first.", count=MOST_ANNOTATIONS)
            raise Conflict(words) from None
        if made is None:
            raise NotThere
        return self._tell(made, found.row)

    def change(
        self, session: str, actor: Actor, number: int, text: str, viewer: Viewer | None = None
    ) -> dict[str, Any]:
        """Its author says it otherwise."""
        note = self._seen(session, actor, number)
        if note.user_id != actor.user_id:
            raise Forbidden(said("Only who wrote a note may change it."))
        self._rooms.talk.count(session, actor.user_id)
        made = Annotation.change(session, number, self._may(viewer), text)
        if made is None:
            raise NotThere(GONE)
        return self._tell(made, made.row)

    def remove(self, session: str, actor: Actor, role: str | None, number: int, viewer: Viewer | None = None) -> None:
        """By its author, or by who may end the session."""
        note = self._seen(session, actor, number)
        if note.user_id != actor.user_id and not allows(role, END):
            raise Forbidden(said("Only who wrote a note, the owner and operators may delete it."))
        if not Annotation.remove(session, number, self._may(viewer)):
            raise NotThere(GONE)
        self._spread("unannotated", {"session": session, "number": number}, note.offset)

    def listed(self, session: str, actor: Actor, offset: int | None = None) -> dict[str, Any]:
        """All, in the order of their lines; `cursor_row`: in which row the cursor stood at `offset`."""
        notes = Annotation.of(session, from_of(actor))
        answer: dict[str, Any] = {"me": actor.name, "history": None, "annotations": []}
        if not notes and offset is None:
            return answer
        outline = self._rooms.histories.outline(session, offset)
        names = ("history", "first", "end", "head", "complete", "indexed", "cursor_row")
        answer |= {name: getattr(outline, name) for name in names}
        rows = self._rows(session, notes, outline.history, outline.first)
        answer["annotations"] = [annotation_json(note, rows.get(note.number)) for note in notes]
        return answer

    def marks(self, session: str) -> list[tuple[int, str]]:
        """(offset, words) of all, for a recording."""
        return [(note.offset, f"{note.author}: {note.text}") for note in Annotation.of(session)]

    def by_row(self, session: str) -> dict[int, list[str]]:
        """Those whose lines are kept, for the rows as text."""
        notes = Annotation.of(session)
        found: dict[int, list[str]] = {}
        if notes:
            outline = self._rooms.histories.outline(session, None)
            rows = self._rows(session, notes, outline.history, outline.first)
            for note in notes:
                if (row := rows.get(note.number)) is not None:
                    found.setdefault(row, []).append(f"{note.author}, {rfc3339(note.at)}: {note.text}")
        return found

    def told(self, event: str, message: dict[str, Any], offset: int) -> None:
        """Here, or by another worker; to whom the line at that offset is shown."""
        if room := self._rooms.rooms.get(message["session"]):
            room.tell_from(offset, event, message)

    def _rows(self, session: str, notes: list[Annotation], history: str, first: int) -> dict[int, int]:
        """By number. Rows of another numbering are found anew, once."""
        rows = {note.number: note.row for note in notes if note.history == history}
        others = [note for note in notes if note.history != history]
        if others:
            numbering, found = self._rooms.histories.rows_of(session, {note.offset for note in others})
            anew = {note.number: found[note.offset] - note.up for note in others if note.offset in found}
            if numbering == history:
                rows |= anew
                Annotation.place(session, history, anew)
        return {number: row for number, row in rows.items() if row >= first}

    def _seen(self, session: str, actor: Actor, number: int) -> Annotation:
        note = Annotation.numbered(session, number)
        if note is None or note.offset < from_of(actor):
            raise NotThere(GONE)
        return note

    def _may(self, viewer: Viewer | None) -> Callable[[], bool]:
        return partial(self._still, viewer)

    def _still(self, viewer: Viewer | None) -> bool:
        return viewer is None or (viewer.may(TALK) and viewer.sid in self._rooms.sockets)

    def _tell(self, note: Annotation, row: int) -> dict[str, Any]:
        told = annotation_json(note, row) | {"session": note.session_id, "history": note.history}
        self._spread("annotated", told, note.offset)
        return told

    def _spread(self, event: str, message: dict[str, Any], offset: int) -> None:
        self._rooms.workers.say("annotated", event=event, message=message, offset=offset)
        self.told(event, message, offset)


def from_of(actor: Actor) -> int:
    """Lines from this offset on are shown to the actor."""
    return (actor.guest.fresh_from or 0) if actor.guest is not None else 0


def annotation_json(note: Annotation, row: int | None) -> dict[str, Any]:
    return {
        "number": note.number, "author": note.author, "guest": note.guest, "at": rfc3339(note.at),
        "edited_at": rfc3339(note.edited_at), "offset": note.offset, "line": note.line, "text": note.text, "row": row,
    }  # fmt: skip
