"""Who is asking: the login behind a browser's cookie, or the token of a script. The rule: this is the only
file that touches Flask's session (the login cookie), and of a login the cookie holds nothing but the secret, which
the database knows, so a revoked login is out at its next request. (On the way to an OpenID provider and back it also
holds where to, and Authlib's proof that it is the same browser that comes back.)"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFProtect

from app.live.errors import Forbidden
from app.models.login import Login
from app.models.secrets import new_secret
from app.models.token import ApiToken
from app.models.user import User
from app.permissions import Actor
from app.web import audit
from app.web.proxy import Proxy
from app.web.throttle import Key, Throttle
from app.words import said

# Browsers keep a cookie for 400 days at most. How long a login counts is the database's business.
COOKIE_SECONDS = 400 * 86_400
LONGEST_COOKIE = 200
# So long after a proof of who is there new ways in may be made without another one.
FRESH_SECONDS = 600
PASSWORD, PASSKEY, PROXY, PROVIDER = "password", "passkey", "proxy", "provider"

csrf = CSRFProtect()
throttle = Throttle()


class TooSoon(Exception):
    """Too many failures; try again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def fresh(who: Actor | None) -> bool:
    """Whether this login proved lately who it is. For whom a proxy vouches, it does so with each request."""
    if who is None or who.login_id is None:
        return False
    return who.way == PROXY or time.time() - who.proved_at < FRESH_SECONDS


class Visitor(UserMixin):
    """What Flask-Login calls a user. Its id, which goes into the cookie, is the login's secret."""

    def __init__(self, actor: Actor, secret: str) -> None:
        self.actor = actor
        self.secret = secret
        self.name = actor.name
        self.admin = actor.admin

    def get_id(self) -> str:
        return self.secret


class LoginCookie(SecureCookieSessionInterface):
    """`Secure` when, and only when, the browser came by https: http on loopback must work too."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def register(app: Flask, port: int, proxy: Proxy = Proxy()) -> None:  # noqa: B008 (it is frozen)
    app.extensions["sign_in_proxy"] = proxy
    # Cookies ignore ports: two servers on one machine would sign each other out.
    app.config["SESSION_COOKIE_NAME"] = f"holdfast_login_{port}"
    app.config["DEVICE_COOKIE_NAME"] = f"holdfast_device_{port}"
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        # Not Strict: with it, a link to a session in a chat would open the login page.
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=COOKIE_SECONDS,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # the gate asks, because requests with a token need none
        WTF_CSRF_TIME_LIMIT=None,  # a tab may be open for days; the token dies with the login
        WTF_CSRF_SSL_STRICT=False,  # HostGate checks Origin
    )
    app.session_interface = LoginCookie()
    csrf.init_app(app)
    manager = LoginManager()
    # It would sign out whoever's phone changes from Wi-Fi to mobile.
    manager.session_protection = None
    manager.user_loader(_visitor)
    manager.init_app(app)
    app.after_request(_remember_device)


def _visitor(secret: str) -> Visitor | None:
    actor = _vouched(current_app, request.environ, Login.actor_for(secret))
    return Visitor(actor, secret) if actor is not None else None


def _vouched(app: Flask, environ: dict[str, Any], actor: Actor | None) -> Actor | None:
    """A login that a proxy brought counts while the proxy goes on saying so: whom it signs out is out."""
    if actor is not None and actor.way == PROXY and app.extensions["sign_in_proxy"].named(environ) != actor.name:
        return None
    return actor


def by_proxy() -> Actor | None:
    """A new login for whom the proxy in front names, where one is believed. A page that is opened begins it, so that
    what has no cookie jar does not make one with each request."""
    name = current_app.extensions["sign_in_proxy"].named(request.environ)
    if name is None or request.method != "GET" or by_token():
        return None
    user = User.named(name)
    # The first account is the owner's, by the link of the first start.
    if user is None and current_app.extensions["sign_in_proxy"].creates and User.exists():
        user = User.admit(name)
    return sign_in(user, PROXY) if user is not None and user.disabled_at is None else None


def actor() -> Actor | None:
    """Who sent this request. A request with an Authorization header is judged by that alone."""
    if "actor" not in g:
        if "Authorization" in request.headers:
            g.actor = _bearer(request.headers["Authorization"])
        else:
            g.actor = current_user.actor if current_user.is_authenticated else None
    return g.actor


def by_token() -> bool:
    """Whether the request proves itself by something that a foreign page cannot make a browser send."""
    return "Authorization" in request.headers


def _bearer(header: str) -> Actor | None:
    scheme, _, secret = header.partition(" ")
    return ApiToken.actor_for(secret.strip()) if scheme.lower() == "bearer" else None


def who(app: Flask, environ: dict[str, Any]) -> Actor | None:
    """Who opens a websocket: from the handshake's cookie or Authorization header, without a request."""
    if header := environ.get("HTTP_AUTHORIZATION"):
        return _bearer(header)
    cookie = app.session_interface.open_session(app, app.request_class(environ))
    secret = cookie.get("_user_id") if cookie is not None else None
    return _vouched(app, environ, Login.actor_for(secret)) if isinstance(secret, str) else None


def who_by_token(secret: object) -> Actor | None:
    """Who opens a websocket with `auth: {"token": secret}`."""
    return ApiToken.actor_for(secret) if isinstance(secret, str) else None


def user_by_password(name: str, password: str) -> User | None:
    """The user if the password fits; TooSoon when there were too many failures."""
    keys = _keys(name)
    wait = throttle.enter(keys)
    if wait > 0:
        raise TooSoon(wait)
    user = User.by_password(name, password)
    if user is not None:
        throttle.passed(keys)
    return user


def code_checked(user: User, check: Callable[[], bool]) -> bool:
    """Whether a second factor's code fits; TooSoon when too many did not. Whoever gets here knows the password, and
    may not be the owner; so a browser that signed in before is counted apart here, too."""
    device = _device()
    known = Login.knows_device(user.name, device)
    keys = [Key("code", f"{user.name} {device}" if known else user.name)]
    wait = throttle.enter(keys)
    if wait > 0:
        raise TooSoon(wait)
    fits = check()
    if fits:
        throttle.passed(keys)
    return fits


def _keys(name: str) -> list[Key]:
    address, device = request.remote_addr or "", _device()
    if Login.knows_device(name, device):
        return [Key("known", f"{name} {device}")]
    if Login.knows_address(name, address):
        return [Key("known", f"{name} {address}")]
    place = network(address)
    return [Key("stranger", f"{name} {place}"), Key("account", name), Key("address", place)]


def network(address: str) -> str:
    """What one stranger has: an IPv4 address, or all 2^64 addresses of an IPv6 network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))


def _device() -> str:
    return request.cookies.get(current_app.config["DEVICE_COOKIE_NAME"], "")[:LONGEST_COOKIE]


def _remember_device(response: Response) -> Response:
    if "device" in g:
        name = current_app.config["DEVICE_COOKIE_NAME"]
        response.set_cookie(name, g.device, COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def sign_in(user: User, way: str = PASSWORD) -> Actor:
    """A new login, with nothing kept of the cookie that was there before (login fixation). Who it is from now on."""
    if user.disabled_at is not None:
        raise Forbidden(said("This account is disabled. Ask an administrator."))
    _end_present()
    session.clear()
    g.device = _device() or new_secret()
    address, agent = request.remote_addr or "", request.user_agent.string
    login, secret = Login.begin(user.id, address, agent, g.device, way)
    session.permanent = True
    g.actor = Actor(user.id, user.name, user.admin, login_id=login.id, proved_at=login.proved_at, way=way)
    login_user(Visitor(g.actor, secret))
    audit.note(g.actor, "login", details={"way": way})
    return g.actor


def remember_next(target: str) -> None:
    """Where to go on when somebody comes back from the OpenID provider."""
    session["next"] = target


def remembered_next() -> str:
    return str(session.pop("next", "/"))


def sign_out() -> int | None:
    """Ends the present login and answers its id."""
    ended = _end_present()
    session.clear()
    return ended


def _end_present() -> int | None:
    present = current_user.actor if current_user.is_authenticated else None
    if present is None or present.login_id is None:
        return None
    Login.revoke(present.user_id, present.login_id)
    return present.login_id
