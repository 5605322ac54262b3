"""A file stored by another operating-system user: a child process that becomes that user before it looks at the place.
Has the methods of a Draft, which is what the child holds.

The rule: the server itself, which is root then, touches nothing of a user's. And it waits for no child for ever: the
user may stop any process of its own.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from app.keeper import environment, handover, identity
from app.live.drafts import Draft

STUCK_SECONDS = 20  # without taking or answering anything; a slow disk is slower than anybody's patience
PIECE_MOST = 1 << 20
ROOT = Path(__file__).resolve().parents[2]
DATA, NAME, CLOSE, DONE, FAILED = b"d", b"n", b"c", b"k", b"e"
_HEADER = struct.Struct("<cI")
_SECONDS = struct.Struct("ll")  # struct timeval


class Deputy:
    """The server's side. Its methods run in native threads, so nothing of the green standard library is used."""

    def __init__(self, os_user: str, pid: int) -> None:
        ours, theirs = socket.socketpair()
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, _SECONDS.pack(STUCK_SECONDS, 0))
        self._channel = ours.detach()
        os.set_blocking(self._channel, True)
        os.set_blocking(theirs.fileno(), True)
        command = [*handover.command("app.live.deputy", os_user), str(pid)]
        given = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0), (os.POSIX_SPAWN_DUP2, theirs.fileno(), 1)]
        env = environment.for_keeper(os.environ, str(ROOT))
        try:
            self._pid = os.posix_spawn(command[0], command, env, file_actions=given, setsid=True)
        except OSError:
            os.close(self._channel)
            raise
        finally:
            os.close(theirs.detach())

    @classmethod
    def begin(cls, os_user: str, pid: int | None) -> Deputy:
        if pid is None:
            raise FileNotFoundError(errno.ENOENT, "no program")
        made = cls(os_user, pid)
        try:
            made.directory = made._answer()
        except BaseException:
            made.close()
            raise
        return made

    directory: bytes

    def write(self, data: bytes) -> None:
        try:
            _send(self._channel, DATA, data)
        except (BrokenPipeError, ConnectionResetError):
            self._answer()  # why it went
            raise
        except BlockingIOError:
            raise TimeoutError(errno.ETIMEDOUT, "the deputy takes nothing") from None

    def name_it(self, wanted: str) -> str:
        with suppress(BrokenPipeError, ConnectionResetError):
            _send(self._channel, NAME, wanted.encode())
        return self._answer().decode()

    def close(self) -> None:
        """Ended in good order it leaves nothing behind, wherever it is; then, or if it cannot, by force."""
        with suppress(OSError):
            _send(self._channel, CLOSE)
            while _receive(self._channel):
                pass
        os.kill(self._pid, signal.SIGKILL)  # nobody has waited for it, so it is still this process
        os.waitid(os.P_PID, self._pid, os.WEXITED)
        os.close(self._channel)

    def _answer(self) -> bytes:
        try:
            answer = _receive(self._channel)
        except BlockingIOError:
            raise TimeoutError(errno.ETIMEDOUT, "the deputy does not answer") from None
        if answer is None:
            raise BrokenPipeError(errno.EPIPE, "the deputy is gone")
        kind, body = answer
        if kind == FAILED:
            raise OSError(int(body), os.strerror(int(body)))
        return body


def _send(channel: int, kind: bytes, body: bytes = b"") -> None:
    view = memoryview(_HEADER.pack(kind, len(body)) + body)
    while view:
        view = view[os.writev(channel, [view]) :]


def _receive(channel: int) -> tuple[bytes, bytes] | None:
    """None: the other end is gone."""
    head = _exactly(channel, _HEADER.size)
    if head is None:
        return None
    kind, length = _HEADER.unpack(head)
    body = _exactly(channel, length) if length <= PIECE_MOST else None
    return None if body is None else (kind, body)


def _exactly(channel: int, count: int) -> bytes | None:
    whole = bytearray(count)
    view = memoryview(whole)
    while view:
        got = os.readv(channel, [view])
        if not got:
            return None
        view = view[got:]
    return bytes(whole)


def main() -> None:
    """The child: first somebody else, then a Draft that does what it is told."""
    os.closerange(3, 1 << 20)
    os.chdir("/")
    identity.offer_to_oom()
    identity.become(identity.look_up(sys.argv[1]))
    try:
        draft = Draft.begin(int(sys.argv[2]))
        try:
            _obey(draft)
        finally:
            draft.close()
    except OSError as error:
        with suppress(OSError):
            _send(1, FAILED, b"%d" % (error.errno or errno.EIO))


def _obey(draft: Draft) -> None:
    _send(1, DONE, draft.directory)
    while (told := _receive(0)) and told[0] != CLOSE:
        kind, body = told
        if kind == DATA:
            draft.write(body)
        elif kind == NAME:
            _send(1, DONE, draft.name_it(body.decode()).encode())


if __name__ == "__main__":
    main()
