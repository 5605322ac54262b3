"""Passwords, reset links, proof before sensitive changes, the second factor: what opens, what not, what is told."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys

import pyotp
import pytest

from app.models import base, common_passwords, second_factor
from app.models.base import now
from app.models.login import Login
from app.models.reset_link import ResetLink
from app.models.second_factor import SecondFactor
from app.models.user import Refused, User
from app.web import sign_in
from app.web.routes import API, ROUTES
from tests.web.conftest import PASSWORD, ROOT


def stale(world):
    """Ten minutes later."""
    with base.db.connection_context():
        Login.update(proved_at=now() - 601).execute()


def csrf_of(page):
    return re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]


@pytest.mark.parametrize(
    "password", ["password123", "Password123", "qwertyuiop", "1234567890", "alice123!", "ALICE-2026", "charlie1"]
)
def test_what_is_guessed_first_is_no_password(world, password):
    name = "charlie" if password.startswith("charlie") else "alice"
    with pytest.raises(Refused) as refused:
        User.named(name).set_password(password)
    assert refused.value.field == "password"
    assert User.by_password(name, PASSWORD) is not None


def test_the_list_is_that_of_its_package_and_only_it_is_loaded():
    assert common_passwords.is_common("iloveyou") and not common_passwords.is_common("correct horse battery")
    assert len(common_passwords._common()) == 30_000


def test_a_reset_link_works_once_and_the_newest_alone(world):
    alice, bob = world.browser("alice"), world.browser("bob")
    first = alice.call("POST", "/accounts/bob/reset").json["link"]
    link = alice.call("POST", "/accounts/bob/reset").json["link"]
    assert first.startswith("http://localhost/reset/")
    stranger = world.browser()
    assert stranger.get(first.removeprefix("http://localhost")).status_code == 410
    path = link.removeprefix("http://localhost")
    page = stranger.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "bob" in page.text
    fields = {"csrf_token": csrf_of(page), "password": "iloveyou"}
    origin = {"Origin": "http://localhost", "Accept": "text/html"}
    assert stranger.post(path, data=fields, headers=origin).status_code == 422
    done = stranger.post(path, data=fields | {"password": "entirely new words"}, headers=origin)
    assert (done.status_code, done.headers["Location"]) == (303, "/login")
    assert bob.get("/api/v1/sessions").status_code == 401
    assert world.rooms.closed and world.rooms.closed[-1][0]
    assert world.browser().sign_in("bob").status_code == 401
    assert world.browser().sign_in("bob", "entirely new words").status_code == 303
    assert stranger.post(path, data=fields | {"password": "yet another one"}, headers=origin).status_code == 410


def test_a_new_password_by_other_means_makes_the_link_void(world):
    secret, _ = ResetLink.issue(world.users["bob"].id)
    done = world.browser("bob").call("POST", "/password", json={"current": PASSWORD, "new": "quite another one"})
    assert done.status_code == 204 and world.browser().get(f"/reset/{secret}").status_code == 410


def test_a_reset_link_of_yesterday_opens_nothing(world):
    secret, _ = ResetLink.issue(world.users["bob"].id)
    with base.db.connection_context():
        ResetLink.update(expires_at=now() - 1).execute()
    assert world.browser().get(f"/reset/{secret}").status_code == 410


def test_other_peoples_accounts_are_for_administrators_alone(world):
    for who in (world.browser("bob"), world.script("alice"), world.script("bob")):
        assert who.call("GET", "/accounts").status_code == 403
        assert who.call("POST", "/accounts/alice/reset").status_code == 403
    listed = world.browser("alice").call("GET", "/accounts").json["accounts"]
    assert [one["name"] for one in listed] == ["alice", "bob", "charlie"]
    assert listed[0]["admin"] and not listed[1]["second_factor"] and listed[1]["password"]
    assert world.browser("alice").call("POST", "/accounts/nobody/reset").status_code == 404


def test_everything_that_opens_a_new_way_in_asks_for_a_fresh_proof(world):
    """A route that is forgotten here would be one that a browser left open is enough for."""
    sensitive = {
        "POST /api/v1/tokens", "POST /api/v1/passkeys", "POST /api/v1/passkeys/options", "POST /api/v1/second-factor",
        "DELETE /api/v1/passkeys/<number:number>", "POST /api/v1/second-factor/confirm",
        "POST /api/v1/second-factor/recovery-codes", "DELETE /api/v1/second-factor",
        "POST /api/v1/accounts/<name>/reset",
        "DELETE /api/v1/accounts/<name>/second-factor",
    }  # fmt: skip
    assert {f"{row.method} {row.path}" for row in ROUTES if row.fresh} >= sensitive
    alice = world.browser("alice")
    stale(world)
    for row in ROUTES:
        if row.fresh:
            path = re.sub(r"<number:[^>]+>", "1", row.path).replace("<name>", "bob").removeprefix(API)
            answer = alice.call(row.method, path, json={"name": "x", "credential": {}, "code": "1"})
            assert (answer.status_code, answer.json["reason"]) == (403, "prove"), row.path


def test_a_proof_counts_for_ten_minutes_in_this_browser_alone(world):
    laptop, phone = world.browser("alice"), world.browser("alice")
    stale(world)
    assert laptop.call("GET", "/proof").json == {"fresh": False, "until": None, "ways": ["password"]}
    wrong = laptop.call("POST", "/proof", json={"password": "wrong wrong"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "password")
    assert laptop.call("POST", "/tokens", json={}).status_code == 403
    assert laptop.call("POST", "/proof", json={"password": PASSWORD}).status_code == 204
    assert laptop.call("GET", "/proof").json["fresh"]
    assert laptop.call("POST", "/tokens", json={}).status_code == 201
    assert phone.call("POST", "/tokens", json={}).status_code == 403
    stale(world)
    assert laptop.call("POST", "/tokens", json={}).status_code == 403
    assert world.script("alice").call("POST", "/proof", json={"password": PASSWORD}).status_code == 403


def test_proofs_are_slowed_down_like_sign_ins(world):
    alice = world.browser("alice")
    answers = [alice.call("POST", "/proof", json={"password": f"wrong {n}"}).status_code for n in range(7)]
    assert answers[:6] == [422] * 6 and answers[6] == 429


class Factor:
    """Bob's second factor, with a clock of its own: a code is good for its 30 seconds."""

    def __init__(self, world, monkeypatch):
        self.time = 1_900_000_000.0
        monkeypatch.setattr(second_factor, "now", lambda: self.time)
        self.world, self.browser = world, world.browser("bob")
        made = self.browser.call("POST", "/second-factor")
        assert made.status_code == 201
        self.made, self.totp = made.json, pyotp.TOTP(made.json["seed"])

    def code(self, steps=0):
        return self.totp.at(int(self.time) + 30 * steps)

    def on(self):
        self.codes = self.browser.call("POST", "/second-factor/confirm", json={"code": self.code()}).json[
            "recovery_codes"
        ]
        self.time += 300
        return self

    def first_step(self):
        browser = self.world.browser()
        page = browser.sign_in("bob")
        assert page.status_code == 200 and 'name="step"' in page.text
        return browser, re.search(r'name="step" value="([^"]+)"', page.text)[1]

    def second_step(self, code, browser=None, step=None):
        if browser is None:
            browser, step = self.first_step()
        return browser, browser.submit("/login/code", code=code, step=step).status_code


@pytest.fixture
def factor(world, monkeypatch):
    return Factor(world, monkeypatch)


def test_a_second_factor_counts_once_it_is_confirmed(world, factor):
    assert factor.made["uri"].startswith("otpauth://totp/Holdfast:bob%40localhost?secret=" + factor.made["seed"])
    assert factor.made["qr"].startswith("data:image/svg+xml,%3Csvg") and "<" not in factor.made["qr"]
    assert world.browser().sign_in("bob").status_code == 303
    wrong = factor.browser.call("POST", "/second-factor/confirm", json={"code": "123 45"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "code")
    factor.on()
    assert len(set(factor.codes)) == 10
    browser, step = factor.first_step()
    assert browser.get("/api/v1/sessions").status_code == 401, "the password alone opens nothing"
    assert factor.second_step(factor.code(), browser, step)[1] == 303
    assert browser.get("/api/v1/sessions").status_code == 200
    assert factor.browser.call("POST", "/second-factor").status_code == 409


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_and_all_before_it_open_once(factor, steps):
    factor.on()
    assert factor.second_step(factor.code(steps))[1] == 303
    for again in range(-1, steps + 1):
        assert factor.second_step(factor.code(again))[1] == 401
    factor.time += 90
    assert factor.second_step(factor.code())[1] == 303


def test_codes_of_other_times_do_not_open(factor):
    factor.on()
    for steps in (-2, 2, 1000):
        assert factor.second_step(factor.code(steps))[1] == 401


def test_a_recovery_code_opens_once(world, factor):
    factor.on()
    code = factor.codes[3]
    assert factor.second_step(code.replace("-", "").upper())[1] == 303
    assert factor.second_step(code)[1] == 401
    assert factor.browser.call("GET", "/second-factor").json["recovery_codes_left"] == 9
    renewed = factor.browser.call("POST", "/second-factor/recovery-codes").json["recovery_codes"]
    assert factor.second_step(factor.codes[4])[1] == 401
    assert factor.second_step(renewed[0])[1] == 303


def test_guessing_codes_is_slowed_down(factor):
    factor.on()
    browser, step = factor.first_step()
    answers = [factor.second_step("000000", browser, step)[1] for _ in range(7)]
    assert answers == [401] * 6 + [429]
    assert factor.second_step(factor.code(), browser, step)[1] == 429, "even the right one has to wait"
    at_home, code = factor.browser, factor.code()
    at_home.submit("/logout")
    page = at_home.sign_in("bob")
    step = re.search(r'name="step" value="([^"]+)"', page.text)[1]
    assert factor.second_step(code, at_home, step)[1] == 303, "but not at the browser where the owner signed in before"


def test_the_first_step_is_nobody_elses_and_does_not_last(world, factor, monkeypatch):
    factor.on()
    browser, step = factor.first_step()
    assert factor.second_step(factor.code(), browser, step[:-2] + "xx")[1] == 401
    assert factor.second_step(factor.code(), browser, "")[1] == 401
    User.named("bob").set_password("another password")
    assert factor.second_step(factor.code(), browser, step)[1] == 401, "the password is not that one any more"
    User.named("bob").set_password(PASSWORD)
    browser, step = factor.first_step()
    monkeypatch.setattr(sign_in, "STEP_SECONDS", -1)
    assert factor.second_step(factor.code(), browser, step)[1] == 401


def test_it_is_taken_away_by_its_owner_or_an_administrator(world, factor):
    factor.on()
    alice = world.browser("alice")
    assert alice.call("DELETE", "/second-factor").status_code == 404, "hers is not his"
    assert [one["second_factor"] for one in alice.call("GET", "/accounts").json["accounts"]] == [False, True, False]
    assert alice.call("DELETE", "/accounts/bob/second-factor").status_code == 204
    assert world.browser().sign_in("bob").status_code == 303


def test_secrets_are_shown_once_and_kept_nowhere_else(world, factor, caplog, tmp_path):
    factor.on()
    token = factor.browser.call("POST", "/tokens", json={"name": "t"}).json["token"]
    link = world.browser("alice").call("POST", "/accounts/charlie/reset").json["link"].rpartition("/")[2]
    factor.second_step(factor.codes[0])
    told = "".join(
        factor.browser.call("GET", path).text
        for path in ("/second-factor", "/tokens", "/logins", "/passkeys", "/proof")
    )
    told += factor.browser.get("/account").text + world.browser("alice").call("GET", "/accounts").text + caplog.text
    with sqlite3.connect(tmp_path / "data/holdfast.db") as database:
        kept = "\n".join(database.iterdump())
    for secret in (token, link, *factor.codes):
        assert secret not in told and secret not in kept
    assert factor.made["seed"] not in told


def test_what_old_tokens_could_they_can_still(tmp_path):
    """A database from before there were scopes."""
    older = tmp_path / "older"
    older.mkdir()
    for path in base.MIGRATIONS.glob("000[1-5]*.py"):
        (older / path.name).write_text(path.read_text())
    database = base.bind(f"sqlite:///{tmp_path}/x.db")
    base.migrate(database, older)
    with base.db.connection_context():
        base.db.execute_sql("INSERT INTO user (name, password_hash, admin, created_at) VALUES ('ada', 'x', 1, 1)")
        base.db.execute_sql(
            "INSERT INTO api_token (user_id, label, secret_hash, created_at) VALUES (1, 'old', ?, 1)",
            (second_factor.digest("hf_old"),),
        )
    base.migrate(database)
    from app.models.token import ApiToken

    actor = ApiToken.actor_for("hf_old")
    assert (actor.scopes, actor.only_session, actor.until) == ({"read", "write", "admin"}, None, None)


def test_what_few_need_is_not_loaded_at_the_start():
    """Passkeys, pictures, the provider's protocol and the list of passwords are more than a second of imports."""
    late = {"webauthn", "segno", "authlib", "zxcvbn"}
    code = f"import sys, app.factory; print(sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_settings_of_signing_in_are_described():
    text = (ROOT / "docs/signing-in.md").read_text()
    for name in ("HOLDFAST_PROXY_USER_HEADER", "HOLDFAST_PROXY_ADDRESSES", "HOLDFAST_PROXY_CREATES_USERS"):
        assert name in text
    assert SecondFactor and "ten minutes" in text
