"""Starting keeper and vault: `ensure()` in the web server or a command, `main()` in the process it starts.

The one rule: one keeper a data directory. The lock is held by vault and keeper together, through every
exec, so it is free exactly when both are gone.
"""

import fcntl
import json
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from app.keeper import address, environment, handover, protocol
from app.keeper.errors import KeeperError
from app.keeper.handover import Handover, Settings
from app.keeper.succession import become_subreaper

RETRY_SECONDS = 0.05  # between looks while another process starts or leaves
LOG_BYTES = 1 << 20  # a longer log is set aside when a keeper is started
LOG_LINES = 5  # of the log in an error
READY, LOCKED = "ready", "locked"


def ensure(directory: Path, *, sessions_dir: Path, journal_bytes: int, timeout: float = 10.0) -> None:
    """Makes sure that a keeper serves `directory`; starts one, detached from us, when none answers.

    `journal_bytes` bounds what each session keeps on disk; a keeper that already runs keeps its own
    settings. Raises KeeperError naming the cause when none answers within `timeout` seconds.
    """
    directory, sessions_dir = Path(directory).resolve(), Path(sessions_dir).resolve()
    deadline = time.monotonic() + timeout
    if answers(directory, timeout):
        return
    for path in (directory, sessions_dir):
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
        except OSError as error:
            raise KeeperError(f"the keeper cannot use {path}: {error.strerror}") from error
    open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    settings = Settings(str(directory), str(sessions_dir), journal_bytes, _umask(), open_files)
    while True:
        word = _launch(directory, settings, deadline)
        if answers(directory, max(deadline - time.monotonic(), RETRY_SECONDS)):
            return
        if word != LOCKED:
            cause = "it does not answer" if word == READY else word or "it ended without a word"
            raise KeeperError(f"the keeper cannot start: {cause}{_log_end(directory)}")
        if time.monotonic() >= deadline:
            raise KeeperError(f"another keeper ({_holder(directory)}) holds {directory} and does not answer")
        time.sleep(RETRY_SECONDS)


def answers(directory: Path, timeout: float) -> bool:
    """A keeper listens there and greets us within `timeout` seconds."""
    frames = protocol.FrameReader()
    try:
        with address.connect(directory, timeout) as stream:
            stream.sendall(protocol.pack_json(protocol.HELLO, 1, protocol=protocol.VERSION))
            while data := stream.recv(1 << 16):
                if any(frame.kind == protocol.WELCOME for frame in frames.feed(data)):
                    return True
    except (OSError, protocol.ProtocolError):
        pass
    return False


def _launch(directory: Path, settings: Settings, deadline: float) -> str:
    """Starts the process whose main() is below. Its word: READY, LOCKED, or what went wrong."""
    log = _log(directory)
    ours, theirs = socket.socketpair()
    root = str(Path(__file__).resolve().parents[2])
    try:
        process = subprocess.Popen(
            [*handover.command("app.keeper.launch", json.dumps(settings._asdict())), str(theirs.fileno())],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", umask=0o077, start_new_session=True,
            pass_fds=[theirs.fileno()], env=environment.for_keeper(os.environ, root),
        )  # fmt: skip
        theirs.close()
        process.wait()  # it forks and leaves at once, so that nobody here has a child to wait for
        ours.settimeout(max(deadline - time.monotonic(), RETRY_SECONDS))
        return ours.recv(4096).decode(errors="replace")
    except OSError as error:
        return str(error) if not isinstance(error, TimeoutError) else "it is not ready in time"
    finally:
        os.close(log)
        ours.close()
        theirs.close()


def _log(directory: Path) -> int:
    path = directory / address.LOG
    with suppress(OSError):
        if path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KeeperError(f"the keeper cannot write {path}: {error.strerror}") from error


def _log_end(directory: Path) -> str:
    try:
        lines = (directory / address.LOG).read_text(errors="replace").splitlines()[-LOG_LINES:]
    except OSError:
        return ""
    return "\n  " + "\n  ".join(lines) if lines else ""


def _holder(directory: Path) -> str:
    try:
        return f"process {int((directory / address.LOCK).read_text())}"
    except (OSError, ValueError):
        return "an unknown process"


def _umask() -> int:
    """Ours, without setting it: that would race with other threads."""
    with open("/proc/self/status") as status:
        return next((int(line.split()[1], 8) for line in status if line.startswith("Umask:")), 0o022)


def main() -> None:
    """Detaches, takes lock and address, and becomes the vault."""
    settings, ready = Settings(**json.loads(sys.argv[1])), int(sys.argv[2])
    os.set_inheritable(ready, False)
    if os.fork():
        os._exit(0)
    directory = Path(settings.directory)
    try:
        lock = os.open(directory / address.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.write(ready, LOCKED.encode())
            return
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        become_subreaper()
        listener = address.listen(directory)
        given = Handover(settings, listener.fileno(), lock, control=-1, ready=ready)
        paper = handover.give(given)
        handover.expose(given, paper)
        command = handover.command("app.keeper.vault", str(paper))
        os.execv(command[0], command)
    except OSError as error:
        os.write(ready, f"{error.strerror}: {error.filename or directory}".encode())


if __name__ == "__main__":
    main()
