"""Passkeys over HTTP: added, listed, renamed, removed, and signed in with, without a name. The rules: a challenge
carries its own proof that it is ours, for what and since when, so strangers who ask for one cost no row; whoever signs
must have been verified by the device (a PIN, a finger), so a passkey is two factors in one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request

from app import green
from app.live.status import rfc3339
from app.models.passkey import Passkey
from app.permissions import Actor
from app.web import bodies, logins
from app.web.answers import OptionsBody, PasskeyBody, PasskeysBody, SignedInBody
from app.web.problems import Problem, bad_field, not_found
from app.web.routes import API, BROWSER, NOTHING, NUMBER, Answer, route
from app.words import said

log = logging.getLogger(__name__)

MOST_PASSKEYS = 20
# A person looks for a phone, a browser shows a code to scan: five minutes.
CHALLENGE_SECONDS = 300
SIGN_IN = "sign in"
WRONG = said("this passkey is not known here, or it was asked for something else")
TIME_BYTES, RANDOM_BYTES, PROOF_BYTES = 8, 16, 32


@route("GET", API + "/passkeys", BROWSER, Answer(200, PasskeysBody))
def listed(actor: Actor) -> Any:
    """Your passkeys."""
    return {"passkeys": [passkey_json(one) for one in Passkey.of(actor.user_id)]}


@route("POST", API + "/passkeys/options", BROWSER, Answer(200, OptionsBody), fresh=True)
def options(actor: Actor) -> Any:
    """What a browser needs to make a passkey."""
    mine = Passkey.of(actor.user_id)
    if len(mine) >= MOST_PASSKEYS:
        raise Problem(409, said("You have %(count)s passkeys; remove some first.", count=MOST_PASSKEYS))
    kit = library()
    made = kit.generate_registration_options(
        rp_id=host(),
        rp_name="Holdfast",
        user_id=handle(actor.user_id),
        user_name=actor.name,
        challenge=challenge(f"add {actor.user_id}"),
        timeout=CHALLENGE_SECONDS * 1000,
        exclude_credentials=descriptors(kit, mine),
        authenticator_selection=kit.helpers.structs.AuthenticatorSelectionCriteria(
            resident_key=kit.helpers.structs.ResidentKeyRequirement.REQUIRED,
            user_verification=kit.helpers.structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return {"options": json.loads(kit.options_to_json(made))}


@route("POST", API + "/passkeys", BROWSER, Answer(201, PasskeyBody), bodies.CREDENTIAL_BODY_BYTES, fresh=True)
def add(actor: Actor, body: bodies.NewPasskey) -> Any:
    """Keeps the passkey that the browser made from these options."""
    asked = ours(body.credential, f"add {actor.user_id}")
    made = verified("registration", body.credential, asked) if asked is not None else None
    if made is None:
        raise bad_field("credential", said("this is no passkey that was made for this page just now"))
    credential = text_of(made.credential_id)
    passkey = Passkey.add(
        actor.user_id, body.name, host(), credential, bytes(made.credential_public_key), made.sign_count
    )
    if passkey is None:
        raise bad_field("credential", said("this passkey is known already"), 409)
    return passkey_json(passkey), 201


@route("PATCH", API + f"/passkeys/{NUMBER}", BROWSER, Answer(204))
def rename(actor: Actor, number: int, body: bodies.PasskeyName) -> Any:
    """Gives a passkey of yours another name."""
    if not Passkey.rename(actor.user_id, number, body.name):
        raise not_found()
    return "", 204


@route("DELETE", API + f"/passkeys/{NUMBER}", BROWSER, Answer(204), fresh=True)
def remove(actor: Actor, number: int) -> Any:
    """Forgets a passkey of yours: it opens nothing any more."""
    if not Passkey.remove(actor.user_id, number):
        raise not_found()
    return "", 204


@route("POST", API + "/passkeys/sign-in/options", NOTHING, Answer(200, OptionsBody))
def sign_in_options() -> Any:
    """What a browser needs to ask for any passkey that it has for this server; no name is needed."""
    return {"options": asking(SIGN_IN, [])}


@route("POST", API + "/passkeys/sign-in", NOTHING, Answer(200, SignedInBody), bodies.CREDENTIAL_BODY_BYTES)
def sign_in(body: bodies.PasskeyAnswer) -> Any:
    """Signs in by a passkey. No second factor is asked for: it is two in one."""
    passkey = checked(body.credential, SIGN_IN)
    if passkey is None:
        raise bad_field("credential", WRONG)
    actor = logins.sign_in(passkey.user, logins.PASSKEY)
    return {"user": actor.name}


def passkey_json(passkey: Passkey) -> dict[str, Any]:
    return {
        "id": passkey.id,
        "name": passkey.name,
        "host": passkey.host,
        "created_at": rfc3339(passkey.created_at),
        "last_used_at": rfc3339(passkey.last_used_at),
    }


def asking(purpose: str, allowed: list[Passkey]) -> Any:
    kit = library()
    made = kit.generate_authentication_options(
        rp_id=host(),
        challenge=challenge(purpose),
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=descriptors(kit, [one for one in allowed if one.host == host()]),
        user_verification=kit.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return json.loads(kit.options_to_json(made))


def checked(credential: dict[str, Any], purpose: str) -> Passkey | None:
    """The passkey that signed this challenge of ours, for this purpose, for the first time; else None."""
    passkey = Passkey.known(str(credential.get("id", ""))[:2000])
    asked = ours(credential, purpose)
    if passkey is None or asked is None or passkey.host != host():
        return None
    if credential["response"].get("userHandle") not in (None, "", text_of(handle(passkey.user_id))):
        return None
    done = verified(
        "authentication",
        credential,
        asked,
        credential_public_key=bytes(passkey.public_key),
        credential_current_sign_count=passkey.uses,
    )
    if done is None or not passkey.used(done.new_sign_count, hashlib.sha256(asked).hexdigest(), CHALLENGE_SECONDS):
        return None
    return passkey


def verified(what: str, credential: dict[str, Any], asked: bytes, **known: Any) -> Any:
    """What the library says of it; None when it does not hold."""
    verify = getattr(library(), f"verify_{what}_response")
    try:
        return verify(
            credential=credential,
            expected_challenge=asked,
            expected_rp_id=host(),
            expected_origin=f"{request.scheme}://{request.host}",
            require_user_verification=True,
            **known,
        )
    except Exception as error:  # four parsers of what a stranger sent, each with errors of its own
        log.info("a passkey was refused: %s", type(error).__name__)
        return None


def library() -> Any:
    """py_webauthn, when the first passkey is asked for: importing it takes half a second, which is not to be in every
    start, nor in anybody's keystroke."""
    return green.offload(importlib.import_module, "webauthn")


def host() -> str:
    """What passkeys are tied to: the name in the address, which HostGate has found to be one of ours."""
    return urlsplit(f"//{request.host}").hostname or ""


def handle(user_id: int) -> bytes:
    """What a device keeps as "the user": nothing that says who it is."""
    return hmac.digest(_key(), b"user %d" % user_id, "sha256")


def challenge(purpose: str) -> bytes:
    begun = int(time.time()).to_bytes(TIME_BYTES) + secrets.token_bytes(RANDOM_BYTES)
    return begun + _proof(begun, purpose)


def ours(credential: dict[str, Any], purpose: str) -> bytes | None:
    """The challenge that was answered, if we made it, for this purpose, and not long ago."""
    try:
        said_by_browser = json.loads(_bytes_of(credential["response"]["clientDataJSON"]))
        asked = _bytes_of(said_by_browser["challenge"])
    except (KeyError, TypeError, ValueError):
        return None
    begun, proof = asked[: TIME_BYTES + RANDOM_BYTES], asked[TIME_BYTES + RANDOM_BYTES :]
    if not hmac.compare_digest(proof, _proof(begun, purpose)):
        return None
    age = time.time() - int.from_bytes(begun[:TIME_BYTES])
    return asked if -1 <= age <= CHALLENGE_SECONDS else None


def descriptors(kit: Any, passkeys: list[Passkey]) -> list[Any]:
    made = kit.helpers.structs.PublicKeyCredentialDescriptor
    return [made(id=_bytes_of(one.credential)) for one in passkeys]


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _proof(begun: bytes, purpose: str) -> bytes:
    return hmac.digest(_key(), begun + purpose.encode(), "sha256")


def _key() -> bytes:
    secret = current_app.secret_key or b""
    return hmac.digest(secret.encode() if isinstance(secret, str) else secret, b"passkey challenges", "sha256")
