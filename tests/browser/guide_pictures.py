"""The pictures of the guide's pages on the dashboard, phones, sharing and commands, for tests/browser/pictures.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import DESKTOP, NO_WEBGL, PHONE, Person, eventually, joined, shows, until
from tests.support.server import Server
from tests.whole.test_lobby import Waiter

TALL = {"viewport": {"width": 900, "height": 860}}
LOW = {"viewport": {"width": 900, "height": 340}}
# Playwright's emulated pixel ratio confuses WebGL renderers about their canvas: the phone uses the other one.
SHARP_PHONE = {**PHONE, "viewport": {"width": 390, "height": 560}, "device_scale_factor": 2}
# Chromium shows what a link's address is; the reader's server has another.
ADDRESS = "https://holdfast.example/s/Qe3tN0aVb1XkQm7y"
SCRIPTS = {
    "release": r"""for i in $(seq 60); do printf '\033[32m   Compiling\033[m crate-%d v0.1.%d\n' $i $i; done
printf '\a\033]9;4;1;63\033\\'; exec cat""",
    "orders": r"""for i in $(seq 14); do printf '\033[36m12:04:%02d\033[m order %d paid\n' $i $((4711 + i)); done
exec cat""",
    "serve": "while :; do echo 'GET /health 200'; sleep 1; done",
    "train": "for i in $(seq 12); do echo epoch $i  loss 0.0213; done; exec cat",
    "nightly": r"""for i in 1 2 3; do printf '\033[31merror\033[m: test %d failed\n' $i; done; exit 3""",
    "cleanup": r"""printf '\033[33mDelete 14 old files? [y/N]\033[m '; exec cat""",
    "backup": "echo 412 files, 1.3 GB; exit 0",
    "build": r"""for i in $(seq 14); do printf '\033[32m[%3d/412]\033[m module_%d.o\n' $i $i; done; exec cat""",
    "warn": r"""printf '$ make release\nbuilding \033[1mholdfast-0.1\033[m ...\n\033[33mwarning\033[m: 412 MB of logs\n'
exec cat""",
}
SESSIONS: tuple[tuple[str, str, str, list[str]], ...] = (
    ("build release", "./release", "Shop", ["ci"]), ("web shop", "./orders", "Shop", ["prod", "web"]),
    ("api server", "./serve", "Shop", ["prod"]), ("pairing", "./train", "", []),
    ("failing job", "./nightly", "", ["ci", "nightly"]), ("cleanup", "./cleanup", "", []),
    ("backup", "./backup", "", ["nightly"]),
)  # fmt: skip
MAKEFILE = "all:\n\t@echo cc -O2 -c main.c; sleep 1.6; echo linked shop\ntest:\n\t@echo 41 passed, 1 failed; exit 2\n"
PROMPT = r"PS1='\[\e[32m\]ada@box\[\e[m\]:\[\e[34m\]\w\[\e[m\]$ '" + "\n"
COMMANDS = ("cd shop", "ls", "make", "make test", "grep -c all Makefile", " export TOKEN=abc", "seq 1 12")

Picture = Callable[[Page, str], Any]


def take(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    for name, text in SCRIPTS.items():
        (project / name).write_text(f"#!/bin/bash\n{text}\n")
        (project / name).chmod(0o755)
    sharing(server, browser, project, picture)  # first: so its guest has the number 1
    dashboard(server, browser, project, picture)
    phone(server, browser, project, picture)
    commands(server, browser, project, picture)


def dashboard(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    api = server.api("alice")
    started = {
        name: api.start(command, name=name, cwd=str(project), tags=tags, group=group)["id"]
        for name, command, group, tags in reversed(SESSIONS)
    }
    made = api.post(f"/sessions/{started['pairing']}/links", {"asks": True}).json()
    Waiter(server, made["url"]).ask(name="grace")
    desktop = Person(browser, server, "alice", DESKTOP, color_scheme="light")
    page = desktop.open("/")
    expect(page.locator("session-card", has_text="cleanup").locator(".news")).to_have_text("Waiting")
    until(page, "document.querySelectorAll('session-card .shot img[src]').length >= 6")
    picture(page, "guide/dashboard-cards")
    small = Person(browser, server, "alice", PHONE, color_scheme="dark")
    held = small.open("/")
    until(held, "document.querySelectorAll('session-card .shot img[src]').length >= 2")
    picture(held, "guide/dashboard-phone")
    page.keyboard.press("v")
    until(page, "document.querySelector('session-list').dataset.view === 'compact'")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    picture(page, "guide/dashboard-compact")
    for one in (desktop, small):
        one.close()


def phone(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    command = ["bash", "--norc"]
    order: dict[str, Any] = {"cwd": str(project), "env": {"PS1": "~/work $ "}, "rows": 44, "cols": 48}
    session = server.api("bea").start(command, name="work", **order)["id"]
    bea = Person(browser, server, "bea", PHONE, color_scheme="dark")
    page = bea.join(session)
    fit(page)
    server.api("bea").post(f"/sessions/{session}/input", {"data": "echo 'held fast'\r"})
    shows(page, "\nheld fast")
    page.locator("key-bar [data-key=ctrl]").click()  # a tap would leave its shadow in the picture
    page.locator("key-bar [data-key=alt]").dblclick()
    expect(page.locator("key-bar [data-key=alt]")).to_have_class("locked")
    until(page, "document.querySelector('toast-line').textContent === ''")
    picture(page, "guide/phone-bar")
    page.locator("key-bar [data-key=ctrl]").click()
    page.locator("key-bar [data-key=alt]").click()
    page.evaluate("async () => (await import('/static/js/page.js')).actions.run('key-bar.edit')")
    expect(page.locator("key-bar-editor dialog")).to_be_visible()
    picture(page, "guide/phone-edit")
    page.locator("key-bar-editor dialog .actions button").last.click()
    server.api("bea").post(f"/sessions/{session}/input", {"data": "echo "})
    shows(page, "$ echo")
    page.locator("terminal-view textarea").focus()
    bea.context.new_cdp_session(page).send(
        "Input.imeSetComposition", {"text": "ni'hao", "selectionStart": 6, "selectionEnd": 6}
    )
    until(page, "document.querySelector('.composition').textContent === \"ni'hao\"")
    picture(page, "guide/phone-compose")
    bea.close()


def sharing(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    api = server.api("ann")
    server.user("grace")
    session = api.start("./build", name="nightly build", cwd=str(project), rows=24, cols=80)["id"]
    assert api.post(f"/sessions/{session}/grants", {"user": "grace", "role": "viewer"}).ok
    ann = Person(browser, server, "ann", TALL, color_scheme="light")
    page = ann.join(session)
    page.locator("[data-part=share]").click()
    page.locator("dialog.share summary").click()
    page.locator("form[data-part=link-form] [name=label]").fill("for the customer")
    page.locator("dialog.share summary").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("[data-part=made]")).to_be_visible()
    url = page.locator("[data-part=url]").inner_text()
    guest = Person(browser, server, None, SHARP_PHONE, color_scheme="light", script=NO_WEBGL)
    watching = guest.open(url)
    joined(watching)
    shows(watching, "[ 14/412]")
    expect(page.locator("[data-part=here]")).to_contain_text("Guest")
    page.evaluate("(address) => { document.querySelector('[data-part=url]').textContent = address; }", ADDRESS)
    picture(page, "guide/sharing")
    picture(watching, "guide/sharing-guest")
    for one in (ann, guest):
        one.close()
    glass(server, browser, project, picture)


def glass(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    session = server.api("ann").start("./warn", name="release", cwd=str(project), rows=16, cols=100)["id"]
    server.user("root", admin=True)
    root = Person(browser, server, "root", DESKTOP, anew=True)
    admin = root.open("/account")
    row = admin.locator("admin-sessions li", has_text=session)
    row.get_by_role("button", name="Break glass").click()
    admin.locator("admin-sessions [name=reason]").fill("the disk of build-2 is filling up, looking for what writes")
    row.get_by_role("button", name="Break glass").click()
    admin.wait_for_url(f"**/sessions/{session}")
    joined(admin)
    ann = Person(browser, server, "ann", LOW, color_scheme="light")
    page = ann.join(session)
    root.close()
    expect(page.locator("[data-part=glass]")).to_contain_text("An administrator, root, is looking")
    expect(page.locator("[data-part=clients]")).to_contain_text("1 client")
    picture(page, "guide/sharing-glass")
    ann.close()


def commands(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    (project / "shop").mkdir()
    (project / "shop" / "Makefile").write_text(MAKEFILE)
    (project / ".bashrc").write_text(PROMPT)
    api = server.api("cleo")
    order: dict[str, Any] = {"cwd": str(project), "env": {"HOME": str(project)}, "rows": 24, "cols": 80}
    session = api.start(["bash"], name="shop", **order)["id"]
    cleo = Person(browser, server, "cleo", DESKTOP, color_scheme="light")
    page = cleo.join(session)
    fit(page)
    for line in COMMANDS:
        run(api, session, line)
    placed(page, len(COMMANDS))
    page.locator(".command-marks .sign").nth(2).hover()
    picture(page, "guide/shell-marks")
    cleo.close()
    night = Person(browser, server, "cleo", DESKTOP, color_scheme="dark")
    dark = night.join(session)
    dark.locator("[data-part=commands]").click()
    expect(dark.locator("command-list li")).to_have_count(len(COMMANDS))
    fit(dark)
    run(api, session, "seq 1 300")
    placed(dark, 1)
    expect(dark.locator("command-header")).to_be_visible()
    expect(dark.locator("command-list li")).to_have_count(len(COMMANDS) + 1)
    picture(dark, "guide/shell-list")
    night.close()
    small = Person(browser, server, "cleo", PHONE, color_scheme="light")
    held = small.join(session)
    placed(held, 1)
    held.locator("view-menu > button").click()
    held.get_by_role("menuitem", name="Commands").click()
    expect(held.locator("command-list li")).to_have_count(len(COMMANDS) + 1)
    picture(held, "guide/shell-phone")
    small.close()


def run(api: Any, session: str, line: str) -> None:
    """Types it at the prompt, and waits until the shell has the next one."""

    def ended() -> int:
        return sum(one["ended_at"] is not None for one in api.get(f"/sessions/{session}/commands").json()["commands"])

    eventually(lambda: api.status(session)["at_prompt"])
    before = ended()
    api.post(f"/sessions/{session}/input", {"data": line + "\r"})
    eventually(lambda: ended() > before and api.status(session)["at_prompt"])


def placed(page: Page, count: int) -> None:
    until(page, f"holdfast.commands.commands.placed.length >= {count} && holdfast.commands.top !== null")


def fit(page: Page) -> None:
    page.get_by_role("button", name="Fit to this window").click()
    until(page, "!holdfast.terminal.differs")
    joined(page)
