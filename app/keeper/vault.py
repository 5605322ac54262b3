"""The vault: holds a second reference to every PTY and pipe, parents the programs, restarts the keeper.

It never reads a byte of output and parses nothing a user sent, so that there is little that could kill
it. When it is killed all the same, the keeper execs itself into this module (see server.py) and starts a
keeper as usual. The one rule: whoever dies, the descriptors have another holder.
"""

import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress

from app.keeper import address, handover
from app.keeper.handover import Fds, Handover, Held
from app.keeper.log import log

HEALTHY_SECONDS = 2.0  # a keeper that lives shorter than this is failing
BACKOFF_SECONDS = (0.1, 30.0)  # first and longest pause before the next start of a failing keeper
MESSAGE_BYTES = 4096


class Vault:
    def __init__(self, given: Handover) -> None:
        self._given = given
        self._held = dict(given.sessions)
        self._control = socket.socket(fileno=given.control) if given.control >= 0 else None
        self._keeper = given.keeper_pid
        self._ready = given.ready
        self._unsent: list[bytes] = []
        self._served = bool(given.keeper_pid)  # the present keeper had got as far as being ready
        if self._control:
            self._control.setblocking(False)
        self._started = time.monotonic()
        self._start_at = self._started
        self._backoff = 0.0
        self._wake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with suppress(OSError):
            os.ftruncate(given.lock, 0)
            os.pwrite(given.lock, b"%d\n" % os.getpid(), 0)  # for people; the lock itself is what counts

    def run(self) -> None:
        self._reap()
        while True:
            if not self._keeper and time.monotonic() >= self._start_at:
                self._start()
            poll = select.poll()
            poll.register(self._wake, select.POLLIN)
            if self._control:
                poll.register(self._control, select.POLLIN | (select.POLLOUT if self._unsent else 0))
            pause = None if self._keeper else max(self._start_at - time.monotonic(), 0) * 1000 + 1
            events = dict(poll.poll(pause))
            self._listen()
            if self._wake in events:
                os.read(self._wake, 4096)
                self._reap()
            self._tell()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        given = self._given._replace(control=theirs.fileno(), ready=-1, keeper_pid=0, exec_at=0.0, sessions=self._held)
        paper = handover.give(given)
        pid = os.fork()
        if not pid:
            try:
                handover.expose(given, paper)
                os.execv(sys.executable, handover.command("app.keeper.server", str(paper)))
            except BaseException as error:
                log(f"vault: the keeper's program cannot be started: {error}")
            finally:
                os._exit(126)
        os.close(paper)
        theirs.close()
        ours.setblocking(False)
        self._control, self._keeper, self._started, self._served = ours, pid, time.monotonic(), False
        self._unsent.clear()  # the new keeper was given every status there is

    def _listen(self) -> None:
        """What the keeper says: sessions to hold and to let go."""
        while self._control:
            try:
                message, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, len(Fds._fields))
            except BlockingIOError:
                return
            except ConnectionResetError:  # it died with a message of ours unread: told once, before its last words
                continue
            if not message:
                self._control.close()
                self._control = None
                return
            for fd in fds:
                os.set_inheritable(fd, False)
            self._obey(json.loads(message), fds)

    def _obey(self, message: dict[str, str], fds: list[int]) -> None:
        match message["op"]:
            case "keep":
                self._held[message["session"]] = Held(int(message["pid"]), Fds(*fds))
            case "drop":
                held = self._held.pop(message["session"], None)
                for fd in held.fds if held else ():
                    os.close(fd)
            case "ready":
                self._report("ready")
                self._served = True
            case "renew":
                self._renew()
            case "stop":
                address.remove(self._given.settings.directory)
                os._exit(0)

    def _renew(self) -> None:
        """Puts the vault's own new code in place; programs and keeper stay its children."""
        given = self._given._replace(
            control=self._control.fileno() if self._control else -1,
            keeper_pid=self._keeper,
            sessions=self._held,
        )
        paper = handover.give(given)
        handover.expose(given, paper)
        try:
            os.execv(sys.executable, handover.command("app.keeper.vault", str(paper)))
        except OSError as error:
            log(f"vault: cannot renew itself: {error}")
            handover.expose(given, paper, inheritable=False)
            os.close(paper)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid == self._keeper:
                self._bereaved(status)
                continue
            self._listen()  # a keeper's last word may be that this is a program of ours
            for name, held in self._held.items():
                if held.pid == pid and held.status is None:
                    self._held[name] = held._replace(status=status)
                    self._unsent.append(json.dumps({"op": "exit", "pid": pid, "status": status}).encode())

    def _bereaved(self, status: int) -> None:
        """The keeper is dead. What it had still sent counts; then a new one starts."""
        self._listen()
        if self._control:
            self._control.close()
        self._control, self._keeper = None, 0
        code = os.waitstatus_to_exitcode(status)
        cause = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        if self._ready >= 0 and not self._held:
            self._report(f"the keeper does not start ({cause})")
            address.remove(self._given.settings.directory)
            os._exit(1)
        now = time.monotonic()
        least, most = BACKOFF_SECONDS
        murdered = self._served and -code in (signal.SIGKILL, signal.SIGTERM)
        failing = now - self._started < HEALTHY_SECONDS and not murdered
        self._backoff = min(max(self._backoff * 2, least), most) if failing else 0.0
        self._start_at = now + self._backoff
        pause = f", after {self._backoff:.1f} s because it failed at once" if self._backoff else ""
        log(f"vault: keeper {cause}; starting it again with {len(self._held)} sessions{pause}")

    def _tell(self) -> None:
        while self._control and self._unsent:
            try:
                self._control.send(self._unsent[0])
            except OSError:
                return
            self._unsent.pop(0)

    def _report(self, text: str) -> None:
        if self._ready >= 0:
            with suppress(OSError):
                os.write(self._ready, text.encode())
            os.close(self._ready)
            self._ready = -1
            self._given = self._given._replace(ready=-1)


def main() -> None:
    Vault(handover.take(int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
