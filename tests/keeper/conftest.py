"""A keeper of its own for each test: real vault, real programs, a fresh data directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.keeper.client import KeeperClient
from tests.keeper.support import Home, Recorder


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A data directory with a running keeper."""
    home = Home(tmp_path)
    home.ensure()
    yield home
    home.destroy()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(home: Home, recorder: Recorder) -> Iterator[KeeperClient]:
    client = KeeperClient(home.keeper, recorder)
    client.start()
    yield client
    client.close()
