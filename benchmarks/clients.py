"""One client for each way of talking to a terminal server, all with the same five verbs.

The rule: a client does what the peer's own front end must do to get the output (answer pings, acknowledge
what was drawn) and nothing else; it never decodes text. `connect(spec)` takes what `Peer.open` gave, which is
plain JSON, so that viewers can live in another process.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from typing import Any

from benchmarks.wire import BINARY, Closed, WebSocket

# As static/js/models/session-stream.js: `drawn` after so many bytes, or so long after the last ones (seconds).
DRAWN_BYTES = 64 << 10
DRAWN_SECONDS = 0.1
# wetty's own client commits in these steps (characters).
WETTY_COMMIT = 262144

Spec = dict[str, Any]


class Client:
    """`outputs`: terminal output after one read, escaped as the peer sends it; `type`; `until`; `close`."""

    received = 0

    def fileno(self) -> int:
        raise NotImplementedError

    def outputs(self) -> list[bytes]:
        raise NotImplementedError

    def type(self, data: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def owes(self) -> bool:
        """Whether `settle` has something to say once nothing has come for DRAWN_SECONDS."""
        return False

    def settle(self) -> None:
        pass

    def until(self, mark: bytes, seconds: float = 60) -> float:
        """Reads until `mark` was in the output; the time of that."""
        tail, limit = b"", time.perf_counter() + seconds
        while True:
            if self.owes() and not select.select([self], [], [], DRAWN_SECONDS)[0]:
                self.settle()
            for data in self.outputs():
                if mark in data or mark in tail + data[: len(mark)]:
                    return time.perf_counter()
                tail = (tail + data)[-len(mark) :]
            if time.perf_counter() > limit:
                raise TimeoutError(f"{mark!r} was not seen within {seconds:.0f} s")

    def read_for(self, seconds: float) -> int:
        """Reads whatever comes for so long; how much it was."""
        limit, got = time.perf_counter() + seconds, 0
        while (left := limit - time.perf_counter()) > 0:
            if select.select([self], [], [], min(left, DRAWN_SECONDS))[0]:
                got += sum(map(len, self.outputs()))
            elif self.owes():
                self.settle()
        return got


class PtyClient(Client):
    """A program on a PTY of this process: the limit of what any server could do; also `tmux attach`."""

    def __init__(self, spec: Spec) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execvp(spec["argv"][0], spec["argv"])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", spec["rows"], spec["cols"], 0, 0))

    def fileno(self) -> int:
        return self.fd

    def outputs(self) -> list[bytes]:
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            raise Closed("the terminal is closed") from None
        self.received += len(data)
        return [data]

    def type(self, data: str) -> None:
        os.write(self.fd, data.encode())

    def close(self) -> None:
        os.close(self.fd)
        try:
            os.kill(self.pid, signal.SIGHUP)
            for _ in range(50):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return
                time.sleep(0.01)
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


class SocketClient(Client):
    ws: WebSocket

    def fileno(self) -> int:
        return self.ws.fileno()

    @property
    def received(self) -> int:  # type: ignore[override]
        return self.ws.received

    def close(self) -> None:
        self.ws.close()


class HoldfastClient(SocketClient):
    """Binary events are two frames: `451-["output",{...}]`, then the bytes."""

    OFFSET = re.compile(rb'"offset":(\d+)')

    def __init__(self, spec: Spec) -> None:
        self.session, self.drawn, self.reported = spec["session"], 0, 0
        self.replies = True  # a stalled tab says `drawn` once, then nothing more
        self.head = b""
        self.snapshots = self.frames = self.raw = 0
        self.ws = WebSocket(spec["port"], "/socket.io/?EIO=4&transport=websocket")
        self._next()
        self.ws.send(b'40{"token":"%s"}' % spec["token"].encode())
        answer = self._next()
        if not answer.startswith(b"40"):
            raise Closed(answer.decode())
        self._input = b'42["input",{"session":"%s","data":' % self.session.encode()
        self._drawn = b'42["drawn",{"session":"%s","offset":%%d}]' % self.session.encode()
        if spec.get("join", True):
            self.join()

    def _next(self) -> bytes:
        while True:
            for _, payload in self.ws.frames():
                return payload

    def join(self) -> bytes:
        """Enters the session; the snapshot. What follows in the same read is kept for `outputs`."""
        self._early: list[bytes] = []
        self.ws.send(b'420["join",{"session":"%s"}]' % self.session.encode())
        snapshot: bytes | None = None
        while snapshot is None:
            for opcode, payload in self.ws.frames():
                if payload.startswith((b"461-0", b"430")):
                    self.head = payload
                    if payload.startswith(b"430"):
                        raise Closed(payload[:200].decode())
                elif snapshot is None and opcode == BINARY and self.head.startswith(b"461-0"):
                    snapshot = payload
                    self.drawn = int(self.OFFSET.search(self.head)[1])  # type: ignore[index]
                elif (data := self._take(opcode, payload)) is not None:
                    self._early.append(data)
        self.settle()
        self._early.insert(0, snapshot)
        return snapshot

    def _take(self, opcode: int, payload: bytes) -> bytes | None:
        if opcode == BINARY:
            head, self.head = self.head, b""
            offset = self.OFFSET.search(head)
            if offset is None:
                return None
            self.drawn = int(offset[1])
            if head.startswith(b'451-["output"'):
                self.drawn += len(payload)
                self.raw += len(payload)
            else:
                self.snapshots += 1
                self.frames += b'"frame":true' in head
                self.reported = -DRAWN_BYTES  # a snapshot is always reported at once
            return payload
        if payload.startswith(b"45"):
            self.head = payload
        elif payload == b"2":
            self.ws.send(b"3")
        return None

    def outputs(self) -> list[bytes]:
        if self._early:
            early, self._early = self._early, []
            return early
        found = []
        for opcode, payload in self.ws.frames():
            if (data := self._take(opcode, payload)) is not None:
                found.append(data)
        if self.drawn - self.reported >= DRAWN_BYTES:
            self.settle()
        return found

    def owes(self) -> bool:
        return self.replies and self.drawn != self.reported and not self._early

    def settle(self) -> None:
        if self.replies:
            self.ws.send(self._drawn % self.drawn)
            self.reported = self.drawn

    def type(self, data: str) -> None:
        self.ws.send(self._input + json.dumps(data).encode() + b"}]")


class TerminadoClient(SocketClient):
    """JSON in text frames: `["stdout", "..."]`."""

    def __init__(self, spec: Spec) -> None:
        self.ws = WebSocket(spec["port"], f"/websocket/{spec['session']}")

    def outputs(self) -> list[bytes]:
        return [data for _, data in self.ws.frames() if data.startswith(b'["stdout"')]

    def type(self, data: str) -> None:
        self.ws.send(json.dumps(["stdin", data]).encode())


class WettyClient(SocketClient):
    """Socket.IO with text events; pauses the program unless what was drawn is committed. Each connection is a
    program of its own."""

    def __init__(self, spec: Spec) -> None:
        self.ws = WebSocket(
            spec["port"], "/wetty/socket.io/?EIO=4&transport=websocket",
            {"Referer": f"http://127.0.0.1/wetty/ssh/bench?command={spec['session']}"},
        )  # fmt: skip
        self.uncommitted = 0
        self.replies = True
        self._early: list[bytes] = []
        self.ws.send(b"40")
        while not any(b'"login"' in data for data in self._texts()):
            pass

    def _texts(self) -> list[bytes]:
        texts = []
        for _, payload in self.ws.frames():
            if payload == b"2":
                self.ws.send(b"3")
            elif payload.startswith(b"42"):
                texts.append(payload)
                if payload.startswith(b'42["data"'):
                    # Characters, in output that is plain ASCII but for CR and LF.
                    self.uncommitted += len(payload) - len('42["data",""]') - payload.count(b"\\")
        while self.replies and self.uncommitted >= WETTY_COMMIT:
            self.uncommitted -= WETTY_COMMIT
            self.ws.send(b'42["commit",%d]' % WETTY_COMMIT)
        return texts

    def outputs(self) -> list[bytes]:
        return [data for data in self._texts() if data.startswith(b'42["data"')]

    def type(self, data: str) -> None:
        self.ws.send(b'42["input",%s]' % json.dumps(data).encode())


KINDS = {"pty": PtyClient, "holdfast": HoldfastClient, "terminado": TerminadoClient, "wetty": WettyClient}


def connect(spec: Spec) -> Client:
    return KINDS[spec["kind"]](spec)
