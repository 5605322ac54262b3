"""Selecting text by finger, with real touch events: in the live terminal, in its history, on the way between both."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, screen, shows, until
from tests.browser.test_phone import swipe, touch

TEXT = r"""stty -echo; printf 'see https://a.example/x now\n打开文件夹 please\n\033]8;;https://b.example/\033\\here\033]8;;\033\\\n'
printf 'one two three\nfour five six\nready'; cat -v"""
POINT = """([row, col]) => {
  const { view } = { view: document.querySelector('history-view.shown') ?? document.querySelector('terminal-view') };
  const box = view.querySelector('.xterm-screen').getBoundingClientRect();
  const { term } = view;
  return [box.left + (col + 0.5) * box.width / term.cols, box.top + (row + 0.5) * box.height / term.rows];
}"""
SELECTED = "(document.querySelector('history-view.shown') ?? holdfast.terminal).term.getSelection()"


def at(page: Page, row: int, col: int) -> tuple[float, float]:
    """In the middle of a cell of what is shown."""
    x, y = page.evaluate(POINT, [row, col])
    return x, y


def selected(page: Page, text: str) -> None:
    until(page, f"{SELECTED} === {text!r}")


def press(page: Page, row: int, col: int) -> None:
    touch(page, "touchStart", at(page, row, col))
    until(page, "document.querySelector('.selection-handle:not([hidden])')")


def bar(page: Page):
    return page.locator(".selection-bar")


def test_a_long_press_selects_a_word_and_moving_on_or_a_handle_takes_more(server, person):
    alice = person(device=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = alice.join(server.api("alice").start(TEXT, rows=24, cols=40)["id"])
    shows(page, "ready")
    press(page, 3, 5)
    selected(page, "two")
    expect(bar(page)).to_be_hidden()  # not in the finger's way
    touch(page, "touchMove", at(page, 3, 0))  # back over what was pressed
    selected(page, "one two")
    touch(page, "touchMove", at(page, 4, 7))
    selected(page, "two three\nfour fiv")
    touch(page, "touchEnd")
    expect(bar(page)).to_be_visible()
    expect(page.locator(".stage [role=status]", has_text="Selected: two three")).to_have_count(1)
    handle = page.locator(".selection-handle[data-end=from]").bounding_box()
    touch(page, "touchStart", (handle["x"] + 12, handle["y"] + 8))
    touch(page, "touchMove", (handle["x"] + 13, handle["y"] + 9))
    selected(page, "two three\nfour fiv")  # where the finger takes it does not matter
    left = at(page, 3, 4)[0] - at(page, 3, 0)[0]
    touch(page, "touchMove", (handle["x"] + 12 - left, handle["y"] + 8))
    selected(page, "one two three\nfour fiv")
    touch(page, "touchEnd")
    bar(page).get_by_role("button", name="Copy").tap()
    expect(bar(page)).to_be_hidden()
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("one two three\nfour f")
    assert page.evaluate(f"() => {SELECTED}") == ""
    assert page.evaluate("() => document.activeElement.tagName") != "TEXTAREA", "no keyboard came"


def test_chinese_words_links_and_an_empty_place(server, person):
    page = person(device=PHONE, locale="zh-CN").join(server.api("alice").start(TEXT, rows=24, cols=40)["id"])
    shows(page, "ready")
    press(page, 1, 1)
    selected(page, "打开")
    touch(page, "touchMove", at(page, 1, 8))
    selected(page, "打开文件夹")
    touch(page, "touchEnd")
    touch(page, "touchStart", at(page, 10, 5))  # a tap beside it
    touch(page, "touchEnd")
    expect(bar(page)).to_be_hidden()
    selected(page, "")
    for row, col in ((0, 8), (2, 1)):
        page.evaluate("() => { window.open = (address) => { window.opened = address; }; }")
        press(page, row, col)
        touch(page, "touchEnd")
        bar(page).locator("button:visible").last.tap()
        until(page, f"window.opened === '{'https://a.example/x' if row == 0 else 'https://b.example/'}'")
    touch(page, "touchStart", at(page, 12, 5))
    until(page, "document.querySelector('terminal-view') && holdfast.tools.fingers.drag")
    touch(page, "touchEnd")
    expect(bar(page).locator("button:visible")).to_have_count(2)  # all, and paste
    bar(page).locator("button:visible").first.tap()
    until(page, f"{SELECTED}.includes('four five six')")
    assert page.evaluate("() => navigator.language") == "zh-CN"


def test_a_finger_still_scrolls_and_selects_over_the_edge_into_the_history(server, person):
    api = server.api("alice")
    page = person(device=PHONE).join(api.start("seq 6000; cat", rows=24, cols=40)["id"])
    shows(page, "6000")
    bottom = page.evaluate("() => holdfast.terminal.place.top")
    swipe(page, (200, 200), (0, 20))
    until(page, f"holdfast.terminal.place.top < {bottom}")
    assert page.evaluate(f"() => {SELECTED}") == ""
    page.evaluate("() => holdfast.scroll.asked({ to: 'top' })")
    until(page, "holdfast.scroll.reading && holdfast.scroll.pane.text().startsWith('1\\n')")
    press(page, 2, 0)
    selected(page, "3")
    touch(page, "touchMove", at(page, 4, 0))
    selected(page, "3\n4\n5")
    box = page.locator(".stage").bounding_box()
    touch(page, "touchMove", (60, box["y"] + box["height"] - 3))
    until(page, f"{SELECTED}.split('\\n').length > 30")  # the text moves on by itself
    touch(page, "touchEnd")
    expect(bar(page)).to_be_visible()
    expect(page.locator(".selection-handle[data-end=from]")).to_be_hidden()  # out of sight
    assert screen(page)
