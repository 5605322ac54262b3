"""The dashboard: what is new is seen at a glance, everything can be done by keyboard, and taken back."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, eventually, joined, made_final, until
from tests.browser.readers import CHINESE_PHONE, READERS, says

LIST = "document.querySelector('session-list')"
INKED = """(() => { const image = document.querySelector('[data-session="%s"] .shot img');
  const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
  context.drawImage(image, 0, 0);
  const all = context.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data;
  let red = 0;
  for (let i = 0; i < all.length; i += 4) red += all[i] > 120 && all[i + 1] < 70 && all[i + 2] < 70;
  return red > 20; })()"""


@pytest.fixture
def dora(server):
    """Her sessions are hers alone in each test."""
    api = server.api("dora")
    yield api
    for session in api.get("/sessions").json()["sessions"]:
        api.call("DELETE", f"/sessions/{session['id']}?forget=true")


def card(page, name):
    return page.locator("session-card", has_text=name)


@READERS
def test_a_card_shows_the_screen_in_colour_and_follows_it(dora, person, device):
    session = dora.start("printf '\\033[41m%40s\\033[m' ' '; read -r x; clear; cat", name="painted")["id"]
    page = person("dora", device, color_scheme="light").open("/")
    until(page, INKED % session)
    dora.call("POST", f"/sessions/{session}/input", json={"data": "x\n"})
    until(page, f"!({INKED % session})")


def test_only_cards_in_sight_are_drawn_and_nothing_while_compact(dora, person):
    for number in range(24):
        dora.start(["cat"], name=f"number {number}")
    page = person("dora").open("/")
    until(page, f"{LIST}.thumbnails.pictures.size >= 8")
    assert page.evaluate(f"() => {LIST}.thumbnails.inSight.size") < 24
    page.keyboard.press("v")
    until(page, f"{LIST}.dataset.view === 'compact' && {LIST}.thumbnails.told === ''")
    expect(page.locator("session-card .shot img").first).to_be_hidden()
    page.keyboard.press("v")
    expect(page.locator("session-card .shot img").first).to_be_visible()


def test_an_ended_session_shows_its_last_screen(dora, person):
    session = dora.start("printf '\\033[41m%40s\\033[m' ' '; exit 3", name="over")["id"]
    eventually(lambda: dora.status(session)["state"] == "ended")
    until(person("dora", CHINESE_PHONE, color_scheme="light").open("/"), INKED % session)


@READERS
def test_what_is_new_since_i_looked_is_told_until_i_look(dora, person, device):
    session = dora.start("read -r x; printf '\\a'; echo news; cat", name="rings")["id"]
    dora.start(["cat"], name="silent")
    say = says(device)
    alice = person("dora", device)
    page = alice.open("/")
    expect(card(page, "silent").locator(".news")).to_be_hidden()
    dora.call("POST", f"/sessions/{session}/input", json={"data": "x\n"})
    expect(card(page, "rings").locator(".news")).to_have_text(say("{count} bell", "{count} bells"))
    expect(page.locator("session-card").first).to_contain_text("rings")
    page.get_by_role("group").locator("label", has_text=say("Needs you")).click()
    expect(page.locator("session-card")).to_have_count(1)
    page.get_by_role("group").locator("label", has_text=say("All")).click()
    looked = alice.join(session)
    expect(card(page, "rings").locator(".news")).to_be_hidden()
    looked.close()
    eventually(lambda: dora.status(session)["connected_clients"] == 0)  # who is still there sees what comes
    eventually(lambda: dora.get("/sessions").json()["looks"][session]["bells"] == 1)
    expect(card(page, "rings").locator(".news")).to_be_hidden()
    dora.call("POST", f"/sessions/{session}/input", json={"data": "more\n"})
    expect(card(page, "rings").locator(".news")).to_have_text(re.compile(say("{size} new", size=r"\d+ B")))


def test_a_failure_needs_me_until_it_was_seen_and_progress_is_a_bar(dora, person):
    dora.start("exit 4", name="broken")
    dora.start("printf '\\033]9;4;1;63\\033\\\\'; cat", name="sixty three")
    page, say = person("dora", CHINESE_PHONE).open("/"), says(CHINESE_PHONE)
    expect(card(page, "broken").locator(".news")).to_have_text(say("Failed"))
    bar = card(page, "sixty three").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "63")
    expect(card(page, "sixty three").get_by_text(say("{number} %", number=63))).to_be_visible()
    card(page, "broken").locator(".name").focus()
    page.keyboard.press("s")
    expect(card(page, "broken").locator(".news")).to_be_hidden()


def test_everything_by_keyboard_alone(dora, person):
    for name in ("one", "two", "three"):
        dora.start(["cat"], name=name)
    page = person("dora").open("/")
    page.locator("[data-part=sort]").select_option("name")
    expect(page.locator("session-card .name")).to_have_text(["one", "three", "two"])
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("j")
    expect(card(page, "one").locator(".name")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    page.keyboard.press("#")
    page.keyboard.type("#red-hot other")
    page.keyboard.press("Enter")
    expect(card(page, "three").locator(".tag")).to_have_text(["red-hot", "other"])
    expect(card(page, "two").locator(".tag")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("z")
    expect(card(page, "three").locator(".tag")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.type("Work")
    page.keyboard.press("Enter")
    section = page.locator(".section", has=page.get_by_role("button", name="Work"))
    expect(section.locator("session-card")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_be_hidden()
    card(page, "two").locator(".name").focus()
    page.keyboard.press("p")
    expect(page.locator(".section").first).to_contain_text("Pinned")
    expect(card(page, "two").locator(".name")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("thre")
    page.keyboard.press("Enter")
    expect(card(page, "three").locator(".name")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/*")
    joined(page)
    assert {one["group"] for one in dora.get("/sessions", params={"group": "Work"}).json()["sessions"]} == {"Work"}


BOXES = """([selector]) => [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect())
  .map(({ left, right, top, bottom, height }) => ({ left, right, top, bottom, height }))"""


def boxes(page, selector):
    return page.evaluate(BOXES, [selector])


def test_cards_keep_their_height_and_under_a_finger_their_picture(dora, person):
    session = dora.start(["cat"], name="quiet")["id"]
    desktop, phone = person("dora").open("/"), person("dora", PHONE).open("/")
    for page in (desktop, phone):
        before = boxes(page, "session-card")[0]["height"]
        page.evaluate(
            """([id]) => {
              const card = document.querySelector(`session-card[data-session="${id}"]`);
              card.say("uptime", "13 d 20 h"); card.say("output", "12 min ago"); card.say("clients", "2 clients");
              card.drawFigures({ output: [1, 2, 3], cpu: [98], memory: [2e9] });
            }""",
            [session],
        )
        assert boxes(page, "session-card")[0]["height"] == before
    picture = boxes(phone, ".shot")[0]
    for part in boxes(phone, "session-card :is(.pick, .doing)"):
        assert part["top"] >= picture["bottom"]


def test_columns_line_up_in_the_compact_list_and_nothing_is_cut_on_a_small_phone(dora, person):
    ended = dora.start("exit 3", name="over", tags=["one", "two", "three"])["id"]
    dora.start("while :; do echo line; sleep 0.2; done", name="loud", tags=["one"])
    dora.start(["cat"], name="quiet")
    eventually(lambda: dora.status(ended)["state"] == "ended")
    page = person("dora").open("/")
    page.keyboard.press("v")
    until(page, f"{LIST}.dataset.view === 'compact'")
    for part in ("output", "uptime", "size"):
        assert len({round(one["right"]) for one in boxes(page, f"session-card .{part}")}) == 1, part
    small = person("dora", {**PHONE, "viewport": {"width": 320, "height": 640}}).open("/")
    for one in boxes(small, ".top > *, .top a, .top button, .segments label:not([hidden])"):
        assert one["left"] >= 0 and one["right"] <= 320


def soon(route):
    """What waits for its undo at the server waits a second there."""
    order = route.request.post_data_json
    assert order["after_seconds"] == 10
    route.continue_(post_data=json.dumps({**order, "after_seconds": 1}))


def test_ending_can_be_taken_back_and_leaving_the_page_makes_it_final(dora, person):
    session = dora.start(["cat"], name="victim")["id"]
    page = person("dora").open("/")
    card(page, "victim").locator(".name").focus()
    page.keyboard.press("e")
    expect(card(page, "victim").get_by_text("ending…")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "victim").get_by_text("running", exact=True)).to_be_visible()
    assert dora.status(session)["state"] == "running"
    card(page, "victim").locator(".name").focus()
    page.route("**/api/v1/sessions/end", soon)
    page.keyboard.press("e")
    expect(card(page, "victim").get_by_text("ending…")).to_be_visible()
    page.goto("/account")
    eventually(lambda: dora.status(session)["state"] == "ended")


def test_many_are_selected_with_shift_and_forgotten_in_one_go(dora, person):
    ids = [dora.start(["cat"], name=f"many {number}")["id"] for number in range(6)]
    page = person("dora").open("/")
    page.locator("[data-part=sort]").select_option("name")
    boxes = page.locator("session-card input[type=checkbox]")
    card(page, "many 1").hover()
    card(page, "many 1").get_by_role("checkbox").check()
    card(page, "many 4").get_by_role("checkbox").click(modifiers=["Shift"])
    expect(page.get_by_role("toolbar")).to_contain_text("4 selected")
    assert boxes.count() == 6
    page.get_by_role("toolbar").get_by_role("button", name="Forget").click()
    expect(page.locator("session-card")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("session-card")).to_have_count(6)
    page.get_by_role("button", name="Compact list").click()
    card(page, "many 0").get_by_role("checkbox").check()
    page.get_by_role("toolbar").get_by_role("button", name="Select all").click()
    page.get_by_role("toolbar").get_by_role("button", name="Forget").click()
    made_final(page)
    eventually(lambda: dora.get("/sessions").json()["sessions"] == [])
    assert all(dora.get(f"/sessions/{one}/status").status_code == 404 for one in ids)


@READERS
def test_the_list_stands_still_when_the_machine_s_figures_come(dora, person, device):
    dora.start(["cat"], name="still")
    page = person("dora", device).context.new_page()
    held: list = []

    def hold(route) -> None:
        held.append(route)

    page.route("**/api/v1/machine?*", hold)
    page.goto("/")
    box = card(page, "still").get_by_role("checkbox")
    box.wait_for()
    eventually(lambda: page.evaluate("() => document.fonts.ready.then(() => true)") and held)
    until(page, "document.querySelector('session-card .uptime').textContent")
    before = box.bounding_box()
    held[0].continue_()
    until(page, "document.querySelector('machine-panel [data-part=up]').textContent")
    assert box.bounding_box() == before
    page.unroute("**/api/v1/machine?*")


def test_a_card_does_not_move_while_it_is_pressed(dora, person):
    """Another one begins to need its reader, and comes to stand before it, between mousedown and mouseup."""
    other = dora.start("read -r x; printf '\\a'; cat", name="other")["id"]
    dora.start(["cat"], name="pressed")
    page = person("dora").open("/")
    page.locator("[data-part=sort]").select_option("needs")
    names = page.locator("session-card .name")
    expect(names).to_have_text(["pressed", "other"])
    box = card(page, "pressed").get_by_role("checkbox")
    box.hover()
    page.mouse.down()
    dora.call("POST", f"/sessions/{other}/input", json={"data": "x\n"})
    until(page, f"{LIST}.feed.sessions.get('{other}').bells === 1")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.up()
    expect(box).to_be_checked()
    expect(names).to_have_text(["other", "pressed"])


def test_search_sort_and_tags_narrow_what_is_shown(dora, person):
    dora.start(["cat"], name="alpha", tags=["x"], group="Night shift")
    dora.start(["cat"], name="beta", tags=["x", "y"])
    dora.start(["cat"], name="gamma", cwd="/usr")
    page, say = person("dora", CHINESE_PHONE).open("/"), says(CHINESE_PHONE)
    tags = page.get_by_role("group", name=say("Only these tags"))
    search = page.get_by_placeholder(say("Search name, command, directory, #tag"))
    tags.get_by_role("button", name="x").click()
    expect(page.locator("session-card")).to_have_count(2)
    tags.get_by_role("button", name="y").click()
    expect(page.locator("session-card")).to_have_count(1)
    for tag in ("x", "y"):
        tags.get_by_role("button", name=tag).click()
    for text, found in (("night", ["alpha"]), ("/usr", ["gamma"]), ("#y", ["beta"])):
        search.fill(text)
        expect(page.locator("session-card .name")).to_have_text(found)
    search.fill("nothing like it")
    expect(page.get_by_text(say("No session fits this search."))).to_be_visible()


def test_a_folded_group_and_the_view_are_the_same_on_the_phone(dora, person):
    dora.start(["cat"], name="inside", group="Folded")
    dora.start(["cat"], name="outside")
    page = person("dora").open("/")
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Folded").click()
    expect(card(page, "inside")).to_be_hidden()
    phone = person("dora", CHINESE_PHONE).open("/")
    expect(phone.locator("html")).to_have_attribute("lang", "zh")
    expect(card(phone, "outside")).to_be_visible()
    expect(card(phone, "inside")).to_be_hidden()
    with phone.expect_response("**/preferences"):
        phone.get_by_role("button", name="Folded").click()
    expect(card(phone, "inside")).to_be_visible()


def test_what_programs_write_is_only_text(dora, person):
    evil = "<img src=x onerror=alert(1)>"
    dora.start(f"printf '\\033]2;{evil}\\007{evil}'; cat", name=evil, tags=[evil], group=evil)
    page = person("dora", CHINESE_PHONE).open("/")
    expect(page.locator("session-card .name")).to_have_text(evil)
    expect(page.locator("session-card .subtitle")).to_contain_text(evil)
    assert page.locator("session-list img:not([data-part=screen])").count() == 0
