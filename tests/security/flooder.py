"""Somebody who types as fast as may be and reads all that comes, over a bare websocket: no library that would stop by
itself when it is told to."""

from __future__ import annotations

import json
import threading
import time

import websocket

SECONDS = 20
# So many inputs are always on their way. Without a bound those of eleven flooders wait at a keeper with little of the
# machine for longer than it is given to answer (15 s), and who puts them out is told to try again.
AHEAD = 20
# Who is not answered any more goes on all the same, so often (seconds).
PATIENCE = 0.02


class Flooder:
    """`word` is in all that it types. `heard`: what came of output and snapshots; `heard_at`: when the last of it."""

    def __init__(self, url: str, session: str, word: str, cookie: str = "", auth: dict | None = None) -> None:
        self.session, self.word = session, word
        self.heard = bytearray()
        self.heard_at = 0.0
        self.told: list[str] = []
        self.answered = 0
        self.heeded = threading.Event()  # an input was answered, be it with a refusal
        self.over = threading.Event()  # the connection ended
        self.joined = threading.Event()
        self.stopping = threading.Event()
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, cookie=cookie or None, timeout=SECONDS)
        self.socket.recv()
        self.socket.send("40" + (json.dumps(auth) if auth else ""))
        assert self.socket.recv().startswith("40"), "not let in"
        self.threads = [threading.Thread(target=run, daemon=True) for run in (self._read, self._type)]
        self.socket.send("420" + json.dumps(["join", {"session": session}]))
        for thread in self.threads:
            thread.start()
        assert self.joined.wait(SECONDS)

    def _read(self) -> None:
        try:
            while True:
                message = self.socket.recv()
                if not isinstance(message, str):
                    self.heard += message
                    self.heard_at = time.monotonic()
                elif message.startswith("431"):
                    self.answered += 1
                    self.heeded.set()
                elif message.startswith(("430", "461")):
                    self.joined.set()
                elif message.startswith(('42["role"', '42["removed"')):
                    self.told.append(message)
                elif message == "2":
                    self.socket.send("3")
                elif message == "":
                    break
        except (OSError, websocket.WebSocketException):
            pass
        self.over.set()

    def _type(self) -> None:
        """On and on, whatever it is told, until the connection is no more or the test has seen enough."""
        self.joined.wait(SECONDS)
        number = 0
        try:
            while not self.stopping.is_set():
                ask = {"session": self.session, "data": f"<{self.word}.{number}>"}
                self.heeded.clear()
                self.socket.send("421" + json.dumps(["input", ask]))
                number += 1
                if number - self.answered > AHEAD:
                    self.heeded.wait(PATIENCE)
                time.sleep(0.002)  # the machine has others to serve; floods of bytes are in tests/whole/test_slow.py
        except (OSError, websocket.WebSocketException):
            pass

    def close(self) -> None:
        self.stopping.set()
        self.threads[1].join(SECONDS)
        self.socket.close()
