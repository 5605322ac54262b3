"""One server and one Chromium for all browser tests; a person (context) a test."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.people import ARGS, CHROMIUM, DESKTOP, Person
from tests.support.server import Server


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("browser") / "data").start()
    yield server
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
    for one in made:
        one.close()
