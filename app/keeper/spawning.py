"""Starting a session, step by step, so that a refusal or a crash at any step leaves nothing half made.

The program is forked but waits at a gate; directory, journal and record are made; the vault gets its
share; the gate opens. The one rule: no program runs that the vault does not hold.
"""

import fcntl
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from app.keeper import cells, environment, protocol, pty, record
from app.keeper.cells import Leftovers
from app.keeper.errors import KeeperError, Refused
from app.keeper.handover import Fds, Held, Settings
from app.keeper.inputs import CHUNK_BYTES
from app.keeper.journal import Journal
from app.keeper.loop import Loop
from app.keeper.output import PIPE_BYTES
from app.keeper.protocol import Spec, State
from app.keeper.pty import Child, Program
from app.keeper.record import Record

START_MOST_SECONDS = 10.0  # a directory on a dead network drive must not keep a request open for ever
LABEL_BYTES = 256
ENV_BYTES = 64 << 10
ACCOUNT_BYTES = 256  # of an operating-system user's name; the system's own limit is lower
OTHERS_UMASK = 0o022  # at least, for programs of other users, however carelessly root started the server

Answer = Callable[["Spawning", KeeperError | None], None]


class Parent(Protocol):
    """The keeper, as a start sees it."""

    loop: Loop
    settings: Settings
    leftovers: Leftovers

    def keep(self, session: str, held: Held) -> None: ...
    def drop(self, session: str) -> None: ...


class Spawning:
    """One start under way. `answer` is called once; then `saved`, `held` and `journal` are the session's."""

    def __init__(self, parent: Parent, spec: Spec, answer: Answer) -> None:
        self.id = spec.id
        self.waiting: list[Callable[[State | KeeperError], None]] = []
        settings = parent.settings
        self._parent, self._answer, self._spec = parent, answer, spec
        self.directory = Path(settings.sessions_dir) / spec.id
        env = environment.for_program(os.environ, spec.id, spec.env, spec.account)
        umask = settings.umask | (OTHERS_UMASK if spec.account else 0)
        self._program = Program(
            spec.argv, spec.cwd, env, spec.rows, spec.cols, umask, settings.open_files, spec.account
        )
        self._verdict = b""
        self._child = pty.fork(self._program)
        self._pipes: list[int] = []
        self._cell: list[str] = []
        try:
            self._write_down(self._child)
        except cells.NoCells as error:
            self._undo()
            raise Refused("", f"the session cannot have limits: {error}") from error
        except OSError as error:
            self._undo()
            raise Refused("", f"the session cannot be stored: {error.strerror}") from error
        os.write(self._child.gate, b"!")
        os.close(self._child.gate)
        self._timer = parent.loop.after(START_MOST_SECONDS, self._too_late)
        parent.loop.watch(self._child.verdict, select.EPOLLIN, self._on_verdict)

    def _write_down(self, child: Child) -> None:
        spec = self._spec
        os.makedirs(self.directory.parent, mode=0o700, exist_ok=True)
        self.directory.mkdir(mode=0o700)
        output, typed = _pipe(self._pipes, PIPE_BYTES), _pipe(self._pipes, CHUNK_BYTES)
        self.held = Held(child.pid, Fds(child.master, *output, *typed, child.pidfd))
        self.journal = Journal(self.directory, self._parent.settings.journal_bytes, (spec.rows, spec.cols))
        self.saved = Record(
            spec.id,
            list(spec.argv),
            spec.cwd,
            spec.label,
            spec.rows,
            spec.cols,
            child.pid,
            created_at=time.time(),
            recorded=spec.recorded,
        )
        limits = cells.checked(spec.limits)
        if limits is not None:  # written down first: a keeper that is killed here leaves no cell of which nobody knows
            self.saved = self.saved._replace(cell=cells.paths_of(spec.id))
        record.save(self.directory, self.saved)
        if limits is not None:
            self._cell = cells.make(spec.id, limits, child.pid)
        self._parent.keep(spec.id, self.held)

    def _on_verdict(self, _: int) -> None:
        try:
            part = os.read(self._child.verdict, 4096)
        except BlockingIOError:
            return
        self._verdict += part
        if part:
            return
        self._timer.cancel()
        self._parent.loop.forget(self._child.verdict)
        os.close(self._child.verdict)
        if self._verdict:
            self._parent.drop(self._spec.id)
            self.journal.close()
            self._undo(gate_open=True)
            self._answer(self, pty.refusal(self._program, self._verdict))
        else:
            self._answer(self, None)

    def _too_late(self) -> None:
        self._verdict = b"cwd:0:it did not start within %d s" % START_MOST_SECONDS
        os.kill(self._child.pid, signal.SIGKILL)

    def _undo(self, gate_open: bool = False) -> None:
        """Nothing of it stays. The child is about to exit, or does when the gate closes unopened."""
        child = self._child
        for fd in (child.master, *self._pipes, *(() if gate_open else (child.gate, child.verdict))):
            os.close(fd)
        with suppress(ChildProcessError):
            os.waitpid(child.pid, 0)
        os.close(child.pidfd)
        self._parent.leftovers.add(self._cell)
        with suppress(OSError):
            record.erase(self.directory)


def _pipe(opened: list[int], size: int) -> tuple[int, int]:
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    opened += [read, write]
    with suppress(OSError):  # the account has too many pipes: this one got two pages, which is enough
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, size)
    return read, write


def checked_spec(fields: dict[str, Any]) -> Spec:
    """The Spec of a CREATE frame. Raises Refused, naming the first field that cannot be."""
    nothing: dict[str, Any] = dict.fromkeys(("id", "argv", "cwd"))
    spec = Spec(**(nothing | {name: fields[name] for name in Spec._fields if name in fields}))
    if not isinstance(spec.id, str) or not protocol.SESSION_ID.fullmatch(spec.id):
        raise Refused("id", "a session id is 12 characters of a-z and 2-7")
    if not isinstance(spec.argv, list) or not spec.argv or not all(map(_is_text, spec.argv)) or not spec.argv[0]:
        raise Refused("command", "the command is a list of strings, the program's name first")
    if sum(len(part.encode()) + 1 for part in spec.argv) > protocol.COMMAND_BYTES:
        raise Refused("command", f"the command is longer than {protocol.COMMAND_BYTES} bytes")
    if not _is_text(spec.cwd) or not spec.cwd.startswith("/"):
        raise Refused("cwd", "the directory is an absolute path")
    if not isinstance(spec.env, dict) or not all(_is_text(text) for pair in spec.env.items() for text in pair):
        raise Refused("env", "the environment maps names to strings")
    if any(not name or "=" in name for name in spec.env):
        raise Refused("env", "the name of a variable is not empty and holds no =")
    if sum(len(name.encode()) + len(value.encode()) for name, value in spec.env.items()) > ENV_BYTES:
        raise Refused("env", f"the environment is longer than {ENV_BYTES} bytes")
    if not _is_text(spec.label) or len(spec.label.encode()) > LABEL_BYTES:
        raise Refused("label", f"a label is a string of at most {LABEL_BYTES} bytes")
    if not _is_text(spec.account) or len(spec.account.encode()) > ACCOUNT_BYTES:
        raise Refused("account", f"an account is a string of at most {ACCOUNT_BYTES} bytes")
    if not isinstance(spec.recorded, bool):
        raise Refused("recorded", "recorded is true or false")
    try:
        cells.checked(spec.limits)
    except ValueError:
        raise Refused("limits", "limits are memory, cpu and tasks, whole numbers") from None
    checked_size(spec.rows, spec.cols)
    return spec._replace(argv=tuple(spec.argv))


def checked_size(rows: Any, cols: Any) -> tuple[int, int]:
    for name, value in (("rows", rows), ("cols", cols)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= protocol.SIZE_LIMIT:
            raise Refused(name, f"{name} is a whole number from 1 to {protocol.SIZE_LIMIT}")
    return rows, cols


def _is_text(value: Any) -> bool:
    """A string that can be handed to exec: no NUL, and nothing that has no bytes."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
