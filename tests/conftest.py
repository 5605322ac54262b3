"""Fixtures for whole-server tests. One server serves a whole module where tests only add sessions."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

from tests.support.server import NO_SWEEPS, Server
from tests.support.viewer import Viewer


@pytest.fixture(scope="session", autouse=True)
def bare_home():
    """A home without start files. What a developer's login shell runs (pyenv: 150 ms, with a lock that all shells share
    and that one killed leaves behind for the next 60 s) is no part of what is tested."""
    before, home = os.environ.get("HOME"), tempfile.mkdtemp(prefix="holdfast-home-")
    os.environ["HOME"] = home
    yield
    os.environ["HOME"] = before or "/"
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("data"))
    server.program = NO_SWEEPS
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def killable(server):
    """The module's server for a test that kills it; up, however the one before left it. What ran in it is still there:
    a test that needs an empty one, or another setting, takes one of its own."""
    if server.process.poll() is not None:
        server.start()
    return server


@pytest.fixture
def own_server(tmp_path):
    """A server of this test's alone, which it may kill."""
    made: list[Server] = []

    def make(**settings: str) -> Server:
        made.append(Server(tmp_path / f"data{len(made)}", **settings))  # closed also when it does not start
        return made[-1].start()

    yield make
    for server in made:
        server.close()


@pytest.fixture
def viewer():
    """viewer(server, "alice") connects as that user; all are closed at the end."""
    made: list[Viewer] = []

    def connect(server: Server, name: str) -> Viewer:
        made.append(Viewer(server.url, server.user(name)))
        return made[-1]

    yield connect
    for one in made:
        one.close()
        assert not one.broken, one.broken
