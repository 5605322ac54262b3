"""The history above the live terminal: one long scroll, to the first line, in every way that people scroll."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import (
    DESKTOP,
    WAIT_MS,
    Person,
    eventually,
    joined,
    screen,
    shows,
    type_in,
    until,
)
from tests.browser.readers import CHINESE_PHONE, says

LINES = 30_000
ROWS = 100
COUNTED = f"seq -f 'line-%05.0f of many' 1 {LINES}; cat"
# Goes up by whole screens from where the page stands, and answers every row that was shown, from the top.
WALK_UP = """async () => {
  const { scroll } = holdfast;
  const shown = () => (scroll.reading ? scroll.pane.text() : holdfast.terminal.shownText).split("\\n");
  const found = [shown()];
  for (let top = scroll.position.top; top > scroll.history.first;) {
    const next = Math.max(scroll.history.first, top - scroll.rows);
    scroll.goTo(next);
    for (const end = Date.now() + 20_000; scroll.position.top !== next;) {
      if (Date.now() > end) throw new Error(`stuck at ${scroll.position.top}, not ${next}`);
      await new Promise((done) => setTimeout(done, 1));
    }
    found.unshift(shown().slice(0, top - next));
    top = next;
  }
  return found.flat();
}"""


@pytest.fixture(scope="module")
def counted(server) -> str:
    """A session with 30,000 numbered lines behind it."""
    api = server.api("alice")
    session = api.start(COUNTED, rows=ROWS, cols=80)["id"]
    eventually(lambda: f"line-{LINES}" in api.screen(session))
    return session


def line(number: int) -> str:
    return f"line-{number:05d} of many"


def top_line(page: Page) -> str:
    return page.evaluate("() => holdfast.scroll.reading ? holdfast.scroll.pane.text().split('\\n')[0] : 'live'")


def reading(page: Page, first: str) -> None:
    until(page, f"holdfast.scroll.reading && holdfast.scroll.pane.text().startsWith('{first}')")


def at_bottom(page: Page) -> None:
    until(page, "!holdfast.scroll.reading && holdfast.terminal.place.top === holdfast.terminal.place.bottom")


def to_the_top(page: Page, first: str = line(1)) -> None:
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+Home")
    reading(page, first)


def drag_bar(page: Page, to: float) -> None:
    """The slider by the hand to a share of the bar's height."""
    page.locator("scroll-bar").hover()
    until(page, "holdfast.scroll.history.base !== null")
    until(page, "new Promise((done) => requestAnimationFrame(done)) && true")
    bar, slider = page.locator("scroll-bar").bounding_box(), page.locator("scroll-bar .slider").bounding_box()
    x = slider["x"] + slider["width"] / 2
    page.mouse.move(x, slider["y"] + slider["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, bar["y"] + bar["height"] * to, steps=5)
    page.mouse.up()


def copied(page: Page) -> str:
    page.evaluate("() => navigator.clipboard.writeText('')")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+C")
    return page.evaluate(
        """async (patience) => {
          for (const end = Date.now() + patience; Date.now() < end; ) {
            const text = await navigator.clipboard.readText();
            if (text) return text;
            await new Promise((done) => setTimeout(done, 15));
          }
          throw new Error("nothing was copied");
        }""",
        WAIT_MS,
    )


def test_every_line_once_and_in_order(counted, person):
    page = person().join(counted)
    asked = "() => performance.getEntriesByType('resource').some((entry) => /api.*history/.test(entry.name))"
    assert not page.evaluate(asked), "who stays at the bottom costs nothing"
    page.mouse.move(300, 400)
    page.mouse.wheel(0, -200)
    until(page, "holdfast.scroll.history.base !== null")
    rows = page.evaluate(WALK_UP)
    shown = [row for row in rows if row.strip()]
    assert len(shown) > LINES - 2 * ROWS
    assert shown == [line(number) for number in range(1, len(shown) + 1)]


def test_wheel_keys_and_typing(counted, person):
    page = person().join(counted)
    page.evaluate("() => holdfast.terminal.term.scrollToLine(4)")
    until(page, "holdfast.scroll.pages.pages.length > 0")
    page.mouse.move(300, 400)
    before = page.evaluate("() => holdfast.scroll.history.base")
    page.mouse.wheel(0, -200)
    page.mouse.wheel(0, -200)
    page.mouse.wheel(0, -200)
    until(page, f"holdfast.scroll.reading && holdfast.scroll.position.top < {before}")
    assert top_line(page) == line(page.evaluate("() => holdfast.scroll.pane.top") + 1)
    for _ in range(4):
        page.mouse.wheel(0, 200)
    until(page, f"!holdfast.scroll.reading && holdfast.scroll.position.top >= {before}")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+Home")
    reading(page, line(1))
    page.keyboard.press("Shift+PageDown")
    reading(page, line(ROWS))
    page.keyboard.press("Shift+PageUp")
    reading(page, line(1))
    page.keyboard.press("Control+Shift+End")
    at_bottom(page)
    to_the_top(page)
    type_in(page, "typed")
    at_bottom(page)
    shows(page, "typed")


def test_the_bar_goes_anywhere(counted, person):
    page = person().join(counted)
    drag_bar(page, 0)
    reading(page, line(1))
    drag_bar(page, 0.5)
    until(page, "holdfast.scroll.pane.top > 10000 && holdfast.scroll.pane.top < 20000")
    top = page.evaluate("() => holdfast.scroll.pane.top")
    reading(page, line(top + 1))
    drag_bar(page, 1)
    at_bottom(page)


def test_search_goes_on_above_the_live_terminal(counted, person):
    page = person().join(counted)
    count = page.locator("search-bar [data-part=count]")
    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("line-00017")
    expect(count).to_have_text("1 of 1")
    until(page, "holdfast.scroll.reading && holdfast.scroll.pane.term.getSelection() === 'line-00017'")
    page.locator("search-bar input").fill("99 of")
    expect(count).to_have_text(re.compile(r"^(\d+) of \1\+$"))  # none above line 17, so the newest of all
    assert not page.evaluate("() => holdfast.scroll.reading")
    page.evaluate("""async () => {
      const { walk } = document.querySelector("search-bar");
      for (let at = walk.count; at > 0; at -= 1) await walk.previous();
    }""")
    expect(count).to_have_text(re.compile(r"of more than \d+$"))
    until(page, "holdfast.scroll.reading && holdfast.scroll.pane.term.getSelection() === '99 of'")
    page.keyboard.press("Shift+Enter")
    until(page, "!holdfast.scroll.reading && holdfast.terminal.term.getSelection() === '99 of'")
    page.locator("search-bar input").fill("line-00018")
    until(page, "holdfast.scroll.reading && holdfast.scroll.pane.term.getSelection() === 'line-00018'")
    page.keyboard.press("Escape")
    expect(page.locator("search-bar")).to_be_hidden()
    reading(page, line(1))
    page.get_by_role("button", name="Search in the terminal").click()
    page.keyboard.type("nowhere to be found")
    expect(count).to_have_text("not found")
    page.keyboard.press("Escape")
    type_in(page, "x")
    at_bottom(page)


def test_copying_over_the_border_and_over_many_pages(counted, person):
    page = person(permissions=["clipboard-read", "clipboard-write"]).join(counted)
    page.evaluate("() => holdfast.terminal.term.scrollToLine(2)")
    until(page, "holdfast.scroll.pages.pages.length > 0")
    grid = page.locator("terminal-view .xterm-screen").bounding_box()
    base = page.evaluate("() => holdfast.scroll.history.base")
    page.mouse.move(grid["x"] + grid["width"] - 2, grid["y"] + grid["height"] / ROWS * 10.5)
    page.mouse.down()
    page.mouse.move(grid["x"] + 2, grid["y"] - 30, steps=4)  # above the edge: it scrolls as long as it is held
    until(page, f"holdfast.scroll.reading && holdfast.scroll.pane.top < {base - 20}")
    page.mouse.move(grid["x"] + 1, grid["y"] + 4)
    page.mouse.up()
    top = page.evaluate("() => holdfast.scroll.pane.top")
    text = copied(page)
    assert text.split("\n") == [line(number + 1) for number in range(top, base + 2 + 11)]
    to_the_top(page)  # and further: the selection is extended there, over pages that are not loaded together
    page.keyboard.down("Shift")
    page.mouse.click(grid["x"] + 1, grid["y"] + 4)
    page.keyboard.up("Shift")
    text = copied(page)
    assert text.split("\n") == [line(number + 1) for number in range(base + 2 + 11)]


def test_new_output_while_reading(server, person):
    api = server.api("alice")
    session = api.start("seq -f 'line-%05.0f of many' 1 9000; cat", rows=30, cols=80)["id"]
    page, say = person(device=CHINESE_PHONE).join(session), says(CHINESE_PHONE)
    shows(page, line(9000))
    to_the_top(page)
    button = page.get_by_role("button", name=say("To the bottom"))
    expect(button).to_be_visible()
    end = page.evaluate("() => holdfast.scroll.position.end")
    api.post(f"/sessions/{session}/input", {"data": "new words\n" * 20})
    expect(page.get_by_role("button", name=say("New output"))).to_be_visible()
    assert top_line(page) == line(1)
    until(page, f"holdfast.scroll.position.end >= {end + 40}")
    page.get_by_role("button", name=say("New output")).click()
    at_bottom(page)
    shows(page, "new words")
    expect(page.get_by_role("button", name=say("New output"))).to_be_hidden()
    expect(button).to_be_hidden()


def test_a_flood_does_not_wash_the_reader_away(server, person):
    api = server.api("alice")
    session = api.start("seq -f 'line-%05.0f of many' 1 3000; read x; seq 200000; cat", rows=30, cols=80)["id"]
    page = person().join(session)
    shows(page, line(3000))
    page.evaluate("() => holdfast.terminal.term.scrollToLine(1000)")
    until(page, "holdfast.scroll.place === 1000")
    api.post(f"/sessions/{session}/input", {"data": "\n"})
    reading(page, line(1001))
    eventually(lambda: b"200000" in api.output(session)[-20:])
    until(page, "holdfast.stream.drawn === holdfast.stream.received && !holdfast.stream.framed")
    assert top_line(page) == line(1001)


def test_wraps_and_widths(server, person):
    """Long lines at 80 columns, then at 120: each once, where it was wrapped then."""
    api = server.api("alice")
    program = (
        "for i in $(seq 5000); do printf 'narrow %04d %0100d\\n' $i 0; done; read x;"
        "for i in $(seq 500); do printf 'wide %04d %0130d\\n' $i 0; done; cat"
    )
    session = api.start(program, rows=40, cols=80)["id"]
    page = person().join(session)
    shows(page, "narrow 5000")
    api.post(f"/sessions/{session}/resize", {"rows": 40, "cols": 120})
    until(page, "holdfast.terminal.term.cols === 120")
    api.post(f"/sessions/{session}/input", {"data": "\n"})
    shows(page, "wide 0500")
    page.evaluate("() => holdfast.terminal.term.scrollToLine(0)")  # in lines that were wrapped anew
    until(page, "holdfast.scroll.history.correction !== 0")
    until(page, "!holdfast.scroll.loader.working && holdfast.scroll.pages.holds(holdfast.scroll.history.base)")
    rows = page.evaluate(WALK_UP)[:-40]  # the last 40 are the live terminal's
    text = "".join(rows) + screen(page, scrollback=True).replace("\n", "")
    assert re.findall(r"narrow (\d{4}) 0{100}(?!0)", text) == [f"{number:04d}" for number in range(1, 5001)]
    assert re.findall(r"wide (\d{4}) 0{130}(?!0)", text) == [f"{number:04d}" for number in range(1, 501)]


def test_an_ended_session_is_read_to_its_first_line(server, person):
    session = server.api("alice").start("seq -f 'line-%05.0f of many' 1 9000", rows=30, cols=80)["id"]
    page = person().join(session)
    shows(page, line(9000))
    page.locator(".xterm-screen").first.hover()
    drag_bar(page, 0)
    reading(page, line(1))
    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("line-00042")
    until(page, "holdfast.scroll.pane.term.getSelection() === 'line-00042'")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="To the bottom").click()
    at_bottom(page)


def test_full_screen_programs_have_no_history(server, person):
    program = "seq 9000; printf '\\033[?1049h'; echo full screen; cat"
    session = server.api("alice").start(program, rows=30)["id"]
    page = person().join(session)
    shows(page, "full screen")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -500)
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Shift+PageUp")
    type_in(page, "typed")
    shows(page, "typed")
    assert not page.evaluate("() => holdfast.scroll.reading")
    expect(page.locator("scroll-bar")).to_be_hidden()


def test_a_web_restart_keeps_the_place(own_server, browser):
    server = own_server()
    alice = Person(browser, server, "alice", DESKTOP)
    session = server.api("alice").start("seq -f 'line-%05.0f of many' 1 9000; cat", rows=30, cols=80)["id"]
    page = alice.join(session)
    shows(page, line(9000))
    to_the_top(page)
    page.keyboard.press("Shift+PageDown")
    reading(page, line(30))
    server.restart()
    joined(page)
    assert top_line(page) == line(30)
    page.evaluate("() => holdfast.scroll.goTo(2000)")
    reading(page, line(2001))
    page.reload()
    joined(page)
    to_the_top(page)
    alice.close()


def swipe(page: Page, by: int) -> None:
    """A finger that throws: `by` pixels down the screen, let go in movement."""
    touch = page.context.new_cdp_session(page)
    x, y = 150, 300 if by > 0 else 600
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        at = {"x": x, "y": y + by * step / 10}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_scrolls_into_the_history_and_back(server, person):
    api = server.api("alice")
    session = api.start("seq -f 'line-%05.0f of many' 1 9000; cat", rows=45, cols=44)["id"]
    page = person(device=CHINESE_PHONE).join(session)
    shows(page, line(9000))
    swipe(page, 200)
    until(page, "holdfast.terminal.place.top < holdfast.terminal.place.bottom - 10")
    page.evaluate("() => holdfast.terminal.term.scrollToLine(3)")
    swipe(page, 250)
    until(page, "holdfast.scroll.reading && holdfast.scroll.pane.top < holdfast.scroll.history.base - 10")
    until(page, "holdfast.scroll.pane.text().startsWith(`line-0${holdfast.scroll.pane.top + 1}`)")
    for _ in range(8):  # how far the first one glided depends on how busy the machine is
        if page.evaluate("() => holdfast.scroll.reading"):
            swipe(page, -250)
    until(page, "!holdfast.scroll.reading")
    page.get_by_role("button", name=says(CHINESE_PHONE)("To the bottom")).tap()
    at_bottom(page)
