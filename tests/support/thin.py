"""A thin, long line to the server: a TCP proxy that carries so many bytes a second, so late.

The rule: it holds no more than the line would. What does not fit waits in the server, as behind a real one.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque

# The smallest receive buffer that Linux gives (it doubles this), so that the line's own bytes are all there is.
WINDOW_BYTES = 4 << 10
PIECE_BYTES = 2 << 10


class ThinLink:
    """`port` is the server's, as seen over the line. `rate`: bytes a second towards the client; `round_trip`:
    seconds; `stall()` and `flow()` stop and go on. Close it at the end."""

    def __init__(self, port: int, rate: float, round_trip: float = 0.0) -> None:
        self.server, self.rate, self.late = port, rate, round_trip / 2
        self.carried = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    def close(self) -> None:
        self._flowing.set()
        for each in [self._listener, *self._open]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket()
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
            server.connect(("127.0.0.1", self.server))
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(each)
            _Way(client, server, self.late, lambda count: None)
            _Way(server, client, self.late, self._carry)

    def _carry(self, count: int) -> None:
        self.carried += count
        time.sleep(count / self.rate)
        self._flowing.wait()


class _Way:
    """One direction: a thread that reads at the line's speed, one that delivers late."""

    def __init__(self, source: socket.socket, target: socket.socket, late: float, carry) -> None:
        self.source, self.target, self.late, self.carry = source, target, late, carry
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.came = threading.Semaphore(0)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._deliver, daemon=True).start()

    def _read(self) -> None:
        data = b"-"
        while data:
            try:
                data = self.source.recv(PIECE_BYTES)
            except OSError:
                data = b""
            self.carry(len(data))
            self.waiting.append((time.monotonic() + self.late, data))
            self.came.release()

    def _deliver(self) -> None:
        while True:
            self.came.acquire()
            due, data = self.waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    self.target.shutdown(socket.SHUT_WR)
                    return
                self.target.sendall(data)
            except OSError:
                return
