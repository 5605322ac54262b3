import pytest

from app.models import base
from app.models.user import User

PASSWORD = "correct horse battery"


@pytest.fixture
def database(tmp_path):
    made = base.bind(f"sqlite:///{tmp_path}/data/holdfast.db")
    base.migrate(made)
    return made


@pytest.fixture
def people(database):
    """Alice, Bob and Charlie; only Alice is an admin."""
    return {name: User.register(name, PASSWORD, name == "alice") for name in ("alice", "bob", "charlie")}
