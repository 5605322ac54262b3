"""Who may do what with a session: one ordered table. The rule: what is not in the table is refused."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol

WATCH, TALK, TYPE, RESIZE, END, EDIT, SHARE = "watch", "talk", "type", "resize", "end", "edit", "share"
ADMIT = "admit"  # who waits to be let in
NEEDS = (WATCH, TALK, TYPE, RESIZE, END, ADMIT, EDIT, SHARE)

OWNER, OPERATOR, WRITER, VIEWER = "owner", "operator", "writer", "viewer"
# From most to least; each row grants what the rows below it grant. Whoever has none of them is a stranger.
ROLES: tuple[tuple[str, frozenset[str]], ...] = (
    (OWNER, frozenset(NEEDS)),
    (OPERATOR, frozenset({WATCH, TALK, TYPE, RESIZE, END, ADMIT})),
    (WRITER, frozenset({WATCH, TALK, TYPE, RESIZE})),
    (VIEWER, frozenset({WATCH, TALK})),
)
_GRANTS = dict(ROLES)
_RANK = {role: rank for rank, (role, _) in enumerate(ROLES)}
# What a grant may give. KEPT_OUT beats whatever a team gives.
KEPT_OUT = "none"
GIVEN = (OPERATOR, WRITER, VIEWER)
# What a link may give.
LINKED = (WRITER, VIEWER)


@dataclass(frozen=True)
class Guest:
    """Who came by a share link: no account, one session. `fresh_from`: an offset of its output, below which nothing
    is shown to this guest; None: all may be. `until`: seconds since 1970, None: no end. `made_at`:
    when the link was made."""

    id: int
    link: int
    session: str
    fresh_from: int | None = None
    until: float | None = None
    made_at: float = 0.0


@dataclass(frozen=True)
class Actor:
    """Who is asking: a user, and by which login or API token (never both); or a guest, whose `user_id` is minus its
    own number: no account has that, and no two guests."""

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
    guest: Guest | None = None

    @property
    def administers(self) -> bool:
        """By what it came with: not by a token without that scope."""
        return self.admin and (self.scopes is None or "admin" in self.scopes)

    @property
    def link_id(self) -> int | None:
        return self.guest.link if self.guest else None


class Owned(Protocol):
    """`locked`: only the owner types; `paused`: only the owner is in it; `glass`: admins who broke it, by user id."""

    @property
    def id(self) -> str: ...
    @property
    def owner_id(self) -> int: ...
    @property
    def locked(self) -> bool: ...
    @property
    def paused(self) -> bool: ...
    @property
    def glass(self) -> dict[str, Any]: ...


def role_of(actor: Actor | None, session: Owned, given: str | None = None) -> str | None:
    """The actor's role in a session, None for a stranger. `given`: what grants or a link say. An admin is a stranger
    too: administering the server is no reason to read along. To have one is to have said it, with a reason that the
    owner sees (`glass`); what that gives is bound by lock and pause like any grant."""
    if actor is None or (actor.guest is not None and actor.guest.session != session.id):
        return None
    if actor.guest is None and actor.user_id == session.owner_id:
        return OWNER
    if _administers(actor) and (broken := glass_of(session, actor.user_id)) is not None:
        given = most([role for role in (given, broken) if role is not None])
    if given not in (LINKED if actor.guest else GIVEN) or session.paused:
        return None
    return VIEWER if session.locked else given


def _administers(actor: Actor) -> bool:
    """By what it came with: a token without the scope for administering gets nothing by a broken glass."""
    return actor.guest is None and (actor.scopes is None or "admin" in actor.scopes)


def glass_of(session: Owned, user_id: int) -> str | None:
    """What an administrator who broke the glass may there now."""
    broken = session.glass.get(str(user_id))
    return broken["role"] if broken is not None and broken["until"] > time.time() else None


def allows(role: str | None, need: str) -> bool:
    return role is not None and need in _GRANTS.get(role, frozenset())


def most(roles: list[str]) -> str | None:
    """The one that grants the others."""
    known = [role for role in roles if role in _RANK]
    return min(known, key=_RANK.__getitem__) if known else None
