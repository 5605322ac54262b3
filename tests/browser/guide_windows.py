"""The guide's pictures of sizes, the terminal, the workspace, statistics and languages, for pictures.py."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, expect

from tests.browser.guide_pictures import Picture, fit
from tests.browser.people import DESKTOP, PHONE, Person, joined, shows, type_in, until
from tests.browser.test_presence import ANDROID
from tests.browser.test_terminal_tools import paste
from tests.browser.test_workspace import focused, pane, pick
from tests.support.server import Server

WINDOW = {"viewport": {"width": 860, "height": 560}}
SCRIPTS = {
    "compile": r"""for i in $(seq 60); do printf '%d  compiled src/module_%d.c  ok\n' $i $i; done
exec env 'PS1=~/shop $ ' bash --norc""",
    "shelf": r"""for name in bin docs src tests; do printf 'drwxr-xr-x 2 ada ada 4096 \033[1;34m%s\033[m\n' $name; done
printf '\033[1;32m$\033[m make test\n\033[33mwarning\033[m a -> b => c != d\n'; exec cat""",
    "tests": r"""for i in $(seq 14); do printf '\033[32mok\033[m   tests/test_%02d.py\n' $i; done
printf '\n14 passed in 2.31s\n'; exec cat""",
    "log": "for i in 1 2 3 4 5 6 7; do echo 10:41:0$i GET /sessions 200; done; exec cat",
    "notes": "echo ask grace about the migration; exec cat",
}
FILES = [
    {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x" * 2000},
    {"name": "report final.pdf", "mimeType": "application/pdf", "buffer": b"x" * 40_000},
]


def take(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    for name, text in SCRIPTS.items():
        (project / name).write_text(f"#!/bin/bash\n{text}\n")
        (project / name).chmod(0o755)
    sizes(server, browser, project, picture)
    terminal(server, browser, project, picture)
    workspace(server, browser, project, picture)
    stats(server, browser, project, picture)
    languages(server, browser, project, picture)


def sizes(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    session = server.api("cara").start("./compile", name="deploy", cwd=str(project), rows=24, cols=80)["id"]
    desktop = Person(browser, server, "cara", WINDOW, color_scheme="light")
    phone = Person(browser, server, "cara", PHONE, color_scheme="dark", user_agent=ANDROID)
    page, held = desktop.join(session), phone.join(session)
    shows(page, "~/shop $")
    fit(page)
    joined(held)
    type_in(held, "make deploy")
    shows(page, "~/shop $ make deploy")
    expect(page.locator("toast-line")).to_have_text("You joined from a phone")
    until(page, "!document.querySelector('toast-line').classList.contains('shown')")
    page.wait_for_timeout(500)  # it fades
    page.locator("[data-part=people]").click()
    expect(page.locator("presence-list .person").nth(1)).to_contain_text("typing")
    picture(page, "guide/sizes-people")
    page.keyboard.press("Escape")
    page.locator("[data-part=size-open]").click()
    expect(page.locator("size-menu")).to_be_visible()
    picture(page, "guide/sizes-menu")
    held.locator("[data-part=size-open]").click()
    held.locator("size-menu .segments span").nth(1).click()
    held.keyboard.press("Escape")
    until(held, "holdfast.terminal.layout.zoomed")
    held.locator("terminal-view textarea").focus()
    until(held, "document.querySelector('toast-line').textContent === ''")
    picture(held, "guide/sizes-phone")
    for one in (desktop, phone):
        one.close()


def terminal(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    (project / "shelves").mkdir()
    order: dict[str, Any] = {"cwd": str(project / "shelves"), "rows": 40, "cols": 120}
    session = server.api("dean").start("../shelf", name="shelf", **order)["id"]
    day = Person(browser, server, "dean", DESKTOP, color_scheme="light")
    page = day.join(session)
    shows(page, "a -> b")
    fit(page)
    paste(page, "sudo rm -rf build\nmake -j4\n./run --all\n")
    expect(page.get_by_role("dialog", name="Paste this text?")).to_be_visible()
    picture(page, "guide/terminal-paste")
    page.get_by_role("button", name="Cancel").click()
    page.locator("file-drop input").set_input_files(FILES)
    expect(page.get_by_text("Uploaded to")).to_have_count(2)
    page.mouse.move(600, 400)
    picture(page, "guide/terminal-upload")
    day.close()
    night = Person(browser, server, "dean", DESKTOP, color_scheme="dark")
    dark = night.join(session)
    dark.locator("view-menu button").first.click()
    dark.get_by_role("menuitem", name="Terminal settings").click()
    expect(dark.get_by_role("dialog", name="Terminal settings")).to_be_visible()
    picture(dark, "guide/terminal-settings")
    night.close()


def workspace(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    api = server.api("eve")
    names = {"files": "./shelf", "tests": "./tests", "server log": "./log", "notes": "./notes"}
    ids = [api.start(command, name=name, cwd=str(project))["id"] for name, command in names.items()]
    desktop = Person(browser, server, "eve", DESKTOP, color_scheme="dark")
    page = desktop.open(f"/workspace?open={ids[0]}")
    focused(page, ids[0])
    for session, key, name in ((ids[1], "Alt+Shift+D", "tests"), (ids[2], "Alt+Shift+S", "server log")):
        page.keyboard.press(key)
        pick(page, name)
        focused(page, session)
    page.get_by_role("button", name="New tab").click()
    pick(page, "notes")
    focused(page, ids[3])
    page.get_by_role("tab").first.click()
    focused(page, ids[2])
    for session in ids[:3]:
        pane(page, session).locator("[data-part=fit]").click()
        expect(pane(page, session).locator("[data-part=fit]")).to_be_hidden()
    picture(page, "guide/workspace-desktop")
    desktop.close()
    phone = Person(browser, server, "eve", PHONE, color_scheme="light")
    held = phone.open("/workspace")
    held.locator(".panes-of-tab button", has_text="server log").tap()
    focused(held, ids[2])
    picture(held, "guide/workspace-phone")
    phone.close()


def stats(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    order: dict[str, Any] = {"cwd": str(project), "env": {"PS1": "~/shop $ "}}
    session = server.api("fay").start(["bash", "--norc"], name="web shop", **order)["id"]
    line = "(sleep 1000; echo) | cat | sort & python3 -c 'import time; time.sleep(900)'\r"
    server.api("fay").post(f"/sessions/{session}/input", {"data": line})
    for device, scheme, name in ((DESKTOP, "light", "desktop"), (PHONE, "dark", "phone")):
        fay = Person(browser, server, "fay", device, color_scheme=scheme)
        page = fay.context.new_page()
        page.route("**/stats?step=*", an_hour)
        page.goto(f"/sessions/{session}")
        joined(page)
        page.evaluate("async () => (await import('/static/js/page.js')).actions.run('session.stats')")
        until(page, "document.querySelector('stats-panel [data-part=machine-facts]').textContent")
        until(page, "document.querySelectorAll('stats-panel [data-part=tree] li').length >= 5")
        picture(page, f"guide/stats-{name}")
        fay.close()


def an_hour(route: Route) -> None:
    """Nobody waits an hour for a picture: the server's answer, with values as of a program that worked twice."""
    answer = route.fetch()
    told = answer.json()
    busy = [0.0 if place % 180 < 60 else 60 + 30 * math.sin(place / 9) + place * 7 % 11 for place in range(360)]
    told |= {
        "cpu_percent": busy, "memory_bytes": [(180 + 0.6 * one) * 1e6 for one in busy],
        "output_rate": [one * 900 for one in busy], "input_rate": [0] * 360,
        "viewers": [1 + (200 <= place < 300) for place in range(360)], "process_count": [5] * 360,
    }  # fmt: skip
    route.fulfill(response=answer, json=told)


def languages(server: Server, browser: Browser, project: Path, picture: Picture) -> None:
    """In English: the machine that makes the pictures may have no Chinese font."""
    session = server.api("cara").start("./tests", name="tests", cwd=str(project))["id"]
    person = Person(browser, server, "cara", WINDOW, color_scheme="light")
    page = person.open("/account")
    page.locator("form[data-part=reading] select").focus()
    page.evaluate("() => document.querySelector('form[data-part=reading]').closest('section').scrollIntoView()")
    picture(page, "guide/i18n-account")
    page = person.open(f"/sessions/{session}/text")
    expect(page.locator("session-text")).to_contain_text("14 passed")
    page.get_by_role("checkbox").check()
    picture(page, "guide/i18n-text")
    person.context.close()
