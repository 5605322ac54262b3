"""Users, tokens and logins: only hashes are kept, and what is revoked is out."""

import pytest

from app.models import login as logins
from app.models import secrets
from app.models.base import db, now
from app.models.login import Login
from app.models.token import ApiToken
from app.models.user import Refused, User
from tests.models.conftest import PASSWORD


def everything(database):
    with db.connection_context():
        return "\n".join(database.connection().iterdump())


def test_a_password_fits_or_does_not(people):
    assert User.by_password("alice", PASSWORD) == people["alice"]
    assert User.by_password("alice", PASSWORD + "x") is None
    assert User.by_password("nobody", PASSWORD) is None
    assert people["alice"].password_hash.startswith("$argon2id$")


def test_an_unknown_name_costs_the_same_work(people, monkeypatch):
    checked = []
    verify = secrets._verify
    monkeypatch.setattr(secrets, "_verify", lambda stored, password: checked.append(1) or verify(stored, password))
    User.by_password("nobody", PASSWORD)
    User.by_password("alice", "wrong")
    assert checked == [1, 1]


@pytest.mark.parametrize("name", ["", "Alice", "9a", "a b", "a/b", "../x", "a" * 33, "a\n", "ä", "-a"])
def test_bad_names_are_refused(database, name):
    with pytest.raises(Refused) as refused:
        User.register(name, PASSWORD)
    assert refused.value.field == "username"


@pytest.mark.parametrize("password", ["", "short", "x" * 1025, "Username8"])
def test_bad_passwords_are_refused(database, password):
    with pytest.raises(Refused) as refused:
        User.register("username8", password)
    assert refused.value.field == "password" and not User.exists()


def test_a_name_is_taken_once(people):
    with pytest.raises(Refused, match="already a user 'bob'"):
        User.register("bob", PASSWORD)


def test_weak_old_hashes_are_replaced_when_the_password_is_known(people, monkeypatch):
    monkeypatch.setattr(secrets, "outdated", lambda stored: True)
    User.by_password("bob", PASSWORD)
    assert User.named("bob").password_hash != people["bob"].password_hash
    assert User.by_password("bob", PASSWORD) is not None


def test_no_secret_is_stored(database, people):
    _, token = ApiToken.issue(people["alice"].id, "x")
    _, login = Login.begin(people["alice"].id, "192.0.2.1", "agent", "device-secret")
    stored = everything(database)
    for secret in (token, token.removeprefix("hf_"), login, "device-secret", PASSWORD):
        assert secret not in stored


def test_a_token_says_who_comes(people):
    token, secret = ApiToken.issue(people["bob"].id, "backup")
    actor = ApiToken.actor_for(secret)
    assert (actor.name, actor.admin, actor.token_id, actor.login_id) == ("bob", False, token.id, None)
    assert ApiToken.alive({token.id, 99}) == {token.id}
    for wrong in ("", secret[:-1], secret + "x", secret.upper(), "hf_", "x" * 10_000, "\ud800"):
        assert ApiToken.actor_for(wrong) is None
    assert not ApiToken.revoke(people["charlie"].id, token.id)
    assert ApiToken.revoke(people["bob"].id, token.id)
    assert ApiToken.actor_for(secret) is None and ApiToken.alive({token.id}) == set()


def test_a_login_counts_until_it_is_revoked_or_forgotten(people, monkeypatch):
    alice = people["alice"].id
    login, secret = Login.begin(alice, "192.0.2.1", "x" * 5000)
    assert Login.actor_for(secret).login_id == login.id
    assert len(login.user_agent) == logins.LONGEST_AGENT
    assert Login.revoke(alice, login.id) and not Login.revoke(alice, login.id)
    assert Login.actor_for(secret) is None and Login.alive({login.id}) == set()
    _, idle = Login.begin(alice, "192.0.2.1", "")
    monkeypatch.setattr(logins, "now", lambda: now() + logins.IDLE_SECONDS + 1)
    assert Login.actor_for(idle) is None and Login.of(alice) == []


def test_coming_again_keeps_a_login_but_is_seldom_written(people, monkeypatch):
    login, secret = Login.begin(people["alice"].id, "192.0.2.1", "")
    Login.actor_for(secret)
    assert Login.of(people["alice"].id)[0].last_seen_at == login.last_seen_at
    monkeypatch.setattr(logins, "now", lambda: login.last_seen_at + logins.SEEN_EVERY_SECONDS + 1)
    Login.actor_for(secret)
    assert Login.of(people["alice"].id)[0].last_seen_at > login.last_seen_at


def test_devices_and_addresses_are_known_by_user(people):
    Login.begin(people["alice"].id, "192.0.2.1", "", "device")
    assert Login.knows_device("alice", "device") and Login.knows_address("alice", "192.0.2.1")
    assert not Login.knows_device("bob", "device") and not Login.knows_address("bob", "192.0.2.1")
    assert not Login.knows_device("alice", "") and not Login.knows_address("alice", "")


def test_old_logins_are_cleaned_up(people, monkeypatch):
    monkeypatch.setattr(logins, "KEPT_LOGINS", 3)
    alice = people["alice"].id
    kept = [Login.begin(alice, "192.0.2.1", "")[0].id for _ in range(2)]
    for _ in range(6):
        Login.revoke(alice, Login.begin(alice, "192.0.2.1", "")[0].id)
    with db.connection_context():
        assert Login.select().count() <= 3 + len(kept) + 1
    assert {login.id for login in Login.of(alice)} == set(kept)
