"""The keeper's tie to the vault, and the execs by which one of them continues the other.

The one rule: descriptors are handed over before anything else is let go.
"""

import json
import os
import select
import signal
import socket
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.keeper import handover
from app.keeper.errors import KeeperError
from app.keeper.handover import Handover, Held
from app.keeper.log import log
from app.keeper.loop import Loop
from app.keeper.vault import MESSAGE_BYTES

PR_SET_CHILD_SUBREAPER = 36
TRIAL = "--trial"  # argument by which a new version shows that it can be loaded
TRIAL_MOST_SECONDS = 20.0
TRIAL_BYTES = 16 << 10  # of what a failing trial prints


class Heir(Protocol):
    """The keeper, as its succession sees it."""

    loop: Loop

    def exited(self, pid: int, status: int) -> None: ...
    def handover(self) -> Handover: ...


class Succession:
    def __init__(self, keeper: Heir, control: int) -> None:
        self._keeper = keeper
        self._control = socket.socket(fileno=control)
        self._control.setblocking(True)
        self._trial: Trial | None = None
        keeper.loop.watch(control, select.EPOLLIN, self._on_vault)

    def keep(self, session: str, held: Held) -> None:
        socket.send_fds(self._control, [_message("keep", session=session, pid=held.pid)], held.fds)

    def drop(self, session: str) -> None:
        self._send("drop", session=session)

    def ready(self) -> None:
        self._send("ready")

    def renew_vault(self) -> None:
        """The vault's turn, once the keeper's new code runs: never both at a time."""
        self._send("renew")

    def stop(self) -> None:
        self._send("stop")

    def upgrade(self, done: Callable[[KeeperError | None], None]) -> None:
        """Tries the code on disk in a process of its own; `done(None)` is followed by renew()."""
        if self._trial:
            done(KeeperError("an upgrade is under way already"))
            return

        def judged(error: KeeperError | None) -> None:
            self._trial = None
            done(error)

        self._trial = Trial(self._keeper.loop, judged)

    def renew(self) -> None:
        """Continues as the code on disk: same process, same children, same descriptors."""
        self._exec("app.keeper.server", self._keeper.handover()._replace(control=self._control.fileno()))

    def _on_vault(self, _: int) -> None:
        try:
            message = self._control.recv(MESSAGE_BYTES, socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionResetError):  # reset: told once, before the vault's last words
            return
        if message:
            told = json.loads(message)
            if told["op"] == "exit":
                self._keeper.exited(told["pid"], told["status"])
        else:
            self._take_over()

    def _take_over(self) -> None:
        """The vault is dead: this process becomes the vault, and starts a keeper."""
        log("keeper: the vault is gone; taking its place")
        become_subreaper()
        self._keeper.loop.forget(self._control.fileno())
        self._exec("app.keeper.vault", self._keeper.handover()._replace(control=-1))

    def _exec(self, module: str, given: Handover) -> None:
        given = given._replace(exec_at=time.monotonic())
        paper = handover.give(given)
        handover.expose(given, paper)
        try:
            os.execv(sys.executable, handover.command(module, str(paper)))
        except OSError as error:
            log(f"keeper: cannot start {module}: {error}; going on as it is")
            handover.expose(given, paper, inheritable=False)
            os.close(paper)

    def _send(self, op: str, **fields: object) -> None:
        try:
            self._control.send(_message(op, **fields))
        except OSError:  # the vault is dead; the loop will see that and take its place
            pass


class Trial:
    """Loads the keeper's code as it is on disk, in a process of its own."""

    def __init__(self, loop: Loop, done: Callable[[KeeperError | None], None]) -> None:
        self._loop, self._done, self._said = loop, done, b""
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        command = handover.command("app.keeper.server", TRIAL)
        actions = [(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_DUP2, write, 2)]
        self._pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        os.close(write)
        self._timer = loop.after(TRIAL_MOST_SECONDS, lambda: os.kill(self._pid, signal.SIGKILL))
        loop.watch(self._read, select.EPOLLIN, self._on_output)

    def _on_output(self, _: int) -> None:
        try:
            said = os.read(self._read, 4096)
        except BlockingIOError:
            return
        self._said = (self._said + said)[-TRIAL_BYTES:]
        if said:
            return
        self._timer.cancel()
        self._loop.forget(self._read)
        os.close(self._read)
        _, status = os.waitpid(self._pid, 0)
        lines = self._said.decode(errors="replace").strip().splitlines()
        problem = f"the new code cannot be loaded: {lines[-1] if lines else 'it says nothing'}"
        self._done(KeeperError(problem) if status else None)


def become_subreaper() -> None:
    """Orphans of our descendants become our children, with their exit codes. Lives through an exec."""
    import ctypes  # half a megabyte and 3 ms, needed once in a keeper's life or never

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def fingerprint() -> str:
    """Of the keeper's code on disk: tells whether an upgrade would change anything."""
    total = 0
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total = zlib.crc32(path.read_bytes(), total)
    return f"{total:08x}"


def _message(op: str, **fields: object) -> bytes:
    return json.dumps({"op": op, **fields}).encode()
