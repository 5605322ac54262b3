import pytest
from argon2 import PasswordHasher

from app.models import secrets
from app.models.user import User
from tests.support.database import bound

PASSWORD = "correct horse battery"


@pytest.fixture
def database(tmp_path, monkeypatch):
    # Real hashes, but quick ones: nearly every test here makes three accounts.
    monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return bound(f"sqlite:///{tmp_path}/data/holdfast.db")


@pytest.fixture
def people(database):
    """Alice, Bob and Charlie; only Alice is an admin."""
    return {name: User.register(name, PASSWORD, name == "alice") for name in ("alice", "bob", "charlie")}
