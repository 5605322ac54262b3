"""What comes between a password and a login: the second factor's code; and the form behind a reset link. The rule: who
said the right password is remembered in a signed field of the form for five minutes, and in nothing else."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.models.reset_link import ResetLink, Used
from app.models.second_factor import SecondFactor
from app.models.secrets import digest
from app.models.user import PASSWORD_LENGTHS, Refused, User
from app.web import audit, logins
from app.web.gate import rooms
from app.web.paths import safe_next
from app.web.problems import Problem, from_too_soon
from app.web.routes import NOTHING, page
from app.web.spoken import tell
from app.words import said

STEP_SECONDS = 300
LONGEST_CODE = 64
WRONG_CODE = said("This code is wrong, or it was used already.")
TOO_LATE = said("That took too long. Log in again.")
GONE = said("This link was used already, or it has expired. Ask for a new one.")


def after_password(user: User, after: str, way: str = logins.PASSWORD) -> Any:
    """The answer to the right password, or to a provider's word: a login, or the question for the second factor."""
    if SecondFactor.of(user.id) is not None:
        return _code_page(user, after, way)
    logins.sign_in(user, way)
    return redirect(safe_next(after), 303)


@page("POST", "/login/code", NOTHING, also=(303, 401, 429), form=("code", "step", "next"))
def code() -> Any:
    """The second step: `code` (six digits, or a recovery code), the `step` of the form, `next` and `csrf_token`."""
    after = request.form.get("next", "")
    user, way = _who_was_there(request.form.get("step", ""))
    if user is None:
        return render_template("login.html", next=safe_next(after), error=tell(TOO_LATE)), 401
    said_code = request.form.get("code", "")[:LONGEST_CODE]
    try:
        fits = logins.code_checked(user, lambda: SecondFactor.accepts(user.id, said_code))
    except logins.TooSoon as error:
        problem = from_too_soon(error)
        return _code_page(user, after, way, problem.detail), problem.status, {"Retry-After": str(problem.retry_after)}
    if not fits:
        audit.note(None, "login.failed", details={"user": user.name, "way": "code"})
        return _code_page(user, after, way, WRONG_CODE), 401
    logins.sign_in(user, way)
    return redirect(safe_next(after), 303)


@page("GET", "/reset/<secret>", NOTHING, also=(410,))
def reset_form(secret: str) -> Any:
    """The form behind a reset link."""
    return _reset_page(_whose(secret))


@page("POST", "/reset/<secret>", NOTHING, also=(303, 410, 422), form=("password",))
def reset(secret: str) -> Any:
    """Sets a new `password` (with `csrf_token`), once, and signs the user out everywhere. API tokens stay."""
    user = _whose(secret)
    try:
        _, ended = ResetLink.redeem(secret, request.form.get("password", "")[: PASSWORD_LENGTHS[1] + 1])
    except Refused as error:
        words = said("%(field)s: %(what)s.", field=said("Password"), what=error.message)
        return _reset_page(user, words), 422
    except Used:
        raise Problem(410, GONE) from None
    rooms().logins_revoked(login_ids=ended)
    audit.note(None, "password.reset", owner_id=user.id, details={"user": user.name})
    return redirect("/login", 303)


def _whose(secret: str) -> User:
    user = ResetLink.whose(secret)
    if user is None:
        raise Problem(410, GONE)
    return user


def _steps() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="second step")


def _mark(user: User) -> str:
    """Another password in between makes the first step void."""
    return digest(user.password_hash)[:16]


def _who_was_there(step: str) -> tuple[User | None, str]:
    try:
        number, mark, way = _steps().loads(step[:500], max_age=STEP_SECONDS)
    except (BadData, ValueError, TypeError):
        return None, ""
    user = User.numbered(number)
    return (user, way) if user is not None and _mark(user) == mark else (None, "")


def _code_page(user: User, after: str, way: str, error: str = "") -> str:
    step = _steps().dumps([user.id, _mark(user), way])
    return render_template("login-code.html", next=safe_next(after), step=step, error=tell(error))


def _reset_page(user: User, error: str = "") -> str:
    return render_template("reset.html", name=user.name, error=tell(error))
