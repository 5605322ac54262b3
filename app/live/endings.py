"""How a session's end gets to its room and its row. The rule: a room says that it has ended when all output that there
ever was is in it, whatever the keeper said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import green
from app.keeper.client import State
from app.live.restore import end_of
from app.live.room import Room
from app.models.session import ENDED, LOST, Session

if TYPE_CHECKING:
    from app.live.following import Following

# The room of an ended session is kept so long after its last viewer.
LINGER_SECONDS = 30.0


class Endings:
    def __init__(self, rooms: Following) -> None:
        self._rooms = rooms
        self._ended: dict[str, State] = {}

    def tell(self, state: State) -> None:
        """The keeper says so; the room has yet to reach the last byte."""
        self._ended[state.id] = state
        if room := self._rooms.rooms.get(state.id):
            room.ending(state.head)

    def told(self, session_id: str) -> State | None:
        return self._ended.get(session_id)

    def gone(self, session: Session) -> None:
        """The keeper does not know it: it ended while nobody looked, or it went down with the machine."""
        end = green.offload(end_of, self._rooms.config.sessions_dir / session.id)  # reads the whole timeline
        if end is None:
            session.erase()  # the server stopped between the row and the program: it never began
            return
        record = self._rooms.records.get(session.id, session)
        record.change(
            state=ENDED if end.exited else LOST,
            ended_at=end.at,
            output_bytes=end.offset,
            exit_code=end.code,
            exit_signal=end.signal,
        )
        self._rooms.known.pop(session.id, None)
        room = self._rooms.rooms.get(session.id)
        if room is not None and not room.finished.raised:
            room.over = True
            self._rooms.commands.ended(room, end.at, end.offset)
            self._closing(room, record)
        self._rooms.changed(session.id)

    def finish(self, session_id: str) -> None:
        state, room = self._ended.get(session_id), self._rooms.rooms.get(session_id)
        record = self._rooms.records.get(session_id)
        if state is None or room is None or record is None:
            return  # another worker forgot it, which had reached its end before we did
        if state.lost:
            self.gone(record)
            return
        room.last_output_at = state.last_output_at or room.last_output_at
        if self._rooms.workers.leads:
            self._rooms.books.save(room, record)
        self._rooms.commands.ended(room, state.ended_at, state.head)
        self.write(record, state, room)
        self._closing(room, record)
        self._rooms.changed(session_id)

    def _closing(self, room: Room, record: Session) -> None:
        ending = {"exit_code": record.exit_code, "exit_signal": record.exit_signal}
        room.tell("ended", {"session": room.session, **ending})
        room.finished.set()
        green.spawn(self.linger, room.session)

    def write(self, record: Session, state: State, room: Room | None = None) -> None:
        record.change(
            state=ENDED,
            ended_at=state.ended_at,
            exit_code=state.exit_code,
            exit_signal=state.exit_signal,
            output_bytes=state.head,
            **({"output_lines": room.tally.lines, "input_bytes": room.tally.input_bytes} if room else {}),
        )
        self._ended.pop(record.id, None)
        self._rooms.known.pop(record.id, None)

    def linger(self, session_id: str) -> None:
        """Frees the room of an ended session some time after its last viewer."""
        green.sleep(LINGER_SECONDS)
        room = self._rooms.rooms.get(session_id)
        if room is not None and room.over and not room.viewers:
            del self._rooms.rooms[session_id]
            self._rooms.records.pop(session_id, None)
            room.close()
