"""Your own logins, tokens and password; everything revoked is out at once."""

from app.models.login import Login
from tests.web.conftest import PASSWORD


def test_logins_are_listed_and_revoked_one_by_one(world):
    laptop, phone = world.browser("alice"), world.browser("alice")
    listed = laptop.call("GET", "/logins").json["logins"]
    assert [one["current"] for one in listed].count(True) == 1
    assert all(one["address"] == "127.0.0.1" for one in listed)
    other = next(one["id"] for one in listed if not one["current"])
    assert laptop.call("DELETE", f"/logins/{other}").status_code == 204
    assert world.rooms.closed == [([other], [])]
    assert phone.get("/api/v1/sessions").status_code == 401
    assert laptop.get("/api/v1/sessions").status_code == 200
    assert laptop.call("DELETE", f"/logins/{other}").status_code == 404


def test_all_other_logins_at_once(world):
    laptop, phone = world.browser("alice"), world.browser("alice")
    assert laptop.call("DELETE", "/logins").status_code == 204
    assert phone.get("/api/v1/sessions").status_code == 401
    assert laptop.get("/api/v1/sessions").status_code == 200


def test_charlie_cannot_revoke_or_see_what_is_not_his(world):
    alice, charlie = world.browser("alice"), world.browser("charlie")
    [hers] = Login.of(world.users["alice"].id)
    token = alice.call("POST", "/tokens", json={"name": "backup"}).json["id"]
    assert len(charlie.call("GET", "/logins").json["logins"]) == 1
    assert charlie.call("GET", "/tokens").json == {"tokens": []}
    assert charlie.call("DELETE", f"/logins/{hers.id}").status_code == 404
    assert charlie.call("DELETE", f"/tokens/{token}").status_code == 404
    assert alice.get("/api/v1/sessions").status_code == 200
    assert world.rooms.closed == []


def test_a_token_is_shown_once_works_and_is_revoked(world):
    browser, script = world.browser("alice"), world.script("bob")
    made = browser.call("POST", "/tokens", json={"name": "backup"})
    assert made.status_code == 201
    script.token = made.json["token"]
    assert script.token.startswith("hf_") and len(script.token) == 46
    assert script.call("GET", "/sessions").status_code == 200
    [listed] = browser.call("GET", "/tokens").json["tokens"]
    assert listed["name"] == "backup" and "token" not in listed and listed["last_used_at"]
    assert browser.call("DELETE", f"/tokens/{listed['id']}").status_code == 204
    assert world.rooms.closed == [([], [listed["id"]])]
    assert script.call("GET", "/sessions").status_code == 401
    assert browser.call("DELETE", f"/tokens/{10**30}").status_code == 404


def test_a_token_cannot_make_tokens_or_change_the_password(world):
    script = world.script("alice")
    for method, path, body in (
        ("POST", "/tokens", {}),
        ("GET", "/logins", None),
        ("POST", "/password", {"current": PASSWORD, "new": "another password"}),
    ):
        assert script.call(method, path, json=body).status_code == 403


def test_a_new_password_signs_out_everywhere_else(world):
    laptop, phone = world.browser("alice"), world.browser("alice")
    wrong = laptop.call("POST", "/password", json={"current": "nope nope", "new": "a new password"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "current")
    weak = laptop.call("POST", "/password", json={"current": PASSWORD, "new": "short"})
    assert (weak.status_code, weak.json["errors"][0]["field"]) == (422, "new")
    done = laptop.call("POST", "/password", json={"current": PASSWORD, "new": "a new password"})
    assert done.status_code == 204
    assert phone.get("/api/v1/sessions").status_code == 401
    assert laptop.get("/api/v1/sessions").status_code == 200
    assert world.browser().sign_in("alice").status_code == 401
    assert world.browser().sign_in("alice", "a new password").status_code == 303
