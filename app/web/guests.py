"""Who comes by a share link. The rules: the link's secret is exchanged at the door for a cookie of the guest's own, and
leaves the address bar; that cookie counts on the shared page and its socket, and for no other route."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, current_app, redirect, render_template, request

from app.models.link import IDLE_SECONDS, Guest, Link
from app.models.session import Session
from app.permissions import Actor
from app.web import audit, logins
from app.web.gate import rooms
from app.web.problems import Problem, from_too_soon, not_found
from app.web.routes import NOTHING, NUMBER, page
from app.web.spoken import tell
from app.web.throttle import Key, Throttle
from app.words import said

GONE = said("This link opens nothing (any more). Ask for a new one.")
WRONG = said("This is not the password.")
LONGEST_COOKIE, LONGEST_PASSWORD = 200, 1024

throttle = Throttle()


def register(app: Flask, port: int) -> None:
    # Cookies ignore ports, as for logins.
    app.config["GUEST_COOKIE_NAME"] = f"holdfast_guest_{port}"


@page("GET", "/s/<secret>", NOTHING, also=(303, 410))
def enter(secret: str) -> Any:
    """A share link: lets its guest in, or asks for the password first."""
    link = opened(secret)
    if actor_by_cookie(link.id) is not None:
        return redirect(f"/shared/{link.id}", 303)
    return ask() if link.password_hash is not None else admitted(link)


@page("POST", "/s/<secret>", NOTHING, also=(303, 401, 410, 429), form=("password",))
def enter_with_password(secret: str) -> Any:
    """A share link with `password` and `csrf_token`."""
    link = opened(secret)
    keys = keys_of(link)
    wait = throttle.enter(keys)
    if wait > 0:
        problem = from_too_soon(logins.TooSoon(wait))
        return ask(problem.detail), problem.status, {"Retry-After": str(problem.retry_after)}
    if not link.fits(request.form.get("password", "")[: LONGEST_PASSWORD + 1]):
        note("link.refused", link)
        return ask(WRONG), 401
    throttle.passed(keys)
    return admitted(link)


@page("GET", f"/shared/{NUMBER}", NOTHING)
def shared(number: int) -> Any:
    """One session, for who came by the link of this number."""
    actor = actor_by_cookie(number)
    session = Session.seen_by(actor, actor.guest.session) if actor and actor.guest else None
    if session is None:
        raise not_found()
    facts = rooms().status(session).seen_as(session.role, guest=True)
    return render_template("shared.html", session=facts, link=number, guest=True)


def opened(secret: str) -> Link:
    link = Link.opened_by(secret)
    if link is None:
        raise Problem(410, GONE)
    return link


def ask(error: str = "") -> str:
    return render_template("enter.html", error=tell(error), guest=True)


def admitted(link: Link) -> Response:
    guest, secret = link.admit()
    note("link.enter", link, guest=guest)
    response = current_app.make_response(redirect(f"/shared/{link.id}", 303))
    left = IDLE_SECONDS if link.expires_at is None else link.expires_at - time.time()
    response.set_cookie(
        cookie_name(link.id), secret, max(1, int(min(left, IDLE_SECONDS))),
        httponly=True, samesite="Lax", secure=request.is_secure,
    )  # fmt: skip
    return response


def note(action: str, link: Link, **details: Any) -> None:
    """By nobody yet: what a guest does afterwards has its link."""
    session = Session.numbered(link.session_id)
    owner = session.owner_id if session is not None else None
    audit.note(None, action, session=link.session_id, owner_id=owner, details={"link": link.id, **details})


def cookie_name(link_id: int) -> str:
    """One a link: who was let in by several is a guest of each of them, and of no other."""
    return f"{current_app.config['GUEST_COOKIE_NAME']}_{link_id}"


def actor_by_cookie(link_id: int) -> Actor | None:
    secret = request.cookies.get(cookie_name(link_id), "")[:LONGEST_COOKIE]
    return Guest.actor_for(secret, link_id) if secret else None


def who(app: Flask, environ: dict[str, Any], link_id: object) -> Actor | None:
    """Who opens a websocket with `auth: {"link": number}`."""
    if not isinstance(link_id, int) or not 0 < link_id < 2**63:
        return None
    secret = app.request_class(environ).cookies.get(f"{app.config['GUEST_COOKIE_NAME']}_{link_id}", "")
    return Guest.actor_for(secret[:LONGEST_COOKIE], link_id) if secret else None


def keys_of(link: Link) -> list[Key]:
    """Guessing is slowed as for an account of its own: each stranger, the link, and each address."""
    place = logins.network(request.remote_addr or "")
    return [Key("stranger", f"link {link.id} {place}"), Key("account", f"link {link.id}"), Key("address", place)]
