"""API tokens by command. The rule: `token add` prints the token and only it, and what is not asked for it is not
given: no `admin`, and an end."""

from __future__ import annotations

import argparse
import re
import time
from typing import Any

from app import audit_commands, scopes
from app.commands import Failed, add, existing, group, moment
from app.config import Config
from app.models import ways_in
from app.models.session import Session
from app.models.token import ApiToken
from app.models.user import User

LONGEST_LABEL = 100
UNITS = {"m": 60, "h": 3_600, "d": 86_400, "y": 365 * 86_400}
LONGEST_TOKEN_SECONDS = 10 * 366 * 86_400
# Of a token for which nothing else was asked.
USUAL_SCOPES, USUAL_LIFE, NEVER = "read,write", "90d", "never"


def enter(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tokens = group(commands, "token", "API tokens")
    token = add(tokens, "add", token_add, "print a new API token, and only it")
    token.add_argument("user", metavar="USER")
    token.add_argument("--name", metavar="LABEL", default="", help="what it is for")
    token.add_argument(
        "--scope", metavar="SCOPES", default=USUAL_SCOPES,
        help=f"what it may, of {','.join(scopes.SCOPES)}; {USUAL_SCOPES} by default",
    )  # fmt: skip
    token.add_argument("--session", metavar="ID", help="for this session only")
    token.add_argument(
        "--expires", metavar="TIME", default=USUAL_LIFE,
        help=f"after so long: 90m, 12h, 30d, 1y, or {NEVER}; {USUAL_LIFE} by default",
    )  # fmt: skip
    shown = add(tokens, "list", token_list, "a user's tokens: number, scopes, session, made, last used, end, label")
    shown.add_argument("user", metavar="USER")
    gone = add(tokens, "revoke", token_revoke, "revoke one of a user's tokens, or all")
    gone.add_argument("user", metavar="USER")
    one_of = gone.add_mutually_exclusive_group(required=True)
    one_of.add_argument("number", metavar="NUMBER", nargs="?", type=int, help="as `token list` shows it")
    one_of.add_argument("--all", action="store_true")


def token_add(config: Config, wanted: argparse.Namespace) -> None:
    if len(wanted.name) > LONGEST_LABEL:
        raise Failed(f"--name: at most {LONGEST_LABEL} characters")
    user = existing(config, wanted.user)
    powers = scopes_in(wanted.scope)
    expires_at = None if wanted.expires == NEVER else time.time() + duration(wanted.expires)
    session = session_of(user, wanted.session) if wanted.session else None
    token, secret = ApiToken.issue(user.id, wanted.name, powers, session, expires_at)
    facts: dict[str, Any] = {"scopes": sorted(powers), "only": session, "expires_at": expires_at}
    audit_commands.note("token.add", about=user.id, user=user.name, name=wanted.name, token=token.id, **facts)
    print(secret)


def token_list(config: Config, wanted: argparse.Namespace) -> None:
    for token in ApiToken.of(existing(config, wanted.user).id):
        times = [token.created_at, token.last_used_at, token.expires_at]
        words = [str(token.id), token.scopes.replace(" ", ","), token.session_id or "-"]
        print("\t".join([*words, *(moment(at) if at else "-" for at in times), token.label or "-"]))


def token_revoke(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.user)
    if wanted.all:
        count = len(ways_in.revoke(user.id, tokens=True).tokens)
    else:
        count = int(ApiToken.revoke(user.id, wanted.number))
        if not count:
            raise Failed(f"{user.name} has no token {wanted.number}")
    audit_commands.note("token.revoke", about=user.id, user=user.name, token=wanted.number)
    print(f"{count} tokens of {user.name} were revoked.")


def scopes_in(text: str) -> frozenset[str]:
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words or not scopes.known(words):
        raise Failed(f"--scope: expected some of {','.join(scopes.SCOPES)}, got {text!r}")
    return scopes.closed(words)


def session_of(user: User, session_id: str) -> str:
    session = Session.numbered(session_id)
    if session is None or session.owner_id != user.id:
        raise Failed(f"--session: {user.name} has no session {session_id!r}")
    return session.id


def duration(text: str) -> float:
    match = re.fullmatch(r"([1-9][0-9]{0,5})([mhdy])", text)
    seconds = int(match[1]) * UNITS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST_TOKEN_SECONDS:
        raise Failed(f"--expires: expected 90m, 12h, 30d, 1y (at most 10 years) or {NEVER}, got {text!r}")
    return float(seconds)
