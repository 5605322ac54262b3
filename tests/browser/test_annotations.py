"""Notes on lines: the owner at a desktop with a mouse and with keys, a guest at a phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, until

HOSTILE = "<img src=x onerror=pwned=1> & <b>bold</b>"
PRINT = "for i in $(seq 1 6000); do echo line-$i-; done; exec cat"
# The text of the line beside which the first mark stands.
MARKED = """(() => {
  const { term } = holdfast.scroll?.reading ? holdfast.scroll.pane : holdfast.terminal;
  const screen = term.element.querySelector(".xterm-screen").getBoundingClientRect();
  const mark = term.element.querySelector(".note-mark").getBoundingClientRect();
  const line = Math.round((mark.top - screen.top) / (screen.height / term.rows));
  return term.buffer.active.getLine(term.buffer.active.viewportY + line).translateToString(true);
})()"""


def write(page: Page, text: str) -> None:
    page.locator("annotation-panel textarea").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("annotation-panel textarea")).to_have_value("")


def marked(page: Page, text: str) -> None:
    """Marks are drawn anew now and then."""
    until(page, f"{MARKED} === {text!r}")


def line_at(page: Page, text: str) -> tuple[float, float]:
    """Where that line stands in the window."""
    found = page.evaluate(
        """(text) => {
          const { term } = holdfast.scroll?.reading ? holdfast.scroll.pane : holdfast.terminal;
          const screen = term.element.querySelector(".xterm-screen").getBoundingClientRect();
          const { active } = term.buffer;
          for (let y = 0; y < term.rows; y += 1) {
            if (active.getLine(active.viewportY + y).translateToString(true) === text) {
              return [screen.left, screen.top + (y + 0.5) * screen.height / term.rows];
            }
          }
          throw new Error("not shown: " + text);
        }""",
        text,
    )
    return tuple(found)


def test_notes_on_live_and_on_deep_lines_by_mouse_touch_and_keys(server, person):
    api = server.api("alice")
    session = api.start(["bash", "-c", PRINT])["id"]
    page = person().join(session)
    until(page, "holdfast.terminal.term.buffer.active.baseY > 4000")
    link = api.post(f"/sessions/{session}/links", {}).json()["url"]
    phone = person(None, device=PHONE).open(link)
    until(phone, "holdfast.stream.joined")
    panel, marks = page.locator("annotation-panel"), page.locator(".note-mark")
    # With the mouse, beside the line.
    until(page, "holdfast.annotations.top !== null || holdfast.annotations.anchor() && false")
    x, y = line_at(page, "line-5990-")
    page.mouse.click(x - 5, y)
    expect(panel.locator("[data-part=target]")).to_have_text("line-5990-")
    page.mouse.click(x + 40, line_at(page, "line-5991-")[1])
    expect(panel.locator("[data-part=target]")).to_have_text("line-5991-")
    panel.locator("textarea").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(panel.locator("[data-part=target]")).to_have_text("line-5992-")
    write(page, HOSTILE)
    expect(panel.locator("li .text")).to_have_text(HOSTILE)
    assert page.evaluate("typeof pwned") == "undefined" and not panel.locator("li img, li b").count()
    expect(marks).to_have_count(1)
    marked(page, "line-5992-")
    # The guest sees it at once, on a phone, and answers by touch.
    expect(phone.locator(".note-mark")).to_have_count(1)
    marked(phone, "line-5992-")
    phone.locator(".note-mark").tap()
    sheet = phone.locator("annotation-panel").bounding_box()
    assert sheet["width"] == PHONE["viewport"]["width"] and sheet["height"] < 844 * 0.65
    expect(phone.locator("annotation-panel li .jump")).to_be_focused()
    expect(phone.locator("annotation-panel li").get_by_role("button", name="Delete")).to_have_count(0)
    phone.touchscreen.tap(60, line_at(phone, "line-5985-")[1])
    expect(phone.locator("annotation-panel [data-part=target]")).to_have_text("line-5985-")
    write(phone, "by touch")
    expect(marks).to_have_count(2)
    expect(panel.locator("li .author").first).to_contain_text("Guest")
    # In the deep history, with keys alone; and it stays over a reload.
    page.keyboard.press("Escape")
    until(page, "document.activeElement.closest('terminal-view')")
    page.evaluate("holdfast.scroll.goTo(100)")
    until(page, "holdfast.scroll.reading && holdfast.scroll.pane.top === 100")
    page.keyboard.press("Alt+Shift+N")
    expect(panel.locator("[data-part=target]")).to_have_text("line-101-")
    page.keyboard.type("deep")
    page.keyboard.press("Enter")
    expect(page.locator("history-view .note-mark")).to_have_count(1)
    marked(page, "line-101-")
    page.reload()
    until(page, "holdfast.stream.joined")
    expect(page.locator(".bar [data-part=notes]")).to_have_attribute("aria-label", "Notes, 3")
    expect(page.locator("terminal-view .note-mark")).to_have_count(2)
    page.locator(".bar [data-part=notes]").click()
    panel.locator(".jump").first.click()
    until(page, "holdfast.scroll.reading")
    marked(page, "line-101-")
    # Changed and deleted.
    panel.locator("li").first.get_by_role("button", name="Change").click()
    expect(panel.locator("textarea")).to_have_value("deep")
    write(page, "deeper")
    expect(panel.locator("li .text").first).to_have_text("deeper")
    panel.locator("li").nth(1).get_by_role("button", name="Delete").click()
    page.locator("confirm-dialog").get_by_role("button", name="Delete").click()
    expect(phone.locator(".note-mark")).to_have_count(1)
    expect(panel.locator("li")).to_have_count(2)
    # A line of another width still has its note.
    api.call("POST", f"/sessions/{session}/resize", json={"rows": 20, "cols": 60})
    until(page, "holdfast.terminal.term.cols === 60")
    page.keyboard.press("Escape")
    page.evaluate("holdfast.scroll.toBottom()")
    until(page, "!holdfast.scroll.reading && holdfast.terminal.term.element.querySelector('.note-mark')")
    marked(page, "line-5992-")
