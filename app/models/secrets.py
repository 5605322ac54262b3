"""Secrets and their hashes. The rule: a secret is shown once and never stored; passwords get argon2id (slow,
off the hub), random 256-bit secrets get sha-256 (nothing to guess, so nothing to slow down)."""

from __future__ import annotations

import functools
import hashlib
import secrets
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app import green

P = ParamSpec("P")
T = TypeVar("T")

# One hash takes 64 MiB and some 100 ms of all cores: two at once at most, the others wait their turn.
HASHES_AT_ONCE = 2
PATIENCE_SECONDS = 10.0

_hasher = PasswordHasher()
_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)
# What an unknown user's password is compared with, so that the answer takes as long as for a known one.
_nobody: list[str] = []


class Busy(Exception):
    """Too many passwords are being checked at this moment."""


def new_secret(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    return _in_turn(_hasher.hash, password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; `stored` is None for an unknown user, which costs the same."""
    if stored is None:
        if not _nobody:
            _nobody.append(hash_password(new_secret()))
        return _in_turn(_verify, _nobody[0], password) and False
    return _in_turn(_verify, stored, password)


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _in_turn(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        return green.offload(functools.partial(function, *args, **kwargs))
    finally:
        _turns.release()
