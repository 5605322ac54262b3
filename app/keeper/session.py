"""One session in the keeper: its program, its output, its input, its size and how it ends.

Knows nothing of sockets: whoever hosts it is told through `Host`. The one rule: what is told is on disk
already, and `ended` is the last thing ever told of a session.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from app.keeper import cells, pty, record
from app.keeper.cells import Leftovers
from app.keeper.errors import Over, Refused
from app.keeper.handover import Held
from app.keeper.inputs import Done, InputQueue
from app.keeper.journal import Journal
from app.keeper.loop import Loop, Timer
from app.keeper.output import RETRY_SECONDS, Output
from app.keeper.protocol import State
from app.keeper.record import Record

DRAIN_IDLE_SECONDS = 0.1  # after the program's end: silence this long on a PTY that others still hold
DRAIN_MOST_SECONDS = 2.0  # a background job that floods does not keep the session open
PRESSURE_MOST_SECONDS = 60.0  # an ended session waits this long for room on the disk, then gives up
STATUS_MOST_SECONDS = 1.0  # for the vault to tell the exit status of a program that is not our child
# What a terminal says when its window gets or loses the focus: nobody typed that.
FOCUS_REPORTS = (b"\x1b[I", b"\x1b[O")
LOOK_SECONDS = 0.5  # after output: whether a process was killed for memory
TYPED_SECONDS = 1.0  # the timeline notes who types at most this often
READ = select.EPOLLIN | select.EPOLLET  # edge-triggered: a PTY that nobody has open would else spin
INPUTS = "inputs"  # file name of the table of numbered inputs


class Host(Protocol):
    """The keeper, as a session sees it."""

    loop: Loop
    leftovers: Leftovers

    def ready(self, session: "Session") -> None: ...  # wants to be pumped, in this turn and maybe the next
    def moved(self, session: "Session") -> None: ...  # its head did
    def resized(self, session: "Session", rows: int, cols: int) -> None: ...
    def gap(self, session: "Session", start: int, end: int) -> None: ...
    def pressure(self, session: "Session", on: bool) -> None: ...
    def oom(self, session: "Session") -> None: ...  # a process of it was killed for memory
    def ended(self, session: "Session") -> None: ...
    def released(self, session: "Session") -> None: ...  # its end is on disk: the vault may let go


class Session:
    def __init__(self, host: Host, directory: Path, saved: Record, held: Held, journal: Journal) -> None:
        fds = held.fds
        self.id = saved.id
        self._host, self._directory, self._record = host, directory, saved
        self._fds, self._status, self._journal = fds, held.status, journal
        self._output = Output(fds.master, (fds.out_read, fds.out_write), journal)
        self._input = InputQueue(fds.master, (fds.in_read, fds.in_write), directory / INPUTS)
        for client, seq, data, sent in held.queue:
            self._input.carry(client, seq, data.encode("latin-1"), sent)
        self._last_output = journal.last_write()
        self._last_input = saved.last_input_at
        self._typist, self._typed_at = "", 0.0
        self._blocked = False  # the PTY takes no input now
        self._pressed = False  # `pressure` was told
        self._looking = False  # soon, whether memory was the end of some process
        self._over = False  # the program has ended; what it wrote last may still be on its way
        self._quiet_since = 0.0  # monotonic; counts once it is over
        self._timers: dict[str, Timer] = {}

    def start(self) -> None:
        """Begins (or, in a new keeper, goes on) to serve the program."""
        self._output.recover()
        self._host.loop.watch(self._fds.master, READ, self._on_master)
        self._host.ready(self)
        if self._record.kill_at:
            self._later("kill", self._record.kill_at - time.time(), self._kill)
        if self._status is not None:
            self.exited(self._status)
        else:
            self._host.loop.watch(self._fds.pidfd, select.EPOLLIN, self._on_pidfd)

    @property
    def head(self) -> int:
        return self._journal.head

    @property
    def pid(self) -> int:
        return self._record.pid

    @property
    def alive(self) -> bool:
        return self._record.open

    def state(self) -> State:
        rows, cols = self._journal.size
        return state_of(
            self._record._replace(
                rows=rows,
                cols=cols,
                head=self.head,
                last_output_at=self._last_output,
                last_input_at=self._last_input,
            )
        )

    def held(self) -> Held:
        """What goes through an exec."""
        queue = [[client, seq, data.decode("latin-1"), sent] for client, seq, data, sent in self._input.waiting()]
        return Held(self.pid, self._fds, self._status, queue)

    def pump(self) -> bool:
        """One turn's work. False when there is nothing more to do until something happens."""
        if not self._record.open:
            return False
        pumped = self._output.pump()
        if pumped.moved:
            self._last_output = time.time()
            self._quiet_since = time.monotonic()
            self._tell()
            if self._record.cell and not self._looking:
                self._looking = True
                self._later("memory", LOOK_SECONDS, self._look_at_memory)
        if not self._over:
            return self._pump_input() or pumped.more
        if not pumped.more:
            self._drain(pumped.hung_up)
        return pumped.more

    def _look_at_memory(self) -> None:
        """Who loses a process says so or goes on to write, as a shell that prints "Killed"."""
        self._looking = False
        killed = cells.oom_kills(self._record.cell)
        if killed > self._record.oom_kills and not self._over:
            self._save(oom_kills=killed)
            self._journal.note("mark", b"out of memory: %d" % killed)
            self._host.oom(self)

    def _tell(self) -> None:
        """The followers learn what the output's last step did."""
        for start, end in self._output.gaps:
            self._host.gap(self, start, end)
        self._output.gaps.clear()
        self._host.moved(self)
        if self._output.pressure != self._pressed:
            self._pressed = self._output.pressure
            self._host.pressure(self, self._pressed)
            if self._pressed:
                self._later("retry", RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        self._output.retry()
        self._tell()
        if self._output.pressure:
            self._later("retry", RETRY_SECONDS, self._retry)

    def _on_master(self, events: int) -> None:
        if events & select.EPOLLOUT:
            self._blocked = False
        self._host.ready(self)

    def type(self, client: str, seq: int, data: bytes, done: Done) -> None:
        """`done` is called once, now or later: None when the PTY has it all, else an Over or Full."""
        if self._over:
            done(Over("the program has ended"))
            return
        now = self._last_input = time.time()
        said_by_terminal = data in FOCUS_REPORTS
        if not said_by_terminal and (client != self._typist or now - self._typed_at >= TYPED_SECONDS):
            self._typist, self._typed_at = client, now
            self._journal.note("input", client.encode(), now)
        self._input.offer(client, seq, data, done)
        if self._pump_input():
            self._host.ready(self)

    def last_input(self, client: str) -> int:
        return self._input.last(client)

    def queued_input(self, client: str) -> int:
        return self._input.queued(client)

    def _pump_input(self) -> bool:
        """True when there is more to write in the next turn."""
        if self._blocked:
            return False
        try:
            more, blocked = self._input.pump()
        except OSError:  # EIO: no process has the terminal open
            return False
        if blocked:
            self._blocked = True
            self._host.loop.change(self._fds.master, READ | select.EPOLLOUT)
        return more

    def resize(self, rows: int, cols: int) -> int:
        """The offset from which on the new size holds."""
        if self._over:
            raise Over("the program has ended")
        if (rows, cols) != self._journal.size:
            self.pump()  # what was written for the old size belongs below the offset
            pty.resize(self._fds.master, rows, cols)
            self._journal.resized(rows, cols)
            self._host.resized(self, rows, cols)
        return self.head

    def discard(self, offset: int) -> None:
        """The output below `offset` is needed no more: its screen there is safe elsewhere."""
        if self._record.recorded:
            raise Refused("session", "it is recorded")
        self._journal.discard(offset)

    def signal(self, name: str) -> None:
        number = pty.signal_number(name)
        if self._over:
            raise Over("the program has ended")
        pty.signal_foreground(self._fds.master, self.pid, number)

    def end(self, grace: float) -> None:
        """HUP now, KILL after `grace` seconds, to everything that runs on this PTY."""
        if self._record.open:
            kill_at = min(time.time() + grace, self._record.kill_at or float("inf"))
            self._save(kill_at=kill_at)
            pty.signal_session(self.pid, signal.SIGHUP, signal.SIGCONT, leader_gone=self._over)
            self._later("kill", kill_at - time.time(), self._kill)

    def _kill(self) -> None:
        pty.signal_session(self.pid, signal.SIGKILL, leader_gone=self._over)

    def _on_pidfd(self, _: int) -> None:
        status = pty.ended(self.pid, self._fds.pidfd)
        if status is not None:
            self.exited(status)
        else:  # not our child: the vault's word is on its way
            self._host.loop.forget(self._fds.pidfd)
            self._later("status", STATUS_MOST_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self.exited(pty.ended(self.pid, self._fds.pidfd))

    def exited(self, status: int | None) -> None:
        """The program is gone. None: with a status that nobody can tell any more."""
        if self._over:
            return
        self._over, self._status = True, status
        code, name = pty.exit_of(status) if status is not None else (None, None)
        killed = cells.oom_kills(self._record.cell)
        self._save(
            exit_code=code, exit_signal=name, ended_at=self._record.ended_at or time.time(), oom_kills=killed,
            out_of_memory=name == "SIGKILL" and killed > self._record.oom_kills,
        )  # fmt: skip
        pty.reap(self.pid)
        self._host.loop.forget(self._fds.pidfd)
        self._input.fail(Over("the program has ended"))
        self._quiet_since = time.monotonic()
        self._later("finish", DRAIN_MOST_SECONDS, self._finish)
        self._host.ready(self)

    def _drain(self, hung_up: bool) -> None:
        quiet = time.monotonic() - self._quiet_since
        if hung_up or quiet >= DRAIN_IDLE_SECONDS:
            self._finish()
        else:
            self._later("drain", DRAIN_IDLE_SECONDS - quiet, lambda: self._host.ready(self))

    def _finish(self) -> None:
        """No more output comes. With the disk full: waits a while for room, then the rest becomes a gap."""
        if not self._record.open:
            return
        self._output.retry(force=True)
        if self._output.pressure:
            if time.time() - (self._record.ended_at or 0) < PRESSURE_MOST_SECONDS:
                self._later("finish", RETRY_SECONDS, self._finish)
                return
            self._output.give_up()
        self._tell()
        self._journal.note("end", b"" if self._status is None else b"%d" % self._status)
        for name, timer in self._timers.items():
            if name != "kill":  # what it left in the background still has its grace
                timer.cancel()
        rows, cols = self._journal.size
        self._save(
            open=False, rows=rows, cols=cols, head=self.head,
            last_output_at=self._last_output, last_input_at=self._last_input,
        )  # fmt: skip
        self._host.loop.forget(self._fds.master)
        self._host.leftovers.add(self._record.cell, (self._record.kill_at or 0.0) - time.time())
        self._host.ended(self)
        self._release()

    def _release(self) -> None:
        """Once the end is on disk nothing but the record is needed any more."""
        if not self._save() and self._directory.exists():  # unless forgotten, or deleted by hand
            self._later("release", RETRY_SECONDS, self._release)
            return
        self._journal.close()
        self._input.close()
        (self._directory / INPUTS).unlink(missing_ok=True)
        for fd in self._fds:
            os.close(fd)
        self._host.released(self)

    def _save(self, **changes: Any) -> bool:
        self._record = self._record._replace(**changes)
        try:
            record.save(self._directory, self._record)
        except OSError:
            return False
        return True

    def _later(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = self._host.loop.after(max(seconds, 0), call)


def state_of(saved: Record) -> State:
    """A session of which nothing but its record is left, as its followers see it."""
    shared = {name: getattr(saved, name) for name in State._fields if name in Record._fields}
    return State(**(shared | {"argv": tuple(saved.argv), "alive": saved.open}))
