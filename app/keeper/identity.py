"""Becoming another user, for good: in the keeper's child before it runs a program, and in the web server's child
that stores a file.

The one rule: who comes back from become() is that user in every respect the kernel knows of, and nobody else ever
again. Whatever went wrong is an exception, and then the process has to end.
"""

import grp
import os
import pwd
import resource
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

USER_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
TERMINAL_GROUP = "tty"  # whose programs write(1) and wall(1) may speak to a terminal
OOM_SCORE = 200  # of 1000; a fifth of the memory counts as used beforehand: programs go before keeper and vault
_JOIN_SESSION_KEYRING = 1
_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "armv7l": 311, "i686": 288, "ppc64le": 271, "s390x": 280}
_POWERS = ("CapPrm", "CapEff", "CapAmb")  # lines of /proc/self/status


class Barred(Exception):
    """This user cannot be had; the reason, in words for a person."""


class Identity(NamedTuple):
    """A user as the system's databases tell. `groups`: all of them, the first one included."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    shell: str

    def environment(self) -> dict[str, str]:
        """What a fresh login would have, whoever started the server."""
        return {
            "HOME": self.home, "USER": self.name, "LOGNAME": self.name, "SHELL": self.shell, "PATH": USER_PATH,
        }  # fmt: skip


def look_up(name: str) -> Identity:
    """Asks the system, which may ask a directory in the network: not to be called where others wait."""
    try:
        found = pwd.getpwnam(name)
    except (KeyError, ValueError):
        raise Barred(f"there is no operating-system user {name}") from None
    if found.pw_uid == 0:
        raise Barred(f"the operating-system user {name} is root")
    groups = tuple(os.getgrouplist(found.pw_name, found.pw_gid))
    return Identity(found.pw_name, found.pw_uid, found.pw_gid, groups, found.pw_dir or "/", found.pw_shell or "/bin/sh")


def own_terminal(terminal: int, identity: Identity) -> None:
    """As login does: the user's to read and write, write(1)'s to write."""
    group, mode = identity.gid, 0o600
    with suppress(KeyError):
        group, mode = grp.getgrnam(TERMINAL_GROUP).gr_gid, 0o620
    os.fchown(terminal, identity.uid, group)
    os.fchmod(terminal, mode)


def offer_to_oom() -> None:
    """When memory runs out the kernel takes this process before those that hold everybody's terminals. Said by root
    this is also the least that the program can ask for."""
    place = "/proc/self/oom_score_adj"
    with suppress(OSError, ValueError):
        with open(place) as file:
            present = int(file.read())
        if present < OOM_SCORE:
            with open(place, "w") as file:
                file.write(str(OOM_SCORE))


def become(identity: Identity) -> None:
    """Raises OSError or Barred; what is left then is neither the one nor the other and may do nothing any more.

    The kernel lets nobody look into this process from here to its exec: its memory is still the keeper's.
    """
    own_keyring = _keyring()
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:  # root may have started the server with more than a user gets
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    os.setgroups(identity.groups)
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    own_keyring()
    _verify(identity)


def _verify(identity: Identity) -> None:
    if os.getresuid() != (identity.uid,) * 3 or os.getresgid() != (identity.gid,) * 3:
        raise Barred("the system did not change the user")
    if set(os.getgroups()) - {identity.gid} != set(identity.groups) - {identity.gid}:
        raise Barred("the system did not change the groups")
    with open("/proc/self/status") as status:
        powers = dict(line.split(":", 1) for line in status)
    if any(int(powers.get(name, "0"), 16) for name in _POWERS):
        raise Barred("the system left root's powers to the user")
    for attempt in (lambda: os.setuid(0), lambda: os.seteuid(0), lambda: os.setgroups([0])):
        try:
            attempt()
        except PermissionError:
            continue
        raise Barred("the system would let the user become root again")


def _keyring() -> Callable[[], object]:
    """What gives the process a keyring of its own: that of whoever started the server holds root's keys.

    Loaded by root, called by the user, who has to own it. Kernels without keyrings have nothing to hide."""
    number = _KEYCTL.get(os.uname().machine)
    if number is None:
        return lambda: None
    import ctypes  # half a megabyte that the keeper itself does without

    call = ctypes.CDLL(None).syscall
    return lambda: call(number, _JOIN_SESSION_KEYRING, None)
