"""The one way in for HTTP. The rule, in this order: who are you, is it really you who sent this, does it
exist for you, may you do this, does what you sent make sense; only then is the handler called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, current_app, redirect, request
from flask_wtf.csrf import CSRFError
from pydantic import BaseModel

from app import scopes
from app.live.errors import NotKept
from app.live.shares import counts
from app.models.session import Session
from app.permissions import NEEDS, Actor, allows
from app.web import audit, logins
from app.web.hosts import PEER, SAFE_METHODS, loopback
from app.web.problems import Problem, not_found
from app.web.routes import ADMIN, ADMIN_BROWSER, BROWSER, LOOK, NOTHING, OCTETS, ROUTES, Route
from app.words import said

# Routes that answer what a session wrote before: there is nothing of one that is not recorded.
PAST = frozenset({
    "sessions_output", "history_outline", "history_rows", "history_search", "files_download", "commands_command_list",
    "commands_command_output", "timeline_timeline",
})  # fmt: skip
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def blueprint() -> Blueprint:
    web = Blueprint("web", __name__)
    for row in ROUTES:
        web.add_url_rule(row.path, row.name, gated(row), methods=[row.method])
    return web


def gated(row: Route) -> Callable[..., Any]:
    def view(**path: Any) -> Any:
        request.max_content_length = sys.maxsize if row.raw else row.body_bytes
        who = logins.actor() or (logins.by_proxy() if row.page else None)
        if who is None and row.page and row.need != NOTHING and "Authorization" not in request.headers:
            return redirect(f"/login?next={quote(_here())}")
        check_actor(row, who)
        check_scope(row, who, path.get("id"))
        check_kind(row)
        check_csrf(who)
        if row.fresh:
            require_fresh(who)
        given: dict[str, Any] = {"actor": who}
        if row.need in NEEDS:
            session_id = path.pop("id")
            given["session"] = session_for(who, session_id, row.need)
            if row.name in PAST and not given["session"].recorded:
                raise NotKept
        given |= checked_input(row)
        if row.body is not None and who is not None:
            # A body takes as long as its sender likes: the right may be gone by now.
            check_counts(who)
        if row.need in NEEDS and row.body is not None:
            given["session"] = session_for(who, session_id, row.need)
        answer = row.handler(**{name: given[name] for name in row.takes & given.keys()}, **path)
        audit.after(row, who, given, path, answer)
        return answer

    view.need = row.need  # type: ignore[attr-defined]
    return view


def check_actor(row: Route, who: Actor | None) -> None:
    if row.need == LOOK and _from_this_machine() or row.need == NOTHING:
        return
    if who is None:
        raise Problem(401, said("Sign in, or send an API token: Authorization: Bearer TOKEN."))
    if row.need in (BROWSER, ADMIN_BROWSER) and who.login_id is None:
        raise Problem(403, said("This needs a browser's login; API tokens may not do it."))
    if row.need == ADMIN_BROWSER and not who.admin:
        raise Problem(403, said("Only an administrator may do this."))
    if row.need == LOOK and not who.admin:
        raise Problem(403, said("This needs an administrator's token, or a request from this machine."))
    if row.need == ADMIN and not who.admin:
        raise Problem(403, said("This needs an administrator."))


def check_counts(who: Actor | None) -> None:
    if who is None or not counts(who):
        raise Problem(401, said("Sign in, or send an API token: Authorization: Bearer TOKEN."))


def check_scope(row: Route, who: Actor | None, session_id: str | None) -> None:
    """An API token may do what its scopes say, and one that is for a single session sees nothing else."""
    if who is None or row.need == NOTHING:
        return
    if not scopes.reaches(who, session_id):
        raise not_found() if session_id else Problem(403, said("This token is for one session only."))
    if not (scopes.allows(who, row.need, request.method) or row.need == LOOK and _from_this_machine()):
        wanted = scopes.scope_of(row.need, request.method) or row.need
        raise Problem(403, said("This token's scopes do not allow this; it needs: %(scope)s.", scope=wanted))


def check_kind(row: Route) -> None:
    """Forms are read by whoever looks for a token in them, and their files go to the disk: not where anything goes."""
    if row.raw and request.mimetype in FORMS:
        raise Problem(415, said("Send the file's bytes, with Content-Type: %(kind)s.", kind=OCTETS))


def check_csrf(who: Actor | None) -> None:
    """A cookie comes along whoever made the browser send the request; so what it authenticates must also
    carry what only our own pages know. (A form that signs in or up is such a request too.)"""
    if request.method in SAFE_METHODS or logins.by_token():
        return
    try:
        logins.csrf.protect()
    except CSRFError:
        raise Problem(403, said("This page is out of date. Reload it and try again.")) from None


def require_fresh(who: Actor | None) -> None:
    """A browser left open must not be enough for what outlives it: new ways in, and other people's accounts."""
    if not logins.fresh(who):
        problem = Problem(403, said("Show once more that it is you, then this goes on."))
        problem.reason = "prove"
        raise problem


def session_for(who: Actor | None, session_id: str, need: str) -> Session:
    session = Session.seen_by(who, session_id) if who is not None else None
    if session is None:
        raise not_found()
    require(session, need)
    return session


def require(session: Session, need: str) -> None:
    if not allows(session.role, need):
        raise Problem(403, said("Your role in this session does not allow: %(need)s.", need=need))


def checked_input(row: Route) -> dict[str, BaseModel]:
    given = {}
    if row.query is not None:
        given["query"] = row.query.model_validate(request.args.to_dict())
    if row.body is not None:
        given["body"] = row.body.model_validate_json(_json_bytes())
    return given


def _json_bytes() -> bytes:
    raw = request.get_data(cache=False)
    if raw and not request.is_json:
        raise Problem(415, said("Send JSON, with Content-Type: application/json."))
    return raw or b"{}"


def _here() -> str:
    return request.full_path.removesuffix("?") if request.method == "GET" else "/"


def _from_this_machine() -> bool:
    """Directly: what comes through a reverse proxy on this machine is from somewhere else."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"))
    return not forwarded and loopback(request.environ.get(PEER, ""))


def rooms() -> Any:
    return current_app.extensions["rooms"]
