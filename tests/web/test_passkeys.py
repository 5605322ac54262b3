"""Passkeys that are forged, copied, replayed or meant for something else. (A real browser's are in tests/browser.)"""

from __future__ import annotations

import base64
import hashlib
import json
import struct

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.models.login import Login
from app.models.passkey import Passkey
from app.web import passkeys

PRESENT, VERIFIED = 0x01, 0x04


def text_of(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Key:
    """A device with one passkey, which signs whatever it is told to."""

    def __init__(self, user, host="localhost"):
        self.private, self.id, self.uses = ec.generate_private_key(ec.SECP256R1()), text_of(b"k%d" % user.id * 8), 5
        numbers = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(32) for number in (numbers.x, numbers.y))
        Passkey.add(user.id, "test", host, self.id, cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}), self.uses)

    def answer(
        self, options, origin="http://localhost", host="localhost", flags=PRESENT | VERIFIED, kind="get", uses=None
    ):
        self.uses = self.uses + 1 if uses is None else uses
        client = json.dumps({"type": f"webauthn.{kind}", "challenge": options["challenge"], "origin": origin}).encode()
        known = hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.uses)
        signature = self.private.sign(known + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text_of(client),
            "authenticatorData": text_of(known),
            "signature": text_of(signature),
        }
        return {"id": self.id, "rawId": self.id, "type": "public-key", "response": response}


class Stranger:
    """A browser at the login page."""

    def __init__(self, world):
        self.browser = world.browser()

    def post(self, path, body=None):
        headers = {"X-CSRFToken": self.browser.csrf(), "Origin": "http://localhost"}
        return self.browser.open(f"/api/v1/passkeys/{path}", method="POST", json=body, headers=headers)

    def options(self):
        return self.post("sign-in/options").json["options"]

    def sign_in(self, credential):
        return self.post("sign-in", {"credential": credential}).status_code


@pytest.fixture
def key(world):
    return Key(world.users["alice"])


@pytest.fixture
def stranger(world):
    return Stranger(world)


def test_a_passkey_signs_in_without_a_name(world, key, stranger):
    options = stranger.options()
    assert options["rpId"] == "localhost" and options["userVerification"] == "required"
    assert not options.get("allowCredentials"), "a stranger is told nobody's keys"
    answer = stranger.post("sign-in", {"credential": key.answer(options)})
    assert (answer.status_code, answer.json) == (200, {"user": "alice"})
    assert stranger.browser.get("/api/v1/sessions").status_code == 200
    [login] = Login.of(world.users["alice"].id)
    assert login.way == "passkey"
    assert Passkey.of(world.users["alice"].id)[0].uses == key.uses


@pytest.mark.parametrize(
    "how",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:81"},
        {"origin": "https://localhost"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"kind": "create"},
        {"uses": 5},
        {"uses": 1},
    ],
    ids=str,
)
def test_an_answer_for_something_else_opens_nothing(world, key, stranger, how):
    assert stranger.sign_in(key.answer(stranger.options(), **how)) == 422
    assert stranger.browser.get("/api/v1/sessions").status_code == 401
    assert Login.of(world.users["alice"].id) == []


def test_an_answer_opens_once(key, stranger, world):
    options = stranger.options()
    credential = key.answer(options)
    assert stranger.sign_in(credential) == 200
    thief = Stranger(world)
    assert thief.sign_in(credential) == 422
    assert thief.sign_in(key.answer(options)) == 422, "the same challenge, signed once more"


def test_challenges_are_ours_for_this_purpose_and_fresh(world, key, stranger, monkeypatch):
    assert stranger.sign_in(key.answer({"challenge": text_of(b"x" * 56)})) == 422
    assert stranger.sign_in(key.answer({"challenge": ""})) == 422
    alice = world.browser("alice")
    proof = alice.call("POST", "/proof/options").json["options"]
    assert [one["id"] for one in proof["allowCredentials"]] == [key.id]
    assert stranger.sign_in(key.answer(proof)) == 422, "asked for as a proof, not to sign in"
    options = stranger.options()
    assert alice.call("POST", "/proof", json={"credential": key.answer(options)}).status_code == 422
    assert alice.call("POST", "/proof", json={"credential": key.answer(proof)}).status_code == 204
    monkeypatch.setattr(passkeys, "CHALLENGE_SECONDS", -1)
    assert stranger.sign_in(key.answer(options)) == 422


def test_anothers_passkey_proves_nothing(world, key):
    bob = world.browser("bob")
    options = bob.call("POST", "/proof/options").json["options"]
    assert bob.call("POST", "/proof", json={"credential": key.answer(options)}).status_code == 422


def test_a_passkey_that_says_another_user_opens_nothing(key, stranger):
    credential = key.answer(stranger.options())
    credential["response"]["userHandle"] = text_of(b"bob")
    assert stranger.sign_in(credential) == 422


def test_another_key_by_the_same_id_opens_nothing(world, key, stranger):
    key.private = ec.generate_private_key(ec.SECP256R1())
    assert stranger.sign_in(key.answer(stranger.options())) == 422


def test_a_passkey_of_another_name_of_this_server_opens_nothing(world, stranger):
    assert stranger.sign_in(Key(world.users["bob"], host="term.localhost").answer(stranger.options())) == 422


def test_a_removed_passkey_opens_nothing_and_only_its_owner_removes_it(world, key, stranger):
    [mine] = Passkey.of(world.users["alice"].id)
    bob, alice = world.browser("bob"), world.browser("alice")
    assert bob.call("DELETE", f"/passkeys/{mine.id}").status_code == 404
    assert bob.call("PATCH", f"/passkeys/{mine.id}", json={"name": "x"}).status_code == 404
    assert bob.call("GET", "/passkeys").json == {"passkeys": []}
    assert alice.call("PATCH", f"/passkeys/{mine.id}", json={"name": "  "}).status_code == 422
    assert alice.call("PATCH", f"/passkeys/{mine.id}", json={"name": "phone"}).status_code == 204
    assert [one["name"] for one in alice.call("GET", "/passkeys").json["passkeys"]] == ["phone"]
    assert alice.call("DELETE", f"/passkeys/{mine.id}").status_code == 204
    assert stranger.sign_in(key.answer(stranger.options())) == 422


GARBAGE = [
    {},
    {"id": 5},
    {"id": "x", "response": {}},
    {"id": "x", "response": "y"},
    {"response": {"clientDataJSON": "!!"}},
    {"response": {"clientDataJSON": text_of(b"[]")}},
    {"response": {"clientDataJSON": text_of(b'{"challenge": 5}')}},
    {"response": {"clientDataJSON": text_of(b'{"challenge": "\xff"}')}},
]


@pytest.mark.parametrize("credential", GARBAGE, ids=str)
def test_garbage_is_refused_by_its_field(world, stranger, credential):
    answer = stranger.post("sign-in", {"credential": credential})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "credential")
    alice = world.browser("alice")
    made = alice.call("POST", "/passkeys", json={"name": "x", "credential": credential})
    assert (made.status_code, made.json["errors"][0]["field"]) == (422, "credential")


@pytest.mark.parametrize("part", ["authenticatorData", "signature", "clientDataJSON"])
@pytest.mark.parametrize("damage", ["", "AAAA", "é", None, 5, {"a": 1}])
def test_a_damaged_answer_is_refused(key, stranger, part, damage):
    credential = key.answer(stranger.options())
    credential["response"][part] = damage
    assert stranger.sign_in(credential) == 422


def test_who_cannot_sign_in_without_the_csrf_token(world, key, stranger):
    credential = key.answer(stranger.options())
    answer = stranger.browser.post("/api/v1/passkeys/sign-in", json={"credential": credential})
    assert answer.status_code == 403
