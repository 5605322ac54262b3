"""Programs on a PTY: starting them, their size, their signals, how they ended.

The one rule: a program starts as if from a fresh login. Nothing of the keeper's reaches it: no
descriptor, no signal setting, no limit, no variable; and where it is another user's, no power.
"""

import errno
import fcntl
import os
import resource
import signal
import struct
import termios
import time
import warnings  # noqa: F401 - os.execvpe loads it, and a user may be barred from reading Python's files
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, NoReturn

from app.keeper import identity
from app.keeper.errors import Refused
from app.keeper.identity import Identity

STANDARD_BYTES = 3  # descriptors 0, 1, 2
EXIT_NOT_STARTED = 127
_SIZE = struct.Struct("HHHH")
CELL_PIXELS = (10, 20)  # as app/screen/picture_sizes.py has it: what programs scale their pictures by
_PIDFD_GET_INFO = 3 << 30 | 64 << 16 | 0xFF << 8 | 11  # _IOWR(0xFF, 11, struct pidfd_info), Linux 6.15
_PIDFD_INFO_EXIT = 1 << 3
_PIDFD_INFO = struct.Struct("<Q52xi")  # mask, ..., exit code
SCAN_SECONDS = 0.05  # one look at all processes serves so long: it takes 20 ms, and a stop ends a thousand sessions
STAT_BYTES = 1024  # more than a process's line has
NAMES = {number.name[3:]: number for number in signal.Signals}

_scan: dict[int, list[int]] = {}  # processes by their process session
_scanned_at = 0.0  # monotonic


class Program(NamedTuple):
    """What to run and what it gets. `account`: the user to run it as, empty: our own; what `env` lacks then comes
    from that user."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    rows: int
    cols: int
    umask: int
    open_files: int
    account: str = ""


class Child(NamedTuple):
    """A forked program that waits at the gate: a byte written to `gate` lets it exec, a close ends it.

    `verdict` gives end-of-file when it runs, or the reason why it does not.
    """

    pid: int
    pidfd: int
    master: int
    gate: int
    verdict: int


def fork(program: Program) -> Child:
    """Raises Refused when the machine is out of PTYs, processes or descriptors."""
    opened: list[int] = []
    try:
        master, slave = os.openpty()
        opened += [master, slave]
        resize(master, program.rows, program.cols)
        gate_read, gate = os.pipe()
        opened += [gate_read, gate]
        verdict, verdict_write = os.pipe()
        opened += [verdict, verdict_write]
        pid = os.fork()
    except OSError as error:
        for fd in opened:
            os.close(fd)
        raise Refused("", f"the machine has no room for one more program: {error.strerror}") from error
    if not pid:
        _become(program, slave, (gate_read, gate), verdict_write)
    for fd in (slave, gate_read, verdict_write):
        os.close(fd)
    os.set_blocking(master, False)
    os.set_blocking(verdict, False)
    return Child(pid, os.pidfd_open(pid), master, gate, verdict)


def _become(program: Program, slave: int, gate: tuple[int, int], verdict: int) -> NoReturn:
    """In the child. Whatever happens it must not return into the keeper's code."""
    field = "command"
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in range(STANDARD_BYTES):
            os.dup2(slave, fd)
        os.close(gate[1])  # or the keeper's death would never show at the other end
        if not os.read(gate[0], 1):  # the keeper died before it had written the session down
            os._exit(EXIT_NOT_STARTED)
        _reset(program)
        identity.offer_to_oom()
        env = dict(program.env)
        if program.account:
            field = "account"
            env = _another(program.account).environment() | env
        field = "cwd"
        os.chdir(program.cwd)  # as the user: what that may not enter is no directory for it
        field = "command"
        os.closerange(STANDARD_BYTES, verdict)  # all are close-on-exec; this is the second lock on that door
        os.closerange(verdict + 1, 1 << 20)
        os.execvpe(program.argv[0], program.argv, env)
    except OSError as error:
        _say(verdict, f"{field}:{error.errno}")
    except BaseException as error:
        _say(verdict, f"{field}:0:{error}")
    finally:
        os._exit(EXIT_NOT_STARTED)


def _another(account: str) -> Identity:
    """In the child: becomes that user. Here and not in the keeper, who must not wait for a directory of users."""
    user = identity.look_up(account)
    identity.own_terminal(0, user)
    identity.become(user)
    return user


def _reset(program: Program) -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(program.umask)
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (program.open_files, hard))


def _say(verdict: int, text: str) -> None:
    with suppress(OSError):
        os.write(verdict, text.encode()[:4096])


def refusal(program: Program, verdict: bytes) -> Refused:
    """Why a program did not start, in words for the person who asked."""
    field, number, *rest = verdict.decode(errors="replace").split(":", 2)
    code = int(number)
    what = {"cwd": program.cwd, "account": program.account}.get(field, program.argv[0])
    words = {
        ("cwd", errno.ENOENT): f"the directory {what} does not exist",
        ("cwd", errno.ENOTDIR): f"{what} is not a directory",
        ("cwd", errno.EACCES): f"the directory {what} is not accessible",
        ("command", errno.ENOENT): f"command not found: {what}",
        ("command", errno.ENOTDIR): f"command not found: {what}",
        ("command", errno.EACCES): f"{what} is not executable",
        ("command", errno.ENOEXEC): f"{what} is not a program (a script without a #! line?)",
        ("command", errno.E2BIG): "the command and its environment are too long",
    }
    return Refused(field, words.get((field, code)) or f"{what}: {rest[0] if rest else os.strerror(code)}")


def resize(master: int, rows: int, cols: int) -> None:
    fcntl.ioctl(master, termios.TIOCSWINSZ, _SIZE.pack(rows, cols, cols * CELL_PIXELS[0], rows * CELL_PIXELS[1]))


def size(master: int) -> tuple[int, int]:
    rows, cols, _, _ = _SIZE.unpack(fcntl.ioctl(master, termios.TIOCGWINSZ, bytes(_SIZE.size)))
    return rows, cols


def signal_number(name: str) -> signal.Signals:
    """ "INT", "SIGINT" or "int". Raises Refused for anything else."""
    found = NAMES.get(name.upper().removeprefix("SIG")) if isinstance(name, str) else None
    if found is None:
        raise Refused("signal", f"no such signal: {name!r}")
    return found


def signal_foreground(master: int, leader: int, number: int) -> None:
    """To the process group that has the terminal now; where none does, to the program's own.

    A terminal goes on naming a group that is gone, and its number may be a stranger's by now: a process of that
    number is in our process session, or gets nothing. (While a group lives nobody else gets its number.)
    """
    group = 0
    with suppress(OSError):
        group = os.tcgetpgrp(master)
    if group <= 0:
        group = leader
    state, session = _stat(group)
    if state and session != leader:
        return
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def signal_session(leader: int, *numbers: int, leader_gone: bool) -> int:
    """To every process of the PTY's process session, the program's background jobs included. How many.

    The kernel does not reuse a number that still names a session. Once all of it is gone it may: then a
    process of that number exists although our leader is known to be gone, and it is a stranger.
    """
    if leader_gone and _stat(leader)[0]:
        return 0
    found = [pid for pid in _members(leader, leader_gone) if _stat(pid)[1] == leader]
    for pid in found:
        for number in numbers:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
    return len(found)


def ended(pid: int, pidfd: int) -> int | None:
    """The wait status of a program whose pidfd says that it ended; None: the vault will tell, or nobody can.

    Our own child is left as a zombie: reap() it once its status is on disk.
    """
    try:
        found = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return _foreign_status(pid, pidfd)
    if not found:
        return None
    return found.si_status << 8 if found.si_code == os.CLD_EXITED else found.si_status


def reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _foreign_status(pid: int, pidfd: int) -> int | None:
    """Of a program that is the vault's child, or init's since a vault died: a newer kernel still tells."""
    info = bytearray(_PIDFD_INFO.size)
    _PIDFD_INFO.pack_into(info, 0, _PIDFD_INFO_EXIT, 0)
    try:
        fcntl.ioctl(pidfd, _PIDFD_GET_INFO, info)
        mask, status = _PIDFD_INFO.unpack(info)
        if mask & _PIDFD_INFO_EXIT:
            return int(status)
    except OSError:  # an older kernel
        pass
    return _zombie_status(pid)


def exit_of(status: int) -> tuple[int | None, str | None]:
    """(exit code, signal name) of a wait status: one of the two is None."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code, None
    try:
        return None, signal.Signals(-code).name
    except ValueError:
        return None, f"SIGRTMIN+{-code - signal.SIGRTMIN}"


def _zombie_status(pid: int) -> int | None:
    """Of a program that its parent has not waited for yet (or, an idle init, never will)."""
    with suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
        parts = file.read().rpartition(b")")[2].split()
        if parts[0] == b"Z":
            return int(parts[-1])
    return None


def _members(leader: int, leader_gone: bool) -> list[int]:
    """Of its process session, SCAN_SECONDS ago at most; to be looked at again, since numbers change hands. One that
    began since then is looked for anew."""
    global _scan, _scanned_at
    if time.monotonic() - _scanned_at > SCAN_SECONDS or not (leader_gone or leader in _scan):
        _scan = {}
        for pid in _processes():
            _scan.setdefault(_stat(pid)[1], []).append(pid)
        _scanned_at = time.monotonic()
    return _scan.get(leader, [])


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> tuple[str, int]:
    """(state, process session) of a process; ("", 0) when it is gone."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            state, _, _, session = os.read(fd, STAT_BYTES).rpartition(b")")[2].split()[:4]
        finally:
            os.close(fd)
    except OSError:
        return "", 0
    return state.decode(), int(session)
