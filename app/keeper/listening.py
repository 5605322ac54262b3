"""From frames to a Listener's methods: what the reader thread of a KeeperClient does all day.

The one rule: a Listener's mistake does not end the connection that others depend on.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from app.keeper import protocol
from app.keeper.protocol import Frame, State

LOG = logging.getLogger(__name__)


class Listener(Protocol):
    """Called in the client's reader thread, in order. Must be quick, and must not call what waits."""

    def connected(self, states: list[State]) -> None:
        """At first and after every reconnect: all sessions the keeper holds, running and ended."""

    def disconnected(self) -> None:
        """The keeper is gone for now; the client is looking for it."""

    def head(self, session: str, head: int) -> None:
        """A followed session has so many bytes of output in its journal."""

    def resized(self, session: str, offset: int, rows: int, cols: int) -> None:
        """From `offset` on the size is this. Stands between the head() calls where it happened."""

    def gap(self, session: str, start: int, end: int) -> None:
        """Bytes [start, end) never reached the disk."""

    def pressure(self, session: str, on: bool) -> None:
        """The disk takes no output of this session (on), or takes it again."""

    def oom(self, session: str, killed: int) -> None:
        """So many of its processes the kernel has killed because the session's memory was used up; it goes on."""

    def ended(self, state: State) -> None:
        """The program is over; after the last head(), and the session is followed no more."""


class Peers(Protocol):
    """What a client that attends hears of the others who do; called as a Listener is."""

    def leading(self) -> None:
        """This connection leads from now on, until it breaks."""

    def came(self, name: str) -> None:
        """It attends, or did so when we came: it has heard nothing that we said before."""

    def away(self, name: str) -> None:
        """It attends no more."""

    def noted(self, note: dict[str, Any]) -> None:
        """What another one said."""


class Listening:
    def __init__(self, listener: Listener, follows: set[str], answered: Callable[[Frame], None]) -> None:
        """`follows`: the sessions whose events are wanted; `answered` gets every answer to a request."""
        self.listener = listener
        self.peers: Peers | None = None
        self._follows, self._answered = follows, answered

    def receive(self, frames: Iterable[Frame]) -> None:
        """Of several heads of a session that came together only the last is told, in its place."""
        heads: dict[str, int] = {}
        for frame in frames:
            if frame.kind == protocol.HEAD:
                session, head = protocol.unpack_event(frame)
                heads[session] = head
            else:
                self._tell_heads(heads)
                self._dispatch(frame)
        self._tell_heads(heads)

    def call(self, call: Callable[..., None], *arguments: Any) -> None:
        try:
            call(*arguments)
        except Exception:
            LOG.exception("a listener of the keeper failed")

    def _tell_heads(self, heads: dict[str, int]) -> None:
        for session, head in heads.items():
            if session in self._follows:
                self.call(self.listener.head, session, head)
        heads.clear()

    def _dispatch(self, frame: Frame) -> None:
        match frame.kind:
            case protocol.DONE | protocol.FAILED | protocol.STATE:
                self._answered(frame)
            case protocol.RESIZED:
                self.call(self.listener.resized, *protocol.unpack_event(frame))
            case protocol.GAP:
                self.call(self.listener.gap, *protocol.unpack_event(frame))
            case protocol.PRESSURE:
                self.call(self.listener.pressure, *protocol.unpack_event(frame))
            case protocol.OOM:
                fields = protocol.fields(frame.body)
                self.call(self.listener.oom, str(fields["session"]), int(fields["killed"]))
            case protocol.ENDED:
                state = protocol.unpack_state(frame.body)
                self._follows.discard(state.id)
                self.call(self.listener.ended, state)
            case _ if self.peers is not None:
                self._tell_peers(self.peers, frame)

    def _tell_peers(self, peers: Peers, frame: Frame) -> None:
        match frame.kind:
            case protocol.LEADING:
                self.call(peers.leading)
            case protocol.CAME:
                self.call(peers.came, str(protocol.fields(frame.body).get("name")))
            case protocol.AWAY:
                self.call(peers.away, str(protocol.fields(frame.body).get("name")))
            case protocol.NOTED:
                self.call(peers.noted, protocol.fields(frame.body))
