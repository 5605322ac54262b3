"""The web processes that attend: which of them leads, and what they say to one another.

The keeper is where they meet, since all of them are connected to it anyway. It knows nothing of what their notes
mean. The one rule: it keeps nothing. Who comes is told who is there and says what it has to say again; a
connection that reads too slowly is closed, as for any other event, and comes again.
"""

from app.keeper.connection import Connection
from app.keeper.errors import Refused
from app.keeper.protocol import AWAY, CAME, CLIENT_BYTES, LEADING, NOTE_BYTES, NOTED, pack, pack_json


class Company:
    def __init__(self) -> None:
        self._names: dict[Connection, str] = {}  # of those that attend
        self._queue: list[Connection] = []  # the first one leads

    def attend(self, newcomer: Connection, name: str) -> None:
        """From now on it hears the others' notes, and each hears of the other's coming and going."""
        if not 0 < len(name.encode()) <= CLIENT_BYTES:
            raise Refused("name", f"a name has 1 to {CLIENT_BYTES} bytes")
        if newcomer in self._names:
            raise Refused("name", "it attends already")
        for connection, other in list(self._names.items()):
            newcomer.send(pack_json(CAME, 0, name=other))
            connection.send(pack_json(CAME, 0, name=name))
        if newcomer.open:
            self._names[newcomer] = name

    def lead(self, connection: Connection) -> None:
        """It leads as soon as all who asked before it have gone."""
        if connection not in self._queue:
            self._queue.append(connection)
            if connection is self._queue[0]:
                connection.send(pack(LEADING))

    def note(self, sender: Connection, body: bytes) -> None:
        if len(body) > NOTE_BYTES:
            raise Refused("", f"a note has at most {NOTE_BYTES} bytes")
        for connection in list(self._names):
            if connection is not sender:
                connection.send(pack(NOTED, 0, body))

    def gone(self, connection: Connection) -> None:
        """Its end was read behind everything that it sent: whoever leads next comes after all that."""
        name = self._names.pop(connection, None)
        if name is not None:
            for other in list(self._names):
                other.send(pack_json(AWAY, 0, name=name))
        if connection in self._queue:
            led = connection is self._queue[0]
            self._queue.remove(connection)
            if led and self._queue:
                self._queue[0].send(pack(LEADING))
