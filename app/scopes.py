"""What an API token may do of what its user may: one table from need to scope. The rule: a need that is not in the
table is refused to every token, and both gates (HTTP and events) ask here and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Protocol

READ, WRITE, ADMIN = "read", "write", "admin"
SCOPES = (READ, WRITE, ADMIN)
FULL = frozenset(SCOPES)

# From a route's or event's need to the scope. "signed in" and None (an event that needs no role) are about everything
# that the user has, so what they do depends on the method.
_OF_NEED = {
    "watch": READ,
    "talk": WRITE,
    "type": WRITE,
    "resize": WRITE,
    "end": WRITE,
    "admit": WRITE,
    "edit": WRITE,
    "share": WRITE,
    "signed in": READ,
    None: READ,
    "metrics": ADMIN,
    "administrator": ADMIN,
}
# What no token may, whatever its scopes, and what asks nobody who he is.
NEVER, ALWAYS = frozenset({"browser login", "administrator's login"}), frozenset({"nothing"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Limited(Protocol):
    """An actor: `scopes` is None for everybody who did not come by an API token."""

    @property
    def scopes(self) -> frozenset[str] | None: ...
    @property
    def only_session(self) -> str | None: ...
    @property
    def until(self) -> float | None: ...


def scope_of(need: str | None, method: str = "GET") -> str | None:
    """The scope that covers the need; None: no scope does. Reading with an unsafe method is writing."""
    scope = _OF_NEED.get(need)
    return WRITE if scope == READ and method not in _SAFE else scope


def allows(who: Limited, need: str | None, method: str = "GET") -> bool:
    """Whether the scopes of whoever asks cover the need."""
    return who.scopes is None or need in ALWAYS or scope_of(need, method) in who.scopes


def reaches(who: Limited, session_id: str | None) -> bool:
    """Whether a token may look at that session at all; None: at what belongs to no one session."""
    return who.only_session is None or who.only_session == session_id


def over(who: Limited) -> bool:
    """Whether a token that was good when its socket was opened has expired meanwhile."""
    return who.until is not None and who.until <= time.time()


def closed(scopes: Iterable[str]) -> frozenset[str]:
    """Whoever may write may read: to write blindly is of no use."""
    asked = frozenset(scopes)
    return asked | {READ} if WRITE in asked else asked


def known(words: Iterable[str]) -> bool:
    return set(words) <= FULL


def written(scopes: Iterable[str]) -> str:
    """As the database keeps them."""
    return " ".join(one for one in SCOPES if one in scopes)
