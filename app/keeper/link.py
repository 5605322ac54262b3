"""One connection of a KeeperClient: sends that never wait, reads that do.

Plain and green alike: three references to one socket, each with its own manner of waiting, because
under eventlet a socket object may not be waited for by two green threads.
"""

import socket
import threading
from collections import deque
from collections.abc import Collection
from contextlib import suppress

READ_BYTES = 1 << 16
PATIENCE_SECONDS = 86400.0  # a read's longest wait; then it waits again


class Link:
    def __init__(self, stream: socket.socket) -> None:
        """`stream` has the timeout that holds until patient() is called."""
        self._reading = stream
        self._sending = stream.dup()
        self._finishing = stream.dup()
        self._sending.setblocking(False)
        self._finishing.settimeout(PATIENCE_SECONDS)
        self._lock = threading.Lock()
        self._rest: deque[bytes] = deque()  # frames that the socket did not take at once; of the first, its rest

    def send(self, raw: bytes) -> None:
        """In order, never waits. A broken connection shows in read()."""
        with self._lock:
            if self._rest:
                self._rest.append(raw)
                return
            try:
                sent = self._sending.send(raw)
            except BlockingIOError:
                sent = 0
            except OSError:
                return
            if sent < len(raw):
                self._rest.append(raw[sent:] if sent else raw)
                threading.Thread(target=self._finish, name="keeper-writer", daemon=True).start()

    def take_back(self, frames: Collection[bytes]) -> None:
        """Those of these (the very objects) that were not begun are not sent."""
        unwanted = {id(frame) for frame in frames}
        with self._lock:
            begun = list(self._rest)[:1]  # its thread may be sending it this moment
            self._rest = deque([*begun, *(frame for frame in list(self._rest)[1:] if id(frame) not in unwanted)])

    def read(self) -> bytes:
        """The next bytes; b"" at the end. Raises OSError, TimeoutError too until patient() was called."""
        while True:
            try:
                return self._reading.recv(READ_BYTES)
            except TimeoutError:
                if self._reading.gettimeout() != PATIENCE_SECONDS:
                    raise

    def patient(self) -> None:
        """From now on silence is no error."""
        self._reading.settimeout(PATIENCE_SECONDS)

    def hang_up(self) -> None:
        """From any thread: read() comes to its end."""
        with suppress(OSError):
            self._reading.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """By the reader, when it is done."""
        self.hang_up()
        for stream in (self._sending, self._finishing, self._reading):
            stream.close()

    def _finish(self) -> None:
        """A keeper that is slow for a moment: the thread that waits for it in the callers' stead."""
        while True:
            with self._lock:
                part = self._rest[0]
            try:
                self._finishing.sendall(part)
            except OSError:
                return
            with self._lock:
                self._rest.popleft()
                if not self._rest:
                    return
