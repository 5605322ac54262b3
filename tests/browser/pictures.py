"""Makes the pictures of README and, in guide_*.py, of the guide, from a real server:
`python -m tests.browser.pictures`, or `python -m tests.browser.pictures guide` for the latter alone.

Not a test: run it when the pages have changed, look at the pictures, commit them."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import guide_pictures, guide_windows
from tests.browser.people import ARGS, CHROMIUM, NO_WEBGL, Person, joined, shows, type_in, until
from tests.support.server import Server

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDE = {"viewport": {"width": 1120, "height": 700}}
SMALL = {"viewport": {"width": 900, "height": 560}}
# Playwright's emulated pixel ratio confuses WebGL renderers about their canvas: the phone uses the other one.
PHONE = {
    "viewport": {"width": 390, "height": 560}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
}  # fmt: skip

CODE = '''"""Counts words as they arrive, and says which ones rise."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Trend:
    window: int = 1000
    seen: Counter = field(default_factory=Counter)

    def feed(self, line: str) -> None:
        for word in line.lower().split():
            self.seen[word] += 1

    def rising(self, most: int = 10) -> list[str]:
        # The rare words of yesterday are the news of today.
        return [word for word, _ in self.seen.most_common(most)]


if __name__ == "__main__":
    trend = Trend(window=5000)
    for line in open("words.txt"):
        trend.feed(line)
    print("rising:", ", ".join(trend.rising()))
'''
SCRIPTS = {
    "build": r"""for i in $(seq 412); do printf '\033[32m[%3d/412]\033[0m module_%d.o\n' $i $i; sleep 2; done""",
    "serve": "while :; do echo GET /health 200; sleep 3; done",
    "train": "for i in $(seq 300); do echo epoch $i  loss 0.0213; sleep 5; done",
    "migrate": "echo migrated 41,290 rows",
    "deploy": "echo host unreachable; exit 3",
}
SESSIONS = (
    ("word trends", "vim trends.py", ["code"]),
    ("nightly build", "./build", ["build", "ci"]),
    ("api server", "./serve --port 8443", ["prod"]),
    ("train model", "./train --epochs 300", ["gpu", "ml"]),
    ("service log", "tail -f server.log", ["prod"]),
    ("", "htop", []),
    ("database migration", "./migrate up", ["db"]),
    ("deploy to staging", "./deploy staging", ["deploy"]),
)


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


def start_all(server: Server, project: Path) -> dict[str, str]:
    (project / "trends.py").write_text(CODE)
    (project / "server.log").write_text("listening on port 8443\n")
    for name, text in SCRIPTS.items():
        (project / name).write_text(f"#!/bin/sh\n{text}\n")
        (project / name).chmod(0o755)
    api = server.api("ada")
    return {
        name: api.start(command, name=name or None, cwd=str(project), tags=tags)["id"]
        for name, command, tags in reversed(SESSIONS)
    }


def take(server: Server, browser: Browser, sessions: dict[str, str]) -> None:
    desktop = Person(browser, server, "ada", SMALL, color_scheme="dark")
    page = desktop.join(sessions["word trends"])
    shows(page, "class Trend")
    page.get_by_role("button", name="Fit to this window").click()
    until(page, "!holdfast.terminal.differs")
    type_in(page, "12Gf(")
    phone = Person(browser, server, "ada", PHONE, color_scheme="dark")
    phone.context.add_init_script(NO_WEBGL)
    held = phone.join(sessions["word trends"])
    until(page, "document.querySelector('[data-part=clients]').textContent === '2 clients'")
    joined(page)
    picture(page, "session-desktop")
    picture(held, "session-phone")
    page.get_by_role("button", name="Details").click()
    picture(page, "details")
    page.get_by_role("button", name="Close details").click()
    held.get_by_role("button", name="Fit to this window").tap()
    until(held, "!holdfast.terminal.differs")
    joined(held)
    picture(held, "session-phone-fitted")
    desktop.close()
    phone.close()
    listed = Person(browser, server, "ada", WIDE, color_scheme="light").open("/")
    until(listed, "document.querySelectorAll('session-card').length >= 8")
    picture(listed, "sessions-desktop")
    listed.get_by_role("button", name="New session").click()
    listed.get_by_label("Command", exact=True).fill("make -j8 && ./train.py")
    listed.get_by_label("Directory").fill("/srv/word-trends")
    picture(listed, "new-session")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch).parent / "word-trends"  # a short name looks better
        project.mkdir()
        server = Server(Path(scratch) / "data").start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
                if "guide" not in sys.argv:
                    take(server, browser, start_all(server, project))
                guide_pictures.take(server, browser, project, picture)
                guide_windows.take(server, browser, project, picture)
                browser.close()
        finally:
            server.close()
            shutil.rmtree(project)


if __name__ == "__main__":
    main()
