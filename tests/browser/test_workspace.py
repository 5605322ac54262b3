"""Several sessions in one page: splits, tabs, and a layout that follows the account."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, eventually, hide, joined, shows, until


@pytest.fixture
def cats(server, request):
    """An account of the test's own, and some sessions of it."""
    name = re.sub("[^a-z]", "", request.node.name.split("[")[0])[-24:] + ("p" if "phone" in request.node.name else "d")
    api = server.api(name)
    ids = [api.start(["cat"], name=title, rows=24, cols=80)["id"] for title in ("first", "second", "third")]
    return name, api, ids


# How often a page asked whether it has a graphics card.
ASKED = """
const own = HTMLCanvasElement.prototype.getContext;
window.asked = 0;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  if (options?.failIfMajorPerformanceCaveat) window.asked += 1;
  return own.call(this, kind, options);
};
"""


def pane(page: Page, session: str):
    return page.locator(f".pane[data-session='{session}']")


def focused(page: Page, session: str) -> None:
    """The pane is the one that is used, and has drawn."""
    until(page, f"holdfast.stream.session === {json.dumps(session)}")
    joined(page)


def saved(api) -> dict:
    return api.get("/preferences").json().get("layout") or {"tabs": []}


def leaves(node: dict) -> list[str]:
    return [node["session"]] if "session" in node else leaves(node["first"]) + leaves(node["second"])


def pick(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Search sessions").fill(name)
    expect(page.locator("session-picker").get_by_role("option").first).to_contain_text(name)
    page.keyboard.press("Enter")


def test_panes_share_one_connection_and_each_has_its_own_keys(server, person, cats):
    name, api, ids = cats
    sockets: list[str] = []
    page = person(name).context.new_page()
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"/workspace?open={','.join(ids)}")
    focused(page, ids[0])
    for session in ids:
        pane(page, session).locator("textarea.xterm-helper-textarea").focus()
        focused(page, session)
        page.keyboard.type(f"typed into {session}\n")
        shows(page, f"typed into {session}\ntyped into {session}")
        expect(page).to_have_title(re.compile("first|second|third"))
    assert len(sockets) == 1
    page.evaluate("() => holdfast.actions.run('session.details')")
    links = pane(page, ids[-1]).locator("session-details")
    expect(links.locator("[data-part=as-text]")).to_have_attribute("href", f"/sessions/{ids[-1]}/text")
    expect(links.locator("[data-part=audit] a")).to_have_attribute("href", f"/audit?session={ids[-1]}")
    known = page.evaluate("() => [...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert len(known) == len(set(known)), "no id twice"
    for session in ids:
        assert f"typed into {session}" in api.screen(session)


def test_panes_ask_for_the_graphics_card_once(person, cats):
    """It takes 10 ms, and a pane that deep history covers has two terminals."""
    name, _, ids = cats
    page = person(name, script=ASKED).open(f"/workspace?open={','.join(ids)}")
    for session in ids:
        pane(page, session).locator("textarea.xterm-helper-textarea").focus()
        focused(page, session)
    assert page.evaluate("() => window.asked") == 1


def test_split_zoom_move_and_close_by_keys_alone(server, person, cats):
    name, api, (first, second, third) = cats
    page = person(name).open(f"/workspace?open={first}")
    focused(page, first)
    page.keyboard.press("Alt+Shift+D")
    pick(page, "second")
    focused(page, second)
    page.keyboard.press("Alt+Shift+S")
    pick(page, "third")
    focused(page, third)
    page.keyboard.press("Control+Shift+ArrowLeft")
    focused(page, first)
    page.keyboard.press("Control+Shift+ArrowRight")
    focused(page, second)
    page.keyboard.press("Alt+Shift+Z")
    expect(pane(page, first)).to_be_hidden()
    assert pane(page, second).bounding_box()["width"] == 1280
    page.keyboard.press("Alt+Shift+Z")
    expect(pane(page, first)).to_be_visible()
    page.keyboard.press("Alt+Shift+W")
    expect(pane(page, second)).to_have_count(0)
    focused(page, third)
    eventually(lambda: api.status(second)["connected_clients"] == 0)
    assert api.status(second)["state"] == "running", "closing a pane ends nothing"
    type_in_focused(page, "still here\n")
    shows(page, "still here\nstill here")


def type_in_focused(page: Page, text: str) -> None:
    page.locator(".pane.focused textarea.xterm-helper-textarea").focus()
    page.keyboard.type(text)


def test_dividers_are_moved_by_mouse_and_keys_and_terminals_follow(server, person, cats):
    name, api, (first, second, _) = cats
    page = person(name).open(f"/workspace?open={first},{second}")
    focused(page, first)
    divider = page.get_by_role("separator")
    box = divider.bounding_box()
    before = page.evaluate("() => holdfast.terminal.proposal.cols")
    page.mouse.move(box["x"] + box["width"] / 2, 400)
    page.mouse.down()
    page.mouse.move(320, 400, steps=4)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "25")
    until(page, f"holdfast.terminal.proposal.cols < {before}")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "27")
    eventually(lambda: saved(api)["tabs"] and abs(saved(api)["tabs"][0]["root"]["ratio"] - 0.27) < 0.001)
    assert api.status(first)["cols"] == 80, "a pane never resizes its session by itself"


def test_a_tab_in_the_background_is_sent_nothing_and_is_exact_at_once(server, person, cats):
    name, api, (first, second, _) = cats
    page = person(name).open(f"/workspace?open={first}")
    focused(page, first)
    page.evaluate("() => { window.behind = holdfast.stream; }")
    page.evaluate("(id) => { document.querySelector('workspace-page').open([id]); }", second)
    focused(page, second)
    eventually(lambda: [one["hidden"] for one in api.status(first)["viewers"]] == [True])
    before = page.evaluate("() => behind.received")
    api.post(f"/sessions/{first}/input", {"data": "meanwhile\n"})
    expect(page.get_by_role("tab", name="first: new output")).to_be_visible()
    assert page.evaluate("() => behind.received") == before
    page.get_by_role("tab", name="first").click()
    focused(page, first)
    shows(page, "meanwhile\nmeanwhile")
    eventually(lambda: [one["hidden"] for one in api.status(first)["viewers"]] == [False])
    api.post(f"/sessions/{second}/input", {"data": "\x04"})
    expect(page.get_by_role("tab", name="second: a program has ended")).to_be_visible()


def test_the_layout_is_the_same_on_the_next_device_and_both_may_change_it(server, person, cats):
    name, api, (first, second, third) = cats
    left, right = person(name), person(name)
    one = left.open(f"/workspace?open={first},{second}")
    focused(one, first)
    eventually(lambda: saved(api)["tabs"])
    other = right.open("/workspace")
    focused(other, first)
    expect(other.locator(".pane")).to_have_count(2)
    hide(one)                                  # so that it does not look by itself
    other.keyboard.press("Alt+Shift+T")
    pick(other, "third")
    focused(other, third)
    eventually(lambda: len(saved(api)["tabs"]) == 2)
    one.evaluate("() => { const page = document.querySelector('workspace-page');"
                 " page.strip.tell('renamed', { id: page.tab.id, name: 'work' }); }")
    eventually(lambda: [(tab["name"], leaves(tab["root"])) for tab in saved(api)["tabs"]]
               == [("work", [first, second]), (None, [third])])
    hide(one, False)
    expect(one.get_by_role("tab")).to_have_count(2)
    expect(other.get_by_role("tab", name="work")).to_be_visible()


def test_tabs_are_named_dragged_and_closed(server, person, cats):
    name, api, ids = cats
    page = person(name).open(f"/workspace?open={ids[0]}")
    focused(page, ids[0])
    for session in ids[1:]:
        page.evaluate("(id) => document.querySelector('workspace-page').open([id])", session)
        focused(page, session)
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_text(["first", "second", "third"])
    start, goal = tabs.nth(0).bounding_box(), tabs.nth(2).bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(goal["x"] + goal["width"] - 5, goal["y"] + 15, steps=8)
    page.mouse.up()
    expect(tabs).to_have_text(["second", "third", "first"])
    page.keyboard.press("Alt+Shift+1")
    focused(page, ids[1])
    page.keyboard.press("Alt+Shift+R")
    page.keyboard.type("renamed")
    page.keyboard.press("Enter")
    expect(tabs.nth(0)).to_have_text("renamed")
    page.keyboard.press("Delete")
    expect(tabs).to_have_text(["third", "first"])
    eventually(lambda: [leaves(tab["root"]) for tab in saved(api)["tabs"]] == [[ids[2]], [ids[0]]])


def test_a_session_that_is_gone_is_a_pane_that_says_so(server, person, cats):
    name, api, (first, second, _) = cats
    foreign = server.api("alice").start(["cat"])["id"]
    below = {"way": "column", "ratio": 0.5, "first": {"session": foreign}, "second": {"session": "never-was"}}
    tree = {"way": "row", "ratio": 0.5, "first": {"session": first}, "second": below}
    tab = {"id": "t", "focus": first, "root": tree}
    api.call("PATCH", "/preferences", json={"layout": {"revision": 1, "active": "t", "tabs": [tab]}})
    page = person(name).open("/workspace")
    focused(page, first)
    expect(page.get_by_text("This session is no longer there")).to_have_count(2)
    pane(page, foreign).get_by_role("button", name="Close this pane").click()
    expect(page.get_by_text("This session is no longer there")).to_have_count(1)


def test_a_new_session_in_a_split_and_one_that_is_run_again(server, person, cats):
    name, api, (first, _, _) = cats
    page = person(name).open(f"/workspace?open={first}")
    focused(page, first)
    page.get_by_role("button", name="Split right").click()
    page.locator("session-picker").get_by_role("button", name="New session").click()
    page.get_by_label("Command", exact=True).fill("echo done; exit 3")
    page.get_by_role("button", name="Start").click()
    until(page, f"holdfast.stream.session !== {json.dumps(first)}")
    shows(page, "done")
    made = page.evaluate("() => holdfast.stream.session")
    pane(page, made).get_by_role("button", name="Run again").click()
    until(page, f"holdfast.stream.session !== {json.dumps(made)}")
    expect(pane(page, made)).to_have_count(0)
    expect(page.locator(".pane")).to_have_count(2)
    assert page.url.endswith("/workspace")


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_on_a_phone_one_pane_at_a_time(server, person, cats, locale):
    name, api, (first, second, third) = cats
    page = person(name, device=PHONE, locale=locale).open(f"/workspace?open={first},{second},{third}")
    joined_phone = f"holdfast.stream?.session === {json.dumps(first)} && holdfast.stream.joined"
    until(page, joined_phone)
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    expect(pane(page, first)).to_be_visible()
    assert pane(page, first).bounding_box()["width"] == 390
    page.locator(".panes-of-tab button", has_text="second").tap()
    focused(page, second)
    expect(pane(page, first)).to_be_hidden()
    eventually(lambda: [one["hidden"] for one in api.status(first)["viewers"]] == [True])
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_the_list_several_are_opened_side_by_side(server, person, cats):
    name, _, _ = cats
    page = person(name).open("/")
    cards = page.locator("session-card")
    expect(cards).to_have_count(3)
    for index in (0, 2):
        cards.nth(index).get_by_role("checkbox", name="Select").check()
    page.get_by_role("button", name="Open in workspace").click()
    page.wait_for_url("**/workspace")
    expect(page.locator(".pane")).to_have_count(2)


def test_from_a_session_s_page_it_is_split(server, person, cats):
    name, api, (first, second, _) = cats
    page = person(name).join(first)
    page.evaluate("() => holdfast.actions.run('session.split-right')")
    page.wait_for_url("**/workspace")
    expect(page.locator("session-picker dialog")).to_be_visible()
    pick(page, "second")
    focused(page, second)
    expect(page.locator(".pane")).to_have_count(2)
