"""The programs that run in the sessions. The rule: a job times itself (it writes when it began and ended into
files), so that its own run time needs no client, and says its process number, so that it can always be ended."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

READY, DONE = b"=ready=", b"=done="
KEY = "~"
# A job waits so long (seconds) between the key that starts it and its first byte, for the typist to leave.
LEAVE_SECONDS = 0.3
LINE = "%010d  INFO  worker-%02d  compiled module %06d of a rather large build tree, no warnings\n"


class Job:
    count = 0

    def __init__(self, directory: Path, body: str, run: str = "bash --norc --noprofile") -> None:
        Job.count += 1
        self.path = directory / f"job{Job.count}"
        told = f"echo $$ > {self.path}.new; mv {self.path}.new {self.path}.pid"
        self.path.write_text(f"export BENCH_JOB={self.path}; {told}\n{body}\n")
        self.argv = [*shlex.split(run), str(self.path)]

    @property
    def pid(self) -> int | None:
        try:
            return int(self.path.with_suffix(".pid").read_text())
        except FileNotFoundError:
            return None

    def times(self) -> tuple[float, float] | None:
        """When it began and ended; None while it has not."""
        try:
            begin, end = self.path.with_suffix(".times").read_text().split()
        except FileNotFoundError:
            return None
        return float(begin), float(end)

    def wait(self, seconds: float) -> float | None:
        """The job's own run time; None when it takes longer than `seconds`."""
        limit = time.monotonic() + seconds
        while (times := self.times()) is None:
            if time.monotonic() > limit:
                return None
            time.sleep(0.02)
        return times[1] - times[0]

    def alive(self) -> bool:
        return self.pid is not None and self._is(self.pid)

    def _is(self, pid: int) -> bool:
        """Whether this process is still the job's: numbers are used again, on a busy machine within minutes."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return bytes(self.path) in words.replace(b"=", b"\0").split(b"\0")

    def kill(self) -> None:
        """The program and its process group; a session leader's end takes its children along."""
        if (pid := self.pid) is not None and self._is(pid):
            for send in (os.killpg, os.kill):
                try:
                    send(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


def echo(directory: Path) -> Job:
    """One byte back for one byte typed: the program's, not the terminal's echo as well."""
    return Job(directory, f"stty raw -echo; printf {READY.decode()}; exec cat")


# A flood that shows the last key typed in every line, so that a screen of it (tmux, a viewer that is behind)
# shows the key as well as the raw output does. Whole blocks of lines, as fast as the terminal takes them.
SHOW_KEY = """
import os, select
line = b"~%s~ 0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuv\\r\\n"
key = b"-"
while True:
    if select.select([0], [], [], 0)[0]:
        key = os.read(0, 100)[-1:]
    os.write(1, line % key * 50)
"""


def echo_in_flood(directory: Path) -> Job:
    """Shows what is typed in the midst of its own flood."""
    return Job(directory, f"stty raw -echo; exec {shlex.join([sys.executable, '-S', '-c', SHOW_KEY])}")


FLOOD_TEXT = "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxyz"


def flood(directory: Path) -> Job:
    return Job(directory, f"printf {READY.decode()}; exec yes {FLOOD_TEXT}")


def timed(directory: Path, command: str) -> Job:
    """Runs `command` once a line is typed, then stays."""
    return Job(
        directory,
        f"stty -echo; printf {READY.decode()}; read -r _; sleep {LEAVE_SECONDS}\n"
        f"began=$EPOCHREALTIME; {command}; ended=$EPOCHREALTIME\n"
        f'echo "$began $ended" > $0.end; mv $0.end $0.times; printf {DONE.decode()}; exec sleep 100000',
    )


def shell(directory: Path) -> Job:
    """An interactive shell whose prompt counts: <1>, <2>, ..."""
    body = "PS1='<\\#>'; bind 'set enable-bracketed-paste off' 2>/dev/null"
    return Job(directory, body, "bash --noprofile --rcfile")


def sleeper(directory: Path, lines: int = 0) -> Job:
    return Job(directory, f"seq 1 {lines}; printf {READY.decode()}; exec sleep 100000")


def text_file(directory: Path, megabytes: int) -> Path:
    """So many million bytes of log lines, the same in every run."""
    return filled(directory / f"{megabytes}mb.txt", megabytes, lambda n: LINE % (n * 7919, n % 16, n))


def colour_file(directory: Path, megabytes: int) -> Path:
    """The same with a colour, of 16, 256 or 16 million, for every word."""
    return filled(directory / f"{megabytes}mb-colour.txt", megabytes, coloured)


def coloured(n: int) -> str:
    styles = (f"{31 + n % 7}", f"1;38;5;{n % 256}", f"38;2;{n % 256};{n * 7 % 256};{n * 13 % 256}", "2", f"4;9{n % 8}")
    words = (LINE % (n * 7919, n % 16, n)).split()
    return " ".join(f"\x1b[{styles[i % 5]}m{word}\x1b[0m" for i, word in enumerate(words)) + "\n"


def filled(path: Path, megabytes: int, line: Callable[[int], str]) -> Path:
    """A million bytes of lines, so often; each million ends with a line's end."""
    if not path.exists():
        lines, size = [line(0)], 0
        while size + len(lines[-1]) < 1_000_000:
            size += len(lines[-1])
            lines.append(line(len(lines)))
        block = "".join(lines[:-1]) + "x" * (999_999 - size) + "\n"
        path.with_suffix(".new").write_text(block * megabytes)
        path.with_suffix(".new").rename(path)
    return path
