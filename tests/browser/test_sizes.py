"""Sizes people understand: who holds the size is seen, only deliberate choices resize, other windows scale or pan."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import (
    PHONE,
    eventually,
    hide,
    joined,
    shows,
    size,
    type_in,
    until,
    whole_in_window,
)
from tests.browser.readers import CHINESE_PHONE, READERS, says

FONT = "holdfast.terminal.term.options.fontSize"
LANDSCAPE, PORTRAIT = {"width": 844, "height": 390}, PHONE["viewport"]
CURSOR_SHOWS = """(() => {
  const { term } = holdfast.terminal;
  const grid = document.querySelector('.xterm-screen').getBoundingClientRect();
  const stage = document.querySelector('.stage').getBoundingClientRect();
  const { cursorX, cursorY } = term.buffer.active;
  const [width, height] = [grid.width / term.cols, grid.height / term.rows];
  const [left, top] = [grid.left + cursorX * width, grid.top + cursorY * height];
  return left >= stage.left && left + width <= stage.right && top >= stage.top && top + height <= stage.bottom;
})()"""


def start(server, rows: int = 40, cols: int = 132) -> str:
    return server.api("alice").start("echo ready; cat", rows=rows, cols=cols)["id"]


def session_size(server, session: str) -> tuple[int, int]:
    status = server.api("alice").status(session)
    return status["rows"], status["cols"]


def away(page: Page) -> None:
    """Hidden for good: a glance at another tab changes nothing for two seconds."""
    hide(page)
    page.evaluate("() => document.dispatchEvent(new Event('freeze'))")


def menu(page: Page):
    page.locator("[data-part=size-open]").click()
    expect(page.locator("size-menu")).to_be_visible()
    return page.locator("size-menu")


def readable(page: Page) -> None:
    menu(page).locator(".segments span").nth(1).click()
    page.keyboard.press("Escape")
    until(page, "holdfast.terminal.layout.zoomed")


def touch(page: Page, kind: str, *points: tuple[float, float]) -> None:
    """Real touches: start, move, end."""
    cdp = page.__dict__.setdefault("cdp", None) or page.context.new_cdp_session(page)
    page.__dict__["cdp"] = cdp
    touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    cdp.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})


def pinch(page: Page, middle: tuple[float, float], before: float, after: float) -> None:
    x, y = middle
    touch(page, "Start", (x - before, y), (x + before, y))
    for step in range(1, 6):
        apart = before + (after - before) * step / 5
        touch(page, "Move", (x - apart, y), (x + apart, y))
    page.evaluate("() => new Promise(requestAnimationFrame)")
    touch(page, "End")


def test_who_holds_the_size_is_seen_on_both_devices(server, person):
    session = start(server)
    desktop, phone = person().join(session), person(device=CHINESE_PHONE).join(session)
    expect(desktop.locator("[data-part=size-holder]")).to_have_class("avatar nobody")
    desktop.get_by_role("button", name="Fit to this window").click()
    expect(desktop.locator("[data-part=size-holder]")).to_have_class("avatar mine")
    face = phone.locator("[data-part=size-holder]")
    expect(face).to_have_class("avatar")
    expect(face).to_have_text("A")
    expect(face).to_be_visible()
    rows, cols = size(desktop)
    expect(phone.locator("[data-part=size]").first).to_have_text(f"{rows} × {cols}")
    away(desktop)
    expect(face).to_have_class("avatar nobody")
    hide(desktop, False)
    expect(face).to_have_class("avatar")


@READERS
def test_a_size_is_chosen_from_the_menu(server, person, device):
    session = start(server)
    page = person(device=device).join(session)
    choices = menu(page).locator(".choices button")
    first, second = (page.locator("size-menu .segments label").nth(number).bounding_box() for number in (0, 1))
    assert abs(first["width"] - second["width"]) < 1, "two halves"
    assert abs(second["x"] - first["x"] - first["width"]) < 1, "one beside the other"
    choices.nth(1).click()
    until(page, "holdfast.terminal.term.rows === 30 && holdfast.terminal.term.cols === 120")
    expect(page.locator("size-menu")).to_be_hidden()
    assert session_size(server, session) == (30, 120)
    expect(menu(page).locator(".choices button").nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator("size-menu .wide").click()
    until(page, "!holdfast.terminal.differs")
    expect(page.locator("[data-part=fit]")).to_be_hidden()
    assert whole_in_window(page)


def test_rows_and_columns_are_typed_by_keyboard_and_checked(server, person):
    session = start(server)
    page, say = person(device=CHINESE_PHONE).join(session), says(CHINESE_PHONE)
    page.locator("[data-part=size-open]").focus()
    page.keyboard.press("Enter")
    rows, cols = page.locator("size-menu input[name=rows]"), page.locator("size-menu input[name=cols]")
    expect(rows).to_have_value("40")
    for wrong in ("1", "1001", "2.5", "", "-3"):
        rows.fill(wrong)
        page.keyboard.press("Enter")
        expect(
            page.get_by_text(say("Rows and columns are whole numbers from {least} to {most}.", least=2, most=1000))
        ).to_be_visible()
        expect(rows).to_be_focused()
    assert session_size(server, session) == (40, 132)
    rows.fill("33")
    cols.fill("101")
    page.keyboard.press("Enter")
    eventually(lambda: session_size(server, session) == (33, 101))
    until(page, "document.activeElement === holdfast.terminal.term.textarea")


def test_a_phone_that_is_turned_resizes_nobody(server, person):
    session = start(server)
    desktop, phone = person().join(session), person(device=PHONE).join(session)
    desktop.evaluate("() => holdfast.stream.addEventListener('sized', () => { window.sized = true; })")
    small = phone.evaluate(f"() => {FONT}")
    phone.set_viewport_size(LANDSCAPE)
    until(phone, f"{FONT} > {small}")
    assert whole_in_window(phone)
    phone.set_viewport_size(PORTRAIT)
    until(phone, f"{FONT} === {small}")
    assert session_size(server, session) == (40, 132) and not desktop.evaluate("() => Boolean(window.sized)")
    # Nor does it when it holds the size.
    phone.locator("[data-part=fit]").click()
    until(phone, "!holdfast.terminal.differs")
    held = size(phone)
    phone.set_viewport_size(LANDSCAPE)
    until(phone, "holdfast.terminal.differs")
    assert whole_in_window(phone)
    phone.set_viewport_size(PORTRAIT)
    until(phone, "!holdfast.terminal.differs")
    assert session_size(server, session) == held


def test_a_session_that_keeps_a_windows_size_does_until_somebody_chooses_another(server, person):
    session = start(server)
    page, other = person().join(session), person(device=CHINESE_PHONE).join(session)
    menu(page).locator("[data-part=follow-window]").check()
    page.keyboard.press("Escape")
    until(page, "!holdfast.terminal.differs")
    page.set_viewport_size({"width": 900, "height": 600})
    until(page, "!holdfast.terminal.differs && holdfast.terminal.term.cols < 110")
    assert session_size(server, session) == size(page)
    menu(other).locator(".choices button").first.click()
    expect(page.locator("toast-line")).to_contain_text("Somebody else set the size")
    page.set_viewport_size({"width": 1200, "height": 700})
    until(page, "holdfast.terminal.proposal.cols > 120")
    expect(menu(page).locator("[data-part=follow-window]")).not_to_be_checked()
    assert session_size(server, session) == (24, 80)


def test_a_hidden_window_keeps_its_hands_off_the_size(server, person):
    session = start(server)
    page = person().join(session)
    menu(page).locator("[data-part=follow-window]").check()
    page.keyboard.press("Escape")
    until(page, "!holdfast.terminal.differs")
    held = size(page)
    away(page)
    page.set_viewport_size({"width": 900, "height": 600})
    until(page, "holdfast.terminal.differs")
    page.evaluate("() => new Promise((done) => setTimeout(done, 400))")  # longer than a window takes to come to rest
    assert session_size(server, session) == held
    hide(page, False)
    until(page, "!holdfast.terminal.differs")


@READERS
def test_readable_text_is_moved_over_and_follows_who_types(server, person, device):
    session = start(server, 90, 250)
    page = person(device=device).join(session)
    shows(page, "ready")
    assert whole_in_window(page)
    readable(page)
    assert page.evaluate(f"() => {FONT}") >= 13 and not whole_in_window(page)
    type_in(page, "x" * 240)
    shows(page, "x" * 240)
    until(page, CURSOR_SHOWS)
    until(page, "holdfast.terminal.scrollLeft > 300")
    page.reload()  # this device remembers it
    joined(page)
    until(page, "holdfast.terminal.layout.zoomed")
    page.locator("[data-part=show-all]").click()
    until(page, "!holdfast.terminal.layout.zoomed")
    assert whole_in_window(page) and session_size(server, session) == (90, 250)


def test_the_cursor_is_not_followed_by_who_does_not_want_that(server, person):
    page = person("dora", CHINESE_PHONE).join(server.api("dora").start("echo ready; cat", rows=40, cols=250)["id"])
    menu(page).locator("[data-part=follow-cursor]").uncheck()
    page.locator("size-menu .segments span").nth(1).click()
    page.keyboard.press("Escape")
    until(page, "holdfast.terminal.layout.zoomed")
    type_in(page, "y" * 240)
    shows(page, "y" * 240)
    assert page.evaluate("() => holdfast.terminal.scrollLeft") == 0
    eventually(lambda: server.api("dora").get("/preferences").json().get("follow_cursor") is False)


def test_two_fingers_zoom_one_pans_and_two_taps_show_all(server, person):
    session = start(server)
    page = person(device=PHONE).join(session)
    shows(page, "ready")
    small = page.evaluate(f"() => {FONT}")
    pinch(page, (150, 150), 40, 120)
    until(page, f"{FONT} > {small * 2}")
    assert page.evaluate("() => visualViewport.scale") == 1, "the page itself is not zoomed"
    assert page.evaluate("() => holdfast.terminal.scrollLeft") > 50, "what was between the fingers still is"
    pinch(page, (150, 150), 120, 20)
    until(page, "!holdfast.terminal.layout.zoomed")
    assert whole_in_window(page)
    pinch(page, (100, 100), 20, 160)
    until(page, "holdfast.terminal.scrollHeight > holdfast.terminal.clientHeight + 100")
    page.evaluate("() => holdfast.terminal.scrollTo(0, 0)")
    touch(page, "Start", (200, 500))
    for y in range(490, 300, -20):
        touch(page, "Move", (200, y))
    touch(page, "End")
    until(page, "holdfast.terminal.scrollTop > 60")
    for _ in range(2):
        touch(page, "Start", (200, 300))
        touch(page, "End")
    until(page, "!holdfast.terminal.layout.zoomed")
    assert session_size(server, session) == (40, 132)


def test_ctrl_and_the_wheel_zoom_where_the_pointer_is(server, person):
    session = start(server)
    page = person().join(session)
    shows(page, "ready")
    usual = page.evaluate(f"() => {FONT}")
    page.mouse.move(600, 400)
    page.keyboard.down("Control")
    for _ in range(6):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    until(page, f"{FONT} > {usual * 1.5}")
    assert page.evaluate("() => devicePixelRatio") == 1
    left = page.evaluate("() => holdfast.terminal.scrollLeft")
    assert left > 100
    page.keyboard.down("Shift")
    page.mouse.wheel(0, 120)
    page.keyboard.up("Shift")
    until(page, f"holdfast.terminal.scrollLeft > {left}")
    page.keyboard.down("Control")
    for _ in range(8):
        page.mouse.wheel(0, 100)
    page.keyboard.up("Control")
    until(page, "!holdfast.terminal.layout.zoomed")
    assert whole_in_window(page) and session_size(server, session) == (40, 132)
