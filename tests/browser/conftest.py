"""One server and one Chromium for all browser tests; a person (context) a test."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.people import ARGS, CHROMIUM, DESKTOP, Person, eventually
from tests.support.server import Api, Server


def started(data_dir: Path) -> Server:
    """A server on a port that stays the same when it starts again: the login cookie is named after it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Server(data_dir, HOLDFAST_PORT=str(port)).start()


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    server = started(tmp_path_factory.mktemp("browser") / "data")
    server.lasting = True
    yield server
    server.close()


@pytest.fixture(scope="module", autouse=True)
def few_sessions(server):
    """A list of two hundred sessions that no test of this module made would cost each of its pages time."""
    for name in list(server._tokens):
        api = server.api(name)
        eventually(lambda api=api: none_left(api))  # a program takes its time to end on a busy machine


def none_left(api: Api) -> bool:
    listed = api.get("/sessions")
    if listed.status_code == 401:  # an account that a test has shut out
        return True
    ids = [one["id"] for one in listed.json()["sessions"] if one["role"] == "owner"]
    return not ids or api.post("/sessions/end", {"ids": ids, "forget": True}).json()["left"] == []


@pytest.fixture
def own_server(tmp_path):
    """own_server(): a server that the test may kill."""
    made: list[Server] = []

    def make() -> Server:
        made.append(started(tmp_path / f"data{len(made)}"))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def person(browser, server):
    """person("alice", PHONE): a signed-in browser; person(None): one that nobody signed in."""
    made: list[Person] = []

    def arrive(name: str | None = "alice", device: dict = DESKTOP, on: Server = server, **options) -> Person:
        made.append(Person(browser, on, name, device, **options))
        return made[-1]

    yield arrive
    print("".join(server.log[-40:]))  # pytest shows it when the test failed
    for one in made:
        one.close()
