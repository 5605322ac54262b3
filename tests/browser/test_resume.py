"""What a page does when the link, the server or the machine lets it down: nothing is lost, doubled or reloaded."""

from __future__ import annotations

import os
import re
import signal

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import (
    DESKTOP,
    PHONE,
    Person,
    eventually,
    joined,
    screen,
    shows,
    type_in,
    until,
)

# Echoes every byte exactly once, and shows where the 80 columns wrap.
RAW_ECHO = "stty raw -echo; printf 'ready\\r\\n'; exec cat"


def words(first: int, last: int) -> str:
    return "".join(f"{number:03d}," for number in range(first, last))


def typed_text(page: Page) -> str:
    return screen(page, scrollback=True).replace("\n", "").partition("ready")[2]


def test_a_killed_web_server_loses_and_doubles_no_key(own_server, browser):
    server = own_server()
    person = Person(browser, server, "alice", DESKTOP)
    session = server.api("alice").start(RAW_ECHO)["id"]
    page = person.join(session)
    shows(page, "ready")
    page.evaluate("() => { window.stillTheSamePage = true; }")
    resets = page.evaluate(
        """() => { const view = holdfast.terminal; const own = view.draw.bind(view); window.drawn = 0;
                   view.draw = (...all) => { window.drawn += 1; own(...all); }; return 0; }"""
    )
    type_in(page, words(0, 20))
    server.kill()  # in the middle of typing: some of it is under way
    type_in(page, words(20, 40))
    banner = page.get_by_text("Connection lost. Screen is")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("Keys you type are kept.")
    server.start()
    type_in(page, words(40, 60))
    shows_all = words(0, 60)
    until(page, f"holdfast.terminal.text(true).replaceAll('\\n', '').includes('{shows_all[-40:]}')")
    assert typed_text(page) == shows_all
    expect(banner).to_be_hidden()
    assert page.evaluate("() => window.stillTheSamePage"), "no reload"
    assert resets == page.evaluate("() => window.drawn"), "resumed by offset, not redrawn"
    person.close()


def test_a_server_that_hangs_is_noticed_and_found_again(own_server, browser):
    server = own_server()
    person = Person(browser, server, "alice", DESKTOP)
    page = person.join(server.api("alice").start(RAW_ECHO)["id"])
    shows(page, "ready")
    server.process.send_signal(signal.SIGSTOP)  # the link is dead without a word, as after a laptop's sleep
    try:
        type_in(page, words(0, 5))
        expect(page.get_by_text("Connection lost. Screen is")).to_be_visible()
        type_in(page, words(5, 10))
    finally:
        server.process.send_signal(signal.SIGCONT)
    shows(page, words(0, 10))
    assert typed_text(page) == words(0, 10)
    expect(page.get_by_text("Connection lost. Screen is")).to_be_hidden()
    person.close()


def test_the_page_polls_while_it_has_no_socket(server, person):
    api = server.api("alice")
    session = api.start(["cat"], name="before")["id"]
    alice = person()
    page = alice.join(session)
    page.route("**/socket.io/**", lambda route: route.abort())
    page.evaluate("() => { holdfast.stream.connection.socket.disconnect(); }")
    api.call("PATCH", f"/sessions/{session}", json={"name": "renamed meanwhile"})
    expect(page.get_by_role("heading", name="renamed meanwhile")).to_be_visible()
    expect(page.get_by_text("Connection lost. Screen is")).to_be_visible()


@pytest.mark.parametrize("program", ["vim", "htop"])
def test_a_full_screen_program_looks_the_same_after_a_reload(server, person, tmp_path, program):
    api = server.api("alice")
    text = tmp_path / "text.py"
    text.write_text("".join(f"def line_{number}(): return '\u4e2d\u6587 {number}'\n" for number in range(100)))
    command = ["vim", "-n", "-u", "NONE", "-c", "syntax on", "text.py"] if program == "vim" else ["htop"]
    session = api.start(command, rows=30, cols=100, cwd=str(tmp_path))["id"]  # a long path makes vim ask
    page = person().join(session)
    shows(page, "line_5" if program == "vim" else "F10")
    if program == "vim":
        type_in(page, "20Gdd:set number\n")
        shows(page, " 20 def line_20")
    else:
        api.post(f"/sessions/{session}/signal", {"signal": "STOP"})  # it would change by itself otherwise
        joined(page)
    state = "() => [holdfast.terminal.text(), holdfast.terminal.term.buffer.active.cursorX," \
        " holdfast.terminal.term.buffer.active.cursorY, holdfast.terminal.term.buffer.active.type]"  # fmt: skip
    eventually(lambda: api.status(session)["output_bytes"] == page.evaluate("() => holdfast.stream.drawn"))
    before = page.evaluate(state)
    page.reload()
    joined(page)
    assert page.evaluate(state) == before
    assert page.evaluate(state)[3] == "alternate"
    api.post(f"/sessions/{session}/signal", {"signal": "KILL"})


def test_a_login_revoked_elsewhere_ends_here_at_once(server, person):
    session = server.api("dora").start(["cat"])["id"]
    here, elsewhere = person("dora"), person("dora", PHONE, anew=True)
    page = here.join(session)
    account = elsewhere.open("/account")
    others = account.locator("[data-part=logins] li", has=account.get_by_role("button", name="Log out"))
    expect(others).to_have_count(1)
    others.get_by_role("button", name="Log out").click()
    account.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(others).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"/login\?next=%2Fsessions%2F{session}$"))
    expect(account.get_by_text("this browser", exact=True)).to_be_visible()


def test_a_lost_session_is_readable_and_runs_again(own_server, browser):
    server = own_server()
    person = Person(browser, server, "alice", DESKTOP)
    command = "for i in $(seq 100); do echo last words $i; done; cat"
    session = server.api("alice").start(command, name="training")["id"]
    page = person.join(session)
    shows(page, "last words 100")
    page.close()
    vault = int(re.search(r"vault\s+(?:pid\s+)?(\d+)", server.command("keeper", "status").stdout)[1])
    family = [vault, *(child.pid for child in psutil.Process(vault).children(recursive=True))]
    server.kill()
    for pid in family:  # the machine went away: everything at once
        os.kill(pid, signal.SIGKILL)
    server.start()
    page = person.join(session)
    expect(page.get_by_text("The machine or the keeper stopped")).to_be_visible()
    shows(page, "last words 100")
    assert "last words 1\n" in screen(page, scrollback=True)
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: "/sessions/" in url and not url.endswith(session))
    shows(page, "last words 100")
    expect(page.get_by_text("running in background")).to_be_visible()
    person.close()
