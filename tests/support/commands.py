"""`python -m app` without a start of Python for each: one process has the code loaded and forks. Half a
second of the processor an account went into starting Python and into hashing one password anew.

The rule: the command itself is the product's, in a process of its own, with its own environment, streams and end. What
only a start of Python shows, such as a word that an import prints, is shown by tests/test_cli.py."""

from __future__ import annotations

import functools
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
_asking = threading.Lock()


def command(
    *orders: tuple[str, ...], env: dict[str, str], stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The commands one after the other, until one fails."""
    with _asking:
        process = loaded()
        process.stdin.write(json.dumps({"orders": orders, "env": env, "stdin": stdin or ""}) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
    return subprocess.CompletedProcess(list(orders), answer["code"], answer["out"], answer["err"])


@functools.cache
def loaded() -> Any:
    """Ends with this process: its standard input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.commands"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def serve() -> None:
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # as app/__main__.py does
    from app.cli import main  # in the process that forks, not in that of the tests
    from app.models import secrets

    known, anew = secrets.hash_password(PASSWORD), secrets.hash_password
    secrets.hash_password = lambda password: known if password == PASSWORD else anew(password)
    gc.collect()
    gc.freeze()  # else a child's collector would copy all of this process's memory
    for line in sys.stdin:
        ask = json.loads(line)
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(ask["stdin"].encode())
            given.seek(0)
            child = os.fork()
            if child == 0:
                for number, file in enumerate((given, out, err)):
                    os.dup2(file.fileno(), number)
                os._exit(ran(main, ask))
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read().decode())
        print(json.dumps({"code": code, "out": said[0], "err": said[1]}), flush=True)


def ran(main: Any, ask: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(ask["env"])
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  (what the parent has read ahead is not this one's)
    try:
        code = 0
        for words in ask["orders"]:
            code = code or main(words)
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve()
