"""A real Socket.IO client that joins sessions and keeps what it is sent, as a script would.

The rule: every wait is for a fact (a condition over what has arrived), woken by arrivals.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import socketio

WAIT_SECONDS = 20


class Viewer:
    """One connection; follows one session after `join`. Checks on every event that output has no gap
    and no overlap: that is what `offset` promises."""

    def __init__(
        self, url: str, token: str | None = None, cookie: str | None = None, link: int | None = None,
        address: str | None = None,
    ) -> None:
        self.io = socketio.Client(reconnection=False)
        trigger = self.io.eio._trigger_event  # the library starts a thread a message, in any order

        def in_order(*args, **kw):
            return trigger(*args, **kw | {"run_async": False})

        self.io.eio._trigger_event = in_order
        self.changed = threading.Condition()
        self.events: list[tuple[str, object]] = []
        self.session = ""
        self.offset = 0
        self.begin = 0
        self.output = b""
        self.snapshots: list[dict] = []
        self.came: dict[int, float] = {}  # when, by the id of a kept snapshot
        self.viewers: dict = {}
        self.broken: list[str] = []
        self.acks_drawn = True
        self.connected = True
        for name in ("output", "snapshot", "resized", "viewers", "ended", "status", "gap", "forgotten",
                     "thumbnail", "looked", "role", "removed", "said", "typing", "annotated", "unannotated",
                     "lobby", "notice"):  # fmt: skip
            self.io.on(name, self._handler(name))
        self.io.on("disconnect", self._gone)
        headers = {"Cookie": cookie} if cookie else {}
        headers |= {"X-Forwarded-For": address} if address else {}  # as a proxy on this machine says
        self.io.connect(
            url, transports=["websocket"], headers=headers, wait_timeout=WAIT_SECONDS,
            auth={"token": token} if token else {"link": link} if link else None,
        )  # fmt: skip

    def _handler(self, name: str) -> Callable:
        def handle(message: dict) -> None:
            with self.changed:
                self.events.append((name, message))
                getattr(self, f"_{name}", lambda m: None)(message)
                self.changed.notify_all()

        return handle

    def _gone(self, *reason) -> None:
        with self.changed:
            self.connected = False
            self.changed.notify_all()

    def _output(self, message: dict) -> None:
        if message["session"] != self.session:
            return
        if message["offset"] != self.offset:
            self.broken.append(f"output at {message['offset']}, expected {self.offset}")
        self.offset = message["offset"] + len(message["data"])
        self.output += message["data"]
        if self.acks_drawn:
            self.io.emit("drawn", {"session": self.session, "offset": self.offset})

    def _snapshot(self, message: dict) -> None:
        self.snapshots.append(message)
        self.came[id(message)] = time.time()
        self.offset = message["offset"]
        if self.acks_drawn:
            self.io.emit("drawn", {"session": self.session, "offset": self.offset})

    def _viewers(self, message: dict) -> None:
        self.viewers = message

    def call(self, event: str, message: object) -> dict:
        return self.io.call(event, message, timeout=WAIT_SECONDS)

    def join(self, session: str, **ask) -> dict:
        self.session = session
        answer: list[dict] = []
        done = threading.Event()

        def joined(ack: dict) -> None:  # in the thread that reads, so before any event that follows it
            answer.append(ack)
            self.offset = self.begin = ack.get("offset", 0)
            done.set()

        self.io.emit("join", {"session": session, **ask}, callback=joined)
        assert done.wait(WAIT_SECONDS), "join was not answered"
        if self.acks_drawn and answer[0]["ok"]:
            self.io.emit("drawn", {"session": session, "offset": self.offset})
        return answer[0]

    def type(self, data: str | bytes, seq: int | None = None) -> dict:
        message = {"session": self.session, "data": data}
        return self.call("input", message | ({"seq": seq} if seq else {}))

    def wait(self, condition: Callable[[Viewer], object], seconds: float = WAIT_SECONDS) -> None:
        until = time.monotonic() + seconds
        with self.changed:
            while not condition(self):
                left = until - time.monotonic()
                assert left > 0 and self.changed.wait(left), (
                    f"did not happen; output ends {self.output[-300:]!r}"
                )

    def wait_output(self, text: bytes) -> None:
        self.wait(lambda v: text in v.output)

    def of(self, name: str) -> list:
        with self.changed:
            return [message for event, message in self.events if event == name]

    def close(self) -> None:
        self.io.disconnect()
