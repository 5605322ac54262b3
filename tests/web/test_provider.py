"""Sign-in at an OpenID provider: a small real one, which can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import RSAKey

from app import config as settings
from app.config import ConfigError
from app.models.login import Login
from app.models.second_factor import SecondFactor
from app.models.user import User
from app.web import hosts, wiring
from tests.web.conftest import ROOT, World

KEY, OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})


class Provider:
    """`claims` go into its tokens over what is right; `key` signs them; `document` is mixed into its description."""

    def __init__(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(
                    provider.described() if "openid-configuration" in self.path else {"keys": [provider.public()]}
                )

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.answer(provider.token(form, self.headers["Authorization"]))

            def answer(self, body):
                raw = json.dumps(body).encode()
                self.send_response(200 if "error" not in body else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *words): ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.claims, self.key, self.document, self.asked, self.alg = {}, KEY, {}, {}, "RS256"

    def described(self):
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        document = {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256"]}
        return document | {name: self.issuer + path for name, path in places.items()} | self.document

    def public(self):
        return KEY.as_dict(private=False)

    def token(self, form, authorization):
        basic = base64.b64encode(b"holdfast:s3cret-of-the-client").decode()
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).decode().rstrip("=")
        )
        if authorization != f"Basic {basic}" or proof != self.asked["code_challenge"] or form["code"] != ["right"]:
            return {"error": "invalid_grant"}
        now = int(time.time())
        right = {
            "iss": self.issuer,
            "aud": "holdfast",
            "sub": "s1",
            "preferred_username": "bob",
            "iat": now,
            "exp": now + 60,
        }
        claims = right | {"nonce": self.asked["nonce"]} | self.claims
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        if self.alg == "none":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            signed = f"{head}.{signed.split('.')[1]}."
        return {"access_token": "at", "token_type": "Bearer", "id_token": signed}


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


def with_provider(world, tmp_path, provider, **more):
    secret = tmp_path / "client-secret"
    secret.write_text("s3cret-of-the-client\n")
    config = settings.load(
        {
            "HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh",
            "HOLDFAST_OIDC_CLIENT_ID": "holdfast", "HOLDFAST_OIDC_ISSUER": provider.issuer,
            "HOLDFAST_OIDC_SECRET_FILE": str(secret),
        } | more
    )  # fmt: skip
    app = Flask("holdfast", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.extensions["rooms"] = world.rooms
    wiring.register(app, config)
    return World(app, hosts.HostGate(app, config), world.rooms, world.users)


@pytest.fixture
def outside(world, tmp_path, provider):
    return with_provider(world, tmp_path, provider)


def away(browser, provider, after="/account"):
    """Off to the provider; what it is asked."""
    answer = browser.get(f"/login/provider?next={after}")
    assert answer.status_code == 302, answer.text
    place = urlsplit(answer.headers["Location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == provider.issuer + "/authorize"
    provider.asked = {name: values[0] for name, values in parse_qs(place.query).items()}
    return provider.asked


def back(browser, asked, code="right", **more):
    return browser.get("/login/provider/back", query_string={"code": code, "state": asked["state"]} | more)


def signed_in(browser):
    return browser.get("/api/v1/sessions").status_code == 200


def test_whom_the_provider_names_is_signed_in_and_goes_on(outside, provider):
    browser = outside.browser()
    assert "Log in with 127.0.0.1" in browser.get("/login").text
    asked = away(browser, provider)
    assert asked["redirect_uri"] == "http://localhost/login/provider/back" and asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile" and len(asked["nonce"]) >= 20 and len(asked["state"]) >= 20
    answer = back(browser, asked)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    [login] = Login.of(outside.users["bob"].id)
    assert login.way == "provider" and signed_in(browser)
    assert back(browser, asked).status_code == 502, "the way back works once"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"nonce": "another"}, {"nonce": None}, {"exp": 1},
        {"sub": ""}, {"iat": 99_999_999_999},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_for_something_else_opens_nothing(outside, provider, claims, caplog):
    browser = outside.browser()
    asked = away(browser, provider)
    provider.claims = claims
    answer = back(browser, asked)
    assert answer.status_code == 502 and "did not work" in answer.text and not signed_in(browser)
    assert "right" not in caplog.text and asked["state"] not in caplog.text


def test_a_token_that_the_provider_did_not_sign_opens_nothing(outside, provider):
    browser = outside.browser()
    for key, alg in ((OTHER_KEY, "RS256"), (KEY, "none")):
        asked = away(browser, provider)
        provider.key, provider.alg = key, alg
        assert back(browser, asked).status_code == 502 and not signed_in(browser)


def test_an_answer_that_another_browser_asked_for_opens_nothing(outside, provider):
    mallory, alice = outside.browser(), outside.browser()
    asked = away(mallory, provider)
    assert back(alice, asked).status_code == 502
    away(alice, provider)
    assert back(alice, asked).status_code == 502 and not signed_in(alice)
    assert back(outside.browser(), {"state": ""}).status_code == 502


@pytest.mark.parametrize("query", [{"code": "wrong"}, {"error": "access_denied"}, {"code": ""}], ids=str)
def test_a_refusal_is_a_sentence(outside, provider, query):
    browser = outside.browser()
    assert back(browser, away(browser, provider), **query).status_code == 502 and not signed_in(browser)


def test_the_subject_counts_and_not_who_has_the_name_later(outside, provider):
    first, second = outside.browser(), outside.browser()
    assert back(first, away(first, provider)).status_code == 303
    provider.claims = {"sub": "s2"}
    answer = back(second, away(second, provider))
    assert answer.status_code == 403 and "no account for you" in answer.text and not signed_in(second)
    provider.claims = {"preferred_username": "robert"}
    assert back(second, away(second, provider)).status_code == 303
    assert len(Login.of(outside.users["bob"].id)) == 2


@pytest.mark.parametrize("name", ["nobody", "../x", "", 5, None, ["bob"]], ids=str)
def test_without_an_account_one_stays_out(outside, provider, name):
    provider.claims = {"preferred_username": name, "sub": "new"}
    browser = outside.browser()
    assert back(browser, away(browser, provider)).status_code == 403
    assert {user.name for user in User.everyone()} == {"alice", "bob", "charlie"}


def test_a_setting_lets_it_make_accounts(world, tmp_path, provider):
    outside = with_provider(world, tmp_path, provider, HOLDFAST_OIDC_CREATES_USERS="1")
    provider.claims = {"preferred_username": "Dora", "sub": "d"}
    browser = outside.browser()
    assert back(browser, away(browser, provider)).status_code == 303 and signed_in(browser)
    assert not User.named("dora").has_password and not User.named("dora").admin


def test_the_first_account_is_never_the_providers(empty, tmp_path, provider):
    outside = with_provider(empty, tmp_path, provider, HOLDFAST_OIDC_CREATES_USERS="1")
    browser = outside.browser()
    assert back(browser, away(browser, provider)).status_code == 403 and not User.exists()


def test_the_accounts_second_factor_is_asked_for(outside, provider, monkeypatch):
    monkeypatch.setattr(SecondFactor, "of", lambda user_id: object())
    browser = outside.browser()
    answer = back(browser, away(browser, provider))
    assert answer.status_code == 200 and 'name="step"' in answer.text and not signed_in(browser)


def test_a_provider_that_calls_itself_otherwise_is_not_the_one(outside, provider):
    provider.document = {"issuer": "https://evil.example"}
    assert outside.browser().get("/login/provider").status_code == 502


def test_a_provider_out_of_reach_is_a_sentence(outside, provider):
    provider.server.shutdown()
    provider.server.server_close()
    answer = outside.browser().get("/login/provider")
    assert answer.status_code == 502 and "did not work" in answer.text


def test_without_the_setting_there_is_no_such_page(world):
    assert world.browser().get("/login/provider").status_code == 404
    assert world.browser().get("/login/provider/back?code=x&state=y").status_code == 404
    assert "Log in with" not in world.browser().get("/login").text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_OIDC_ISSUER", "http://id.example"), ("HOLDFAST_OIDC_ISSUER", "id.example"),
        ("HOLDFAST_OIDC_CLIENT_ID", ""), ("HOLDFAST_OIDC_SECRET_FILE", ""), ("HOLDFAST_OIDC_CREATES_USERS", "yes"),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_stop_the_start(name, value):
    good = {
        "HOLDFAST_OIDC_ISSUER": "https://id.example", "HOLDFAST_OIDC_CLIENT_ID": "x", "HOLDFAST_SHELL": "/bin/sh",
        "HOLDFAST_OIDC_SECRET_FILE": "/run/secret",
    }  # fmt: skip
    assert settings.load(good).oidc_claim == "preferred_username"
    with pytest.raises(ConfigError):
        settings.load(good | {name: value})


def test_a_secret_that_cannot_be_read_stops_the_start(world, tmp_path, provider):
    with pytest.raises(ConfigError, match="HOLDFAST_OIDC_SECRET_FILE"):
        with_provider(world, tmp_path, provider, HOLDFAST_OIDC_SECRET_FILE=str(tmp_path / "nothing"))
