"""The pages: login, first run, the list, one session, the account. The rule: what a page shows first is the
same JSON that the API answers."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request

from app.live.looks import looks_json
from app.models.session import Session
from app.models.setup_link import SetupLink, Used
from app.models.user import PASSWORD_LENGTHS, Refused, User
from app.permissions import WATCH, Actor
from app.web import audit, logins, sign_in, spoken
from app.web.gate import rooms
from app.web.paths import safe_next, safe_path
from app.web.problems import Problem, from_too_soon
from app.web.routes import BROWSER, NOTHING, SIGNED_IN, page
from app.web.spoken import tell
from app.words import LANGUAGES, said

WRONG = said("Name or password is wrong.")
FIELDS = {"username": said("User name"), "password": said("Password")}
LONGEST_NAME, LONGEST_PASSWORD = 32, PASSWORD_LENGTHS[1]
NO_ACCOUNT = said("There is no account yet. Open the link that the server printed when it started.")
GONE = said("This link was used already, or it has expired. Restart the server for a new one.")


@page("GET", "/", SIGNED_IN)
def home(actor: Actor) -> Any:
    """The list of your sessions."""
    found = rooms().statuses(Session.visible_to(actor))
    known = {"sessions": [status.as_json() for status in found], "looks": looks_json(actor.user_id)}
    return render_template("sessions.html", known=known)


@page("GET", "/sessions/<id>", WATCH)
def session(session: Session) -> Any:
    """One session."""
    return render_template("session.html", session=rooms().status(session).as_json())


@page("GET", "/sessions/<id>/text", WATCH)
def session_text(session: Session) -> Any:
    """One session as plain text, for screen readers."""
    return render_template("session-text.html", session=rooms().status(session).as_json())


@page("GET", "/account", BROWSER)
def account(actor: Actor) -> Any:
    """Where you are signed in, your tokens, passkeys, second factor and password; for administrators all accounts."""
    user = User.numbered(actor.user_id)
    return render_template("account.html", has_password=user is not None and user.has_password)


@page("GET", "/login", NOTHING, also=(302,))
def login_form(actor: Actor | None) -> Any:
    """The form to sign in."""
    if actor is not None:
        return redirect(safe_next(request.args.get("next", "")))
    return _login_page(request.args.get("next", ""), "" if User.exists() else NO_ACCOUNT)


@page("POST", "/login", NOTHING, also=(303, 401, 429), form=("username", "password", "next"))
def login() -> Any:
    """Signs in with `username`, `password` and `csrf_token`, and goes on to `next`."""
    after, name, password = _credentials()
    try:
        user = logins.user_by_password(name, password)
    except logins.TooSoon as error:
        return _too_soon(from_too_soon(error), after)
    if user is None:
        # A name that is none may be a password that was typed into the wrong field.
        known = User.named(name)
        audit.note(None, "login.failed", details={"user": known.name if known is not None else "(no such account)"})
        return _login_page(after, WRONG), 401
    return sign_in.after_password(user, after)


@page("POST", "/logout", NOTHING, also=(303,))
def logout(actor: Actor | None) -> Any:
    """Signs out, and closes what this login has open."""
    ended = logins.sign_out()
    if ended is not None:
        rooms().logins_revoked(login_ids=[ended])
        audit.note(actor, "logout")
    return redirect("/login", 303)


@page("GET", "/setup/<secret>", NOTHING, also=(410,))
def setup_form(secret: str) -> Any:
    """The form of the first run, behind the link that the server printed."""
    if not SetupLink.opens(secret):
        raise Problem(410, GONE)
    return _setup_page()


@page("POST", "/setup/<secret>", NOTHING, also=(303, 410, 422), form=("username", "password"))
def setup(secret: str) -> Any:
    """Creates the owner's account from `username`, `password` and `csrf_token`, once."""
    _, name, password = _credentials()
    try:
        owner = SetupLink.redeem(secret, name, password)
    except Refused as error:
        return _setup_page(said("%(field)s: %(what)s.", field=FIELDS[error.field], what=error.message)), 422
    except Used:
        raise Problem(410, GONE) from None
    audit.note(logins.sign_in(owner), "setup")
    return redirect("/", 303)


@page("POST", "/language", NOTHING, also=(303,), form=("language", "next"))
def language() -> Any:
    """This browser's `language`, for who has no account to keep it (or is not signed in), and on to `next`."""
    response = redirect(safe_path(request.form.get("next", "")), 303)
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        response.set_cookie(
            spoken.COOKIE, wanted, spoken.COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response


def _credentials() -> tuple[str, str, str]:
    """Where to go on, the name, the password. Longer ones than can be are cut: they are wrong anyway."""
    name = request.form.get("username", "").strip().lower()[: LONGEST_NAME + 1]
    return request.form.get("next", ""), name, request.form.get("password", "")[: LONGEST_PASSWORD + 1]


def _too_soon(problem: Problem, after: str) -> Any:
    return _login_page(after, problem.detail), problem.status, {"Retry-After": str(problem.retry_after)}


def _login_page(after: str, error: str) -> str:
    return render_template("login.html", next=safe_next(after), error=tell(error))


def _setup_page(error: str = "") -> str:
    return render_template("setup.html", error=tell(error))
