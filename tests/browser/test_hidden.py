"""A tab that nobody looks at costs nothing, and is exact at once when somebody does."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, Person, eventually, hide, screen, shows, type_in, until
from tests.support.server import Api

FLOOD = "read x; seq -f '%06.0f 0123456789-abcdefghijklmnopqrstuvwxyz' 1 50000; printf 'the end\\n'; cat"
# Pings, who is here and who is not.
NEWS_BYTES = 20_000


def counted(page: Page) -> list[int]:
    """The sizes of what comes over the page's websocket, once it is loaded anew."""
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda payload: sizes.append(len(payload))))
    page.reload()
    until(page, "holdfast.stream.joined")
    return sizes


def hidden_ones(api: Api, session: str) -> list[bool]:
    return [one["hidden"] for one in api.status(session)["viewers"]]


def test_a_hidden_page_gets_nothing_of_a_flood_and_is_exact_when_it_is_shown(server, person):
    api = server.api("alice")
    session = api.start(FLOOD, rows=30, cols=100)["id"]
    page = person().join(session)
    sizes = counted(page)
    page.evaluate(
        """() => { const view = holdfast.terminal; const own = view.draw.bind(view); window.draws = 0;
                   view.draw = (...all) => { window.draws += 1; own(...all); }; }"""
    )
    hide(page)
    eventually(lambda: hidden_ones(api, session) == [True])
    before = sum(sizes)
    api.post(f"/sessions/{session}/input", {"data": "go\n"})
    eventually(lambda: "the end" in api.screen(session))
    assert page.evaluate("() => holdfast.stream.received") < 10_000
    assert sum(sizes) - before < NEWS_BYTES
    assert api.status(session)["connected_clients"] == 1
    hide(page, False)
    shows(page, "the end")
    shows(page, "045100 ", scrollback=True)
    until(page, "holdfast.stream.drawn === holdfast.stream.received && !holdfast.terminal.painter.held")
    assert screen(page).rstrip() == api.screen(session).rstrip()
    assert page.evaluate("() => window.draws") <= 2, "one snapshot; a frame before it where the flood is just over"
    eventually(lambda: hidden_ones(api, session) == [False])
    type_in(page, "and on\n")
    shows(page, "and on\nand on")


def test_a_glance_elsewhere_changes_nothing(server, person):
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    page = person().join(session)
    hide(page)
    api.post(f"/sessions/{session}/input", {"data": "meanwhile\n"})
    shows(page, "meanwhile")
    hide(page, False)
    assert not page.evaluate("() => holdfast.stream.connection.hidden")


def test_the_tab_of_a_hidden_page_shows_a_new_title(server, person):
    api = server.api("alice")
    session = api.start("read x; printf '\\033]2;all tests passed\\a'; cat", name="tests")["id"]
    page = person().join(session)
    hide(page)
    eventually(lambda: hidden_ones(api, session) == [True])
    api.post(f"/sessions/{session}/input", {"data": "go\n"})
    expect(page).to_have_title("all tests passed · tests")
    assert page.evaluate("() => holdfast.terminal.text()").strip() == ""


def test_others_see_who_does_not_look(server, person):
    session = server.api("alice").start(["cat"])["id"]
    away, here = person(), person()
    left, page = away.join(session), here.join(session)
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_text("(this window)")).to_be_visible()
    hide(left)
    expect(page.get_by_text("not looking")).to_have_count(1)
    hide(left, False)
    expect(page.get_by_text("not looking")).to_have_count(0)


def test_a_hidden_list_is_told_nothing_and_is_right_when_it_is_shown(server, person):
    api = server.api("erin")
    page, other = person("erin").open("/"), person("erin").open("/")
    hide(page)
    until(page, "window.holdfast && document.querySelector('session-list').feed.connection.hidden")
    api.start(["cat"], name="made meanwhile")
    expect(other.get_by_role("link", name="made meanwhile")).to_be_visible()
    expect(page.get_by_role("link", name="made meanwhile")).to_have_count(0)
    hide(page, False)
    expect(page.get_by_role("link", name="made meanwhile")).to_be_visible()


def test_a_page_that_loses_its_server_while_hidden_is_listed_as_hidden_again(own_server, browser):
    server = own_server()
    person = Person(browser, server, "alice", DESKTOP)
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    page = person.join(session)
    hide(page)
    eventually(lambda: hidden_ones(api, session) == [True])
    server.restart()
    eventually(lambda: hidden_ones(api, session) == [True])
    hide(page, False)
    eventually(lambda: hidden_ones(api, session) == [False])
    type_in(page, "still here\n")
    shows(page, "still here\nstill here")
    person.close()
