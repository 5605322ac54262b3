"""The second factor: a code of six digits that changes every 30 seconds (TOTP), and recovery codes for the day when the
phone is gone. The rule: each code opens once. The seed must be readable to check codes; recovery codes are hashes."""

from __future__ import annotations

import base64
import re
import secrets as random
from typing import NamedTuple

import pyotp
from peewee import AutoField, BigIntegerField, DoubleField, ForeignKeyField, TextField

from app.models.base import Record, db, now, written
from app.models.secrets import digest
from app.models.user import User

STEP_SECONDS = 30
# Clocks differ: the code before and the code after the present one count, too.
STEPS_AROUND = 1
RECOVERY_CODES = 10
# 80 bits each: random enough to be kept as a quick hash.
RECOVERY_BYTES = 10


class State(NamedTuple):
    since: float | None
    codes_left: int


class SecondFactor(Record):
    user = ForeignKeyField(User, primary_key=True, on_delete="CASCADE")
    user_id: int
    seed = TextField()
    created_at = DoubleField(default=now)
    confirmed_at = DoubleField(null=True)
    # The step of the last code that was accepted: it and all before it are used up.
    last_step = BigIntegerField(default=0)

    class Meta:
        table_name = "second_factor"

    @classmethod
    def of(cls, user_id: int) -> SecondFactor | None:
        """Of a user who has to show one; one that was never confirmed asks nobody for anything."""
        with db.connection_context():
            return cls.get_or_none(cls.user == user_id, cls.confirmed_at.is_null(False))

    @classmethod
    def state(cls, user_id: int) -> State:
        found = cls.of(user_id)
        with db.connection_context():
            left = RecoveryCode.select().where(RecoveryCode.user == user_id, RecoveryCode.used_at.is_null()).count()
        return State(found.confirmed_at if found is not None else None, left)

    @classmethod
    def begin(cls, user_id: int) -> str | None:
        """A new seed, which counts from its first code on; None when there is a second factor already."""
        seed = pyotp.random_base32()
        return seed if _begin(user_id, seed) else None

    @classmethod
    def confirm(cls, user_id: int, code: str) -> list[str] | None:
        """Switches it on if the code is of the new seed; answers the recovery codes, which cannot be had again."""
        with db.connection_context():
            begun = cls.get_or_none(cls.user == user_id, cls.confirmed_at.is_null())
        step = step_of(begun.seed, code) if begun is not None else None
        if step is None:
            return None
        codes = [_new_code() for _ in range(RECOVERY_CODES)]
        return codes if _confirm(user_id, step, codes) else None

    @classmethod
    def accepts(cls, user_id: int, code: str) -> bool:
        """Whether the code opens, now and never again: one of the six digits, or a recovery code."""
        found = cls.of(user_id)
        if found is None:
            return False
        step = step_of(found.seed, code)
        if step is not None:
            return _use_step(user_id, step)
        return _use_code(user_id, digest(_tidy(code)))

    @classmethod
    def renew_codes(cls, user_id: int) -> list[str]:
        """New recovery codes in place of all old ones."""
        codes = [_new_code() for _ in range(RECOVERY_CODES)]
        _replace_codes(user_id, codes)
        return codes

    @classmethod
    def remove(cls, user_id: int) -> bool:
        """Whether there was one; from now on nothing is asked for besides the password."""
        return _remove(user_id)

    @classmethod
    def users(cls) -> set[int]:
        """Who has one."""
        with db.connection_context():
            return {row.user_id for row in cls.select(cls.user).where(cls.confirmed_at.is_null(False))}


class RecoveryCode(Record):
    id = AutoField()
    user = ForeignKeyField(User, on_delete="CASCADE")
    code_hash = TextField(unique=True)
    used_at = DoubleField(null=True)

    class Meta:
        table_name = "recovery_code"


def step_of(seed: str, code: str) -> int | None:
    """Which step the code belongs to, of those that count now."""
    digits = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    generator, present = pyotp.TOTP(seed), int(now()) // STEP_SECONDS
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        if pyotp.utils.strings_equal(generator.generate_otp(step), digits):
            return step
    return None


def uri(seed: str, name: str, server: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=f"{name}@{server}", issuer_name="Holdfast")


def _new_code() -> str:
    text = base64.b32encode(random.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _tidy(code: str) -> str:
    """As it was shown, whatever the case and however the groups were kept apart."""
    text = re.sub(r"[\s-]", "", code).lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


@written
def _begin(user_id: int, seed: str) -> bool:
    present = SecondFactor.get_or_none(SecondFactor.user == user_id)
    if present is not None and present.confirmed_at is not None:
        return False
    SecondFactor.delete().where(SecondFactor.user == user_id).execute()
    SecondFactor.create(user=user_id, seed=seed)
    return True


@written
def _confirm(user_id: int, step: int, codes: list[str]) -> bool:
    begun = (SecondFactor.user == user_id) & SecondFactor.confirmed_at.is_null()
    if SecondFactor.update(confirmed_at=now(), last_step=step).where(begun).execute() != 1:
        return False
    _put_codes(user_id, codes)
    return True


@written
def _use_step(user_id: int, step: int) -> bool:
    newer = (SecondFactor.user == user_id) & (SecondFactor.last_step < step)
    return SecondFactor.update(last_step=step).where(newer).execute() == 1


@written
def _use_code(user_id: int, code_hash: str) -> bool:
    mine = (RecoveryCode.user == user_id) & (RecoveryCode.code_hash == code_hash) & RecoveryCode.used_at.is_null()
    return RecoveryCode.update(used_at=now()).where(mine).execute() == 1


@written
def _replace_codes(user_id: int, codes: list[str]) -> None:
    _put_codes(user_id, codes)


def _put_codes(user_id: int, codes: list[str]) -> None:
    RecoveryCode.delete().where(RecoveryCode.user == user_id).execute()
    RecoveryCode.insert_many([{"user": user_id, "code_hash": digest(code)} for code in codes]).execute()


@written
def _remove(user_id: int) -> bool:
    RecoveryCode.delete().where(RecoveryCode.user == user_id).execute()
    there = SecondFactor.confirmed_at.is_null(False)
    was = SecondFactor.select().where(SecondFactor.user == user_id, there).exists()
    SecondFactor.delete().where(SecondFactor.user == user_id).execute()
    return bool(was)
