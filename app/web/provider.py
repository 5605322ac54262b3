"""Sign-in at an OpenID provider (authorization code, PKCE, nonce; Authlib does the protocol). The rules: what the
provider says counts only after its signature, issuer, audience and nonce were checked; whatever goes wrong on the way
is one sentence to the visitor and a line in the log, without codes or tokens."""

from __future__ import annotations

import importlib
import logging
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template, request

from app import green
from app.config import Config, ConfigError
from app.models.outside import Outside
from app.web import logins
from app.web.paths import safe_next
from app.web.problems import not_found
from app.web.routes import NOTHING, page
from app.web.sign_in import after_password
from app.web.spoken import tell
from app.words import said

log = logging.getLogger("holdfast.web")

PATIENCE_SECONDS = 10
DISCOVERY = "/.well-known/openid-configuration"
FAILED = said("Signing in at %(provider)s did not work. Try again, or ask an administrator.")
UNKNOWN = said("%(provider)s knows you, but there is no account for you here.")


class Untrue(Exception):
    """The provider's answer is not what was asked for."""


@page("GET", "/login/provider", NOTHING, also=(302, 404))
def begin() -> Any:
    """Leads to the OpenID provider; `next`: where to go on afterwards."""
    client = _client()
    logins.remember_next(safe_next(request.args.get("next", "")))
    try:
        _checked_issuer(client)
        return client.authorize_redirect(_way_back())
    except Exception as error:  # of the network, of the provider, of its JSON
        return _failed(error)


@page("GET", "/login/provider/back", NOTHING, also=(303, 403, 404))
def back() -> Any:
    """Where the provider sends people back to; signs in whom it names."""
    client, config = _client(), _config()
    try:
        claims = client.authorize_access_token().get("userinfo")
        if not claims or not claims.get("sub"):
            raise Untrue("no identity in the answer")
        _checked_issuer(client)
    except Exception as error:
        return _failed(error)
    name = str(claims.get(config.oidc_claim, "")).strip().lower()
    user = Outside.user_of(config.oidc_issuer, str(claims["sub"]), name, config.oidc_creates_users)
    if user is None:
        return _login_page(said(UNKNOWN.msgid, provider=label(config))), 403
    return after_password(user, logins.remembered_next(), logins.PROVIDER)


def register(app: Flask, config: Config) -> None:
    app.extensions["sign_in_config"] = config
    secret_of(config)
    app.context_processor(lambda: {"provider": label(config) if config.oidc_issuer else ""})


def label(config: Config) -> str:
    return urlsplit(config.oidc_issuer).hostname or config.oidc_issuer


def _config() -> Config:
    config: Config = current_app.extensions["sign_in_config"]
    return config


def _client() -> Any:
    config = _config()
    if not config.oidc_issuer:
        raise not_found()
    return _made(current_app._get_current_object(), config)  # type: ignore[attr-defined]


@cache
def _made(app: Flask, config: Config) -> Any:
    """Not before somebody wants to sign in there: Authlib is a third of a second of a start."""
    green.resolve_off_hub()
    authlib = green.offload(importlib.import_module, "authlib.integrations.flask_client")
    return authlib.OAuth(app).register(
        "provider",
        client_id=config.oidc_client_id,
        client_secret=secret_of(config),
        server_metadata_url=config.oidc_issuer.rstrip("/") + DISCOVERY,
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE_SECONDS,
        },
    )


def secret_of(config: Config) -> str:
    """Read at the start, so that a wrong path is known then."""
    try:
        return config.oidc_secret_file.read_text().strip() if config.oidc_secret_file is not None else ""
    except OSError as error:
        raise ConfigError("HOLDFAST_OIDC_SECRET_FILE", error.strerror or "cannot be read") from None


def _checked_issuer(client: Any) -> None:
    """The document must be of the provider that the setting names, for the token is held to what it says."""
    told = client.load_server_metadata().get("issuer")
    if told != _config().oidc_issuer:
        raise Untrue(f"the provider calls itself {told!r}")


def _way_back() -> str:
    return f"{request.host_url}login/provider/back"


def _failed(error: Exception) -> Any:
    why = str(error) if isinstance(error, Untrue) else type(error).__name__
    log.warning("signing in at the provider failed: %s", why)
    return _login_page(said(FAILED.msgid, provider=label(_config()))), 502


def _login_page(error: str) -> str:
    return render_template("login.html", next="/", error=tell(error))
