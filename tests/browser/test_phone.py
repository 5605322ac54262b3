"""The key bar, pasting and fingers, on a phone and wherever else one wants them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, eventually, screen, shows, type_in, until

SHOW = "stty -echo; printf ready; cat -v"
TEXT = "holdfast.terminal.text()"


def key(page: Page, name: str):
    return page.locator(f'key-bar [data-key="{name}"]')


def touch(page: Page, kind: str, *points: tuple[float, float]) -> None:
    wire = page.__dict__.setdefault("wire", None) or page.context.new_cdp_session(page)
    page.__dict__["wire"] = wire
    wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def swipe(page: Page, start: tuple[int, int], step: tuple[int, int], steps: int = 10) -> None:
    (x, y), (across, along) = start, step
    touch(page, "touchStart", start)
    for n in range(1, steps + 1):
        touch(page, "touchMove", (x + n * across, y + n * along))
    touch(page, "touchEnd")


def test_modifiers_stick_lock_and_change_every_kind_of_key(server, person):
    page = person(device=PHONE).join(server.api("alice").start(SHOW)["id"])
    shows(page, "ready")
    key(page, "ctrl").tap()
    expect(key(page, "ctrl")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("key-bar [role=status]")).to_have_text("Ctrl for the next key")
    key(page, "up").tap()
    expect(key(page, "ctrl")).to_have_attribute("aria-pressed", "false")
    key(page, "alt").dblclick()
    expect(key(page, "alt")).to_have_class("locked")
    expect(page.locator("key-bar [role=status]")).to_have_text("Alt locked")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("ArrowLeft")  # a real keyboard's arrow
    page.keyboard.type("b")
    page.keyboard.insert_text("f")  # an on-screen keyboard's letter
    key(page, "alt").tap()
    page.keyboard.type("x\n")
    shows(page, "^[[1;5A^[[1;3D^[b^[fx")


# A swipe goes on by its momentum, so that one hits another key than the one whose place was asked.
STILL_AT_ITS_BEGIN = """() => new Promise((done) => {
  const bar = document.querySelector('key-bar');
  let still = 0;
  const frame = () => {
    still = bar.scrollLeft === 0 ? still + 1 : 0;
    bar.scrollLeft = 0;
    if (still > 20) done();
    else requestAnimationFrame(frame);
  };
  frame();
})"""


def test_a_held_arrow_repeats_and_a_swipe_over_the_bar_types_nothing(server, person):
    page = person(device=PHONE).join(server.api("alice").start("stty raw -echo; printf ready; cat -v")["id"])
    shows(page, "ready")
    bar = page.locator("key-bar").bounding_box()
    swipe(page, (330, bar["y"] + 20), (-25, 0))
    until(page, "document.querySelector('key-bar').scrollLeft > 50")
    page.evaluate(STILL_AT_ITS_BEGIN)
    box = key(page, "right").bounding_box()
    touch(page, "touchStart", (box["x"] + box["width"] / 2, box["y"] + 10))
    shows(page, "^[[C^[[C^[[C")
    touch(page, "touchEnd")
    assert screen(page).startswith("ready^[[C"), "the swipe typed nothing"
    key(page, "esc").tap()
    until(page, f"{TEXT}.trimEnd().endsWith('^[')")
    box = key(page, "ctrl").bounding_box()
    touch(page, "touchStart", (box["x"] + box["width"] / 2, box["y"] + 10))
    expect(key(page, "ctrl")).to_have_class("locked")  # a long press
    touch(page, "touchEnd")
    expect(key(page, "ctrl")).to_have_class("locked")


@pytest.mark.parametrize(
    ("device", "language"), [(DESKTOP, "en"), (PHONE, "en"), (PHONE, "zh-CN")], ids=["desktop", "phone", "chinese"]
)
def test_the_bar_is_edited_by_keyboard_and_kept_for_the_account(server, person, device, language):
    name = f"frida-{'touch' if 'has_touch' in device else 'desk'}-{language[:2]}"
    one = person(name, device=device, locale=language)
    page = one.join(server.api(name).start(SHOW)["id"])
    shows(page, "ready")
    if device is DESKTOP:
        expect(page.locator("key-bar")).to_be_hidden()
        act(page, "key-bar.toggle")
    expect(page.locator("html")).to_have_attribute("lang", language[:2])
    act(page, "key-bar.edit")
    dialog = page.locator("key-bar-editor dialog")
    expect(dialog).to_be_visible()
    rows = dialog.locator("li")
    count = rows.count()
    rows.nth(1).locator("button").nth(0).focus()
    page.keyboard.press("Enter")  # Tab before Esc
    expect(rows.nth(0).locator("kbd")).to_have_text("Tab")
    rows.nth(2).locator("button").nth(2).click()  # Ctrl goes
    expect(rows).to_have_count(count - 1)
    dialog.locator("form input").first.fill("echo <b>hi</b>")
    dialog.locator("form input[type=checkbox]").check()
    page.locator("key-bar-editor form button").click()
    dialog.locator("select").first.select_option("f5")
    dialog.locator(".key-adding > button").first.click()
    expect(rows).to_have_count(count + 1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    dialog.locator(".actions button").last.click()
    expect(page.locator("key-bar-editor")).to_have_count(0)
    keys = "() => [...document.querySelectorAll('key-bar [data-key]')].map((one) => one.dataset.key)"
    assert page.evaluate(keys)[:2] == ["tab", "esc"]
    page.locator('key-bar [data-key^="text:"]').click()
    shows(page, "readyecho <b>hi</b>")
    saved = lambda: server.api(name).call("GET", "/preferences").json().get("key_bar") or []  # noqa: E731
    eventually(lambda: saved()[-2:] == ["text:echo <b>hi</b>\n", "f5"])
    page.reload()
    until(page, "document.querySelector('key-bar [data-key]')?.dataset.key === 'tab'")
    expect(page.locator("key-bar")).to_be_visible()


def act(page: Page, name: str) -> None:
    page.evaluate("async (name) => (await import('/static/js/page.js')).actions.run(name)", name)


def test_the_bar_is_one_stop_of_the_tab_key(server, person):
    page = person().join(server.api("alice").start(SHOW)["id"])
    act(page, "key-bar.toggle")
    key(page, "esc").focus()
    for press, reached in (("ArrowRight", "tab"), ("ArrowLeft", "esc"), ("ArrowLeft", None), ("Home", "esc")):
        page.keyboard.press(press)
        assert page.evaluate("() => document.activeElement.dataset.key ?? null") == reached
    assert page.locator('key-bar button[tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    page.locator("terminal-view textarea").focus()
    type_in(page, "\n")
    shows(page, "^[")


def test_a_phone_pastes_and_searches(server, person):
    alice = person(device=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = alice.join(server.api("alice").start("cat")["id"])
    page.evaluate("() => navigator.clipboard.writeText('from elsewhere\\n')")
    page.locator('key-bar [data-tool="paste"]').tap()
    shows(page, "from elsewhere\nfrom elsewhere")
    page.get_by_role("button", name="More").tap()
    page.get_by_role("menuitem", name="Search in the output").tap()
    expect(page.locator("search-bar input")).to_be_focused()
    page.keyboard.type("elsewhere")
    expect(page.get_by_text("2 of 2")).to_be_visible()


def test_a_clipboard_that_may_not_be_read_is_said(server, person):
    page = person(device=PHONE).join(server.api("alice").start("cat")["id"])
    page.evaluate("() => { navigator.clipboard.readText = () => Promise.reject(new Error('not allowed')); }")
    page.locator('key-bar [data-tool="paste"]').tap()
    expect(page.locator("toast-line")).to_contain_text("did not hand out the clipboard")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_fling_glides_on_unless_motion_is_to_be_reduced(server, person, motion):
    page = person(device=PHONE, reduced_motion=motion).join(server.api("alice").start("seq 2000; cat", cols=40)["id"])
    shows(page, "2000")
    bottom = page.evaluate("() => holdfast.terminal.place.top")
    page.evaluate("() => document.addEventListener('touchend', () => { window.left = holdfast.terminal.place.top; })")
    swipe(page, (200, 200), (0, 30))
    until(page, f"window.left < {bottom} - 5")
    if motion == "reduce":
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("() => holdfast.terminal.place.top === window.left")
    else:
        until(page, "holdfast.terminal.place.top < window.left - 5")


def test_a_finger_scrolls_a_programs_own_screen(server, person):
    page = person(device=PHONE).join(server.api("alice").start("seq 500 | less", rows=24, cols=40)["id"])
    until(page, f"{TEXT}.startsWith('1\\n2\\n')")
    swipe(page, (200, 500), (0, -30))
    until(page, f"Number({TEXT}.split('\\n')[0]) > 5")
    top = page.evaluate(f"() => Number({TEXT}.split('\\n')[0])")
    swipe(page, (200, 200), (0, 15))
    until(page, f"Number({TEXT}.split('\\n')[0]) < {top}")
