"""Operating-system users for the length of a test module, and the server that keeps them apart.

The rule: nothing is left: processes, homes and users go, also where a test failed.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.server import Server

ROOTS_GROUPS = (4, 6, 42)  # adm, disk, shadow
KEYCTL = {"x86_64": 250, "aarch64": 219}
JOIN_SESSION_KEYRING = 1


class OsUser(NamedTuple):
    name: str
    uid: int
    home: Path


def needs_root() -> None:
    """Skips, saying why, where users cannot be made."""
    if os.geteuid():
        pytest.skip("needs root: these tests make two operating-system users")
    if not shutil.which("useradd") or not shutil.which("userdel"):
        pytest.skip("needs useradd and userdel")


@contextmanager
def os_users(*words: str) -> Iterator[list[OsUser]]:
    """One for each word, in whose home nobody else may look."""
    made: list[str] = []
    try:
        for word in words:
            name = f"hf-{word}-{secrets.token_hex(3)}"
            add = ["useradd", "-m", "-G", "users", "-s", "/bin/bash", name]
            done = subprocess.run(add, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"useradd makes no user here: {done.stderr.strip()}")
            made.append(name)
            os.chmod(f"/home/{name}", 0o700)
        yield [OsUser(name, int(_id(name)), Path(f"/home/{name}")) for name in made]
    finally:
        for name in made:
            _end_all_of(int(_id(name)))
            subprocess.run(["userdel", "-r", name], capture_output=True, check=False)


@contextmanager
def isolated_server(**settings: str) -> Iterator[Server]:
    """At level 1, in a data directory that everybody may walk up to: what keeps users out is its own mode. Started by a
    root that has something to lose: groups, a keyring, a careless umask."""
    place = Path(tempfile.mkdtemp(prefix="holdfast-isolation-"))
    place.chmod(0o755)
    server = Server(place / "data", **{"HOLDFAST_ISOLATION": "1"} | settings)
    groups, umask = os.getgroups(), os.umask(0)
    os.setgroups([0, *ROOTS_GROUPS])
    ctypes.CDLL(None).syscall(KEYCTL[os.uname().machine], JOIN_SESSION_KEYRING, None)
    try:
        server.start()
        os.setgroups(groups)
        os.umask(umask)
        yield server
    finally:
        os.setgroups(groups)
        os.umask(umask)
        server.close()
        shutil.rmtree(place)


def _id(name: str) -> str:
    return subprocess.run(["id", "-u", name], capture_output=True, text=True, check=True).stdout


def _end_all_of(uid: int) -> None:
    for entry in os.listdir("/proc"):
        with suppress(OSError):
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid:
                os.kill(int(entry), signal.SIGKILL)
