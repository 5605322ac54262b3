"""Who may do what with a session: one ordered table. The rule: what is not in the table is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

WATCH, TYPE, RESIZE, END, EDIT = "watch", "type", "resize", "end", "edit"
NEEDS = (WATCH, TYPE, RESIZE, END, EDIT)

# From most to least; each row grants what the rows below it grant. Today a session has an owner and no
# others; the other rows are what a share will be able to give.
ROLES: tuple[tuple[str, frozenset[str]], ...] = (
    ("owner", frozenset(NEEDS)),
    ("operator", frozenset({WATCH, TYPE, RESIZE, END})),
    ("writer", frozenset({WATCH, TYPE, RESIZE})),
    ("viewer", frozenset({WATCH})),
)
_GRANTS = dict(ROLES)


@dataclass(frozen=True)
class Actor:
    """Who is asking: a user, and by which login or API token (never both)."""

    user_id: int
    name: str
    admin: bool
    login_id: int | None = None
    token_id: int | None = None
    scopes: frozenset[str] | None = None  # of an API token (app/scopes.py); None: whatever the user may
    only_session: str | None = None  # the one session that a token is for
    until: float | None = None  # when a token expires
    proved_at: float = 0.0  # when a login last said password or passkey
    way: str = ""  # by which a login came in


class Owned(Protocol):
    @property
    def owner_id(self) -> int: ...


def role_of(actor: Actor | None, session: Owned) -> str | None:
    """The actor's role in a session, None for a stranger. An admin is a stranger too: administering the
    server is no reason to read along."""
    if actor is not None and actor.user_id == session.owner_id:
        return "owner"
    return None


def allows(role: str | None, need: str) -> bool:
    return role is not None and need in _GRANTS.get(role, frozenset())
