"""The owner's dialog, and what a guest sees: a desktop shares, a phone without an account watches, in Chinese; and the
other way round."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, eventually, joined, shows, type_in, until
from tests.browser.readers import CHINESE_PHONE, says

SWIPE = """() => {
  const view = document.querySelector("terminal-view");
  const touch = (type, y) => {
    const at = new Touch({ identifier: 1, target: view, clientX: 100, clientY: y });
    const touches = type === "touchend" ? [] : [at];
    view.dispatchEvent(new TouchEvent(type, { touches, changedTouches: [at], bubbles: true, cancelable: true }));
  };
  touch("touchstart", 60);
  for (let y = 70; y <= 220; y += 10) touch("touchmove", y);
  touch("touchend", 220);
}"""


def shared(page: Page, device: dict = DESKTOP) -> Page:
    """The share dialog, open."""
    if device is DESKTOP:
        page.locator("[data-part=share]").click()
    else:
        page.get_by_role("button", name=says(device)("More")).click()
        page.get_by_role("menuitem", name=says(device)("Share…")).click()
    expect(page.locator("dialog.share")).to_be_visible()
    return page


def make_link(page: Page, device: dict = DESKTOP, **choices: str) -> str:
    for name, value in choices.items():
        page.locator(f"form[data-part=link-form] [name={name}]").select_option(value)
    page.get_by_role("button", name=says(device)("Make a link")).click()
    expect(page.locator("[data-part=made]")).to_be_visible()
    return page.locator("[data-part=url]").text_content()


def test_a_guest_watches_on_a_phone_until_the_link_is_taken_back(server, person):
    session = server.api("alice").start(["cat"], name="the show")["id"]
    page = shared(person().join(session))
    url = make_link(page)
    guest, say = person(None, device=CHINESE_PHONE), says(CHINESE_PHONE)
    phone = guest.open(url)
    until(phone, "holdfast.stream.joined")
    assert url.rpartition("/")[2] not in phone.url and "/shared/" in phone.url
    expect(phone.get_by_text(say("You are watching"))).to_be_visible()
    expect(phone.get_by_role("heading", name="the show")).to_be_visible()
    expect(phone.locator("key-bar")).to_be_hidden()
    assert not phone.locator("nav, form[action], a[href='/account']").count()
    expect(page.locator("[data-part=here]")).to_contain_text("Guest")
    phone.locator("terminal-view textarea").focus()
    phone.keyboard.type("not typed\n")
    page.keyboard.press("Escape")
    type_in(page, "by the owner\n")
    shows(phone, "by the owner")
    type_in(page, "many lines\n" * 30)
    # Thirty by the terminal's echo and thirty by the program, in any order, now and then one within the other.
    until(phone, "holdfast.terminal.text(true).split('many lines').length > 40")
    until(phone, "holdfast.terminal.place.top === holdfast.terminal.place.bottom && holdfast.terminal.place.top > 30")
    phone.evaluate(SWIPE)
    until(phone, "holdfast.terminal.place.top < holdfast.terminal.place.bottom")
    assert b"not typed" not in server.api("alice").output(session)
    shared(page)
    page.get_by_role("button", name="Take back the link").click()
    ended = say("This link has ended. What you see is what it showed last.")
    expect(phone.locator("[data-part=banner]")).to_have_text(ended)
    expect(page.locator("[data-part=links] li")).to_have_count(0)
    again = guest.context.new_page()
    again.goto(url)
    expect(again.get_by_text(say("This link opens nothing (any more). Ask for a new one."))).to_be_visible()


def test_a_guest_who_may_type_types_and_the_lock_holds_him(server, person):
    session = server.api("alice").start(["cat"])["id"]
    page, say = shared(person(device=CHINESE_PHONE).join(session), CHINESE_PHONE), says(CHINESE_PHONE)
    guest = person(None).open(make_link(page, CHINESE_PHONE, role="writer"))
    until(guest, "holdfast.stream.joined")
    type_in(guest, "from the guest\n")
    shows(guest, "from the guest\nfrom the guest")
    page.get_by_label(say("Only I type")).check()
    expect(guest.get_by_text("You are watching")).to_be_visible()
    page.get_by_label(say("Only I type")).uncheck()
    expect(guest.get_by_text("You may type")).to_be_visible()
    page.get_by_label(say("Pause sharing")).check()
    expect(guest.locator("[data-part=banner]")).to_contain_text("paused")
    expect(guest.get_by_text("You may type")).to_be_hidden()
    expect(guest.locator("[data-part=state]")).to_have_text("not connected")
    until(guest, "holdfast.stream.joins > 1 && !holdfast.stream.joining")
    expect(guest.locator("[data-part=banner]")).to_contain_text("paused")
    page.get_by_label(say("Pause sharing")).uncheck()
    until(guest, "holdfast.stream.joined")
    expect(guest.locator("[data-part=banner]")).to_be_hidden()
    expect(guest.get_by_text("You may type")).to_be_visible()


def test_a_role_by_name_shows_on_the_others_dashboard_and_page(server, person):
    server.user("bob")
    session = server.api("alice").start(["cat"], name="for two")["id"]
    bob, say = person("bob", CHINESE_PHONE), says(CHINESE_PHONE)
    dashboard = bob.open("/")
    page = shared(person().join(session))
    page.locator("form[data-part=grant-form] [name=name]").fill("nobody")
    page.get_by_role("button", name="Give").click()
    expect(page.get_by_text("there is no such user")).to_be_visible()
    page.locator("form[data-part=grant-form] [name=name]").fill("bob")
    page.get_by_role("button", name="Give").click()
    card = dashboard.locator("session-card").filter(has_text="for two")
    expect(card).to_contain_text(say("{owner}’s, {role}", owner="alice", role=say("viewer")))
    expect(card.locator("[data-part=end]")).to_be_hidden()
    theirs = bob.join(session)
    joined(theirs)
    expect(theirs.get_by_role("button", name=say("Ask to type"))).to_be_visible()
    for part in ("share", "end", "fit"):
        expect(theirs.locator(f"[data-part={part}]")).to_be_hidden()
    page.get_by_role("button", name="Take the role of bob").click()
    expect(theirs.locator("[data-part=banner]")).to_contain_text(say("You may not be in this session any more."))
    expect(theirs.get_by_role("button", name=say("Ask to type"))).to_be_hidden()
    expect(card).to_have_count(0)


WIDE = "seq -f 'row %g of a build whose lines are long: 0123456789 abcdefghijklmnopqrstuvwxyz' 200; cat"


def test_a_guest_on_a_phone_reads_searches_and_copies_a_wide_session(server, person):
    api = server.api("alice")
    session = api.start(["sh", "-c", WIDE], rows=40, cols=160)["id"]
    say = says(CHINESE_PHONE)
    guest = person(None, device=CHINESE_PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = guest.open(api.post(f"/sessions/{session}/links", {"role": "viewer"}).json()["url"])
    shows(page, "row 200 of")
    until(page, "holdfast.terminal.layout.zoomed && holdfast.terminal.term.options.fontSize >= 10")
    until(page, "holdfast.terminal.scrollLeft === 0")
    seen = page.locator(".xterm-screen").bounding_box()
    assert seen["height"] > 400, "readable, and more than a strip"
    page.get_by_role("button", name=say("Show all")).tap()
    until(page, "!holdfast.terminal.layout.zoomed && holdfast.terminal.term.options.fontSize < 6")
    more = page.get_by_role("button", name=say("More"))
    more.tap()
    page.get_by_role("menuitem", name=say("Readable text, move over it")).tap()
    until(page, "holdfast.terminal.layout.zoomed")
    more.tap()
    page.get_by_role("menuitem", name=say("Search")).tap()
    page.keyboard.type("row 17 of")
    expect(page.get_by_text(say("{at} of {all}", at=1, all=1))).to_be_visible()
    page.keyboard.press("Escape")
    more.tap()
    page.get_by_role("menuitem", name=say("As plain text")).tap()
    text = page.locator("dialog.plain-text pre")
    expect(text).to_contain_text("row 1 of a build whose lines are long")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert text.evaluate("(pre) => pre.scrollWidth <= pre.clientWidth")
    api.post(f"/sessions/{session}/input", {"data": "while it is read\r"})
    expect(text).to_contain_text("while it is read")
    page.locator("dialog.plain-text").get_by_role("button", name=say("Copy")).tap()
    expect(page.locator("toast-line")).to_have_text(say("Copied"))
    assert "row 2 of a build" in page.evaluate("() => navigator.clipboard.readText()")
    page.locator("dialog.plain-text").get_by_role("button", name=say("Close")).tap()
    expect(page.locator("dialog.plain-text")).to_have_count(0)


QUERIES = (
    r"\033[c", r"\033[>c", r"\033[=c", r"\033[0c", r"\033[5n", r"\033[6n", r"\033[?6n", r"\033[?15n", r"\033[?25n",
    r"\033[?26n", r"\033[?53n", r"\033[>q", r"\033[?1\$p", r"\033[?25\$p", r"\033[?2004\$p", r"\033[?2026\$p",
    r"\033[4\$p", r"\033[x", r"\033[18t", r"\033[14t", r"\033[16t", r"\033[21t", r"\033]10;?\a", r"\033]11;?\a",
    r"\033]4;1;?\a", r"\033]52;c;?\a", r"\033P\$qm\033\\",
)  # fmt: skip


# Every mode that terminals know and programs leave on. Three go off again: what is held back until it is whole (2026)
# shows nothing, focus (1004) is told because somebody focuses, and 132 columns (3) are a size.
ON = (1, 5, 7, 8, 9, 12, 25, 40, 45, 66, 67, 69, 80, 1000, 1001, 1002, 1003, 1005, 1006, 1007, 1015, 1016, 1034, 1035,
      1036, 1039, 1042, 1043, 1045, 1048, 1049, 2004, 2027, 2031, 2048, 9001)  # fmt: skip
OFF = (3, 1004, 2026)
MODES = (
    *(rf"\033[?{mode}h" for mode in ON), *(rf"\033[?{mode}h\033[?{mode}l" for mode in OFF),
    r"\033[2h", r"\033[4h", r"\033[20h", r"\033=", r"\033[>1u", r"\033[=31;1u", r"\033[?u", r"\033[>4;2m", r"\033[?4m",
)  # fmt: skip
FILLS = r"\033]52;c;c3RvbGVu\a"  # the clipboard, with "stolen"


def test_no_page_answers_the_history_or_fills_the_clipboard_whoever_opens_it(server, person):
    """The server did, once; answers of a page would be keys that nobody typed. The account lets programs copy."""
    api = server.api("olga")
    server.user("bob")
    assert api.call("PATCH", "/preferences", json={"program_copy": "always"}).ok
    program = f'stty raw -echo; printf "{FILLS}{"".join((*MODES, *QUERIES))}"; exec cat -v'
    session = api.start(["bash", "-c", program], cols=900)["id"]  # no answer wraps
    # The screen has read the queries when it shows what came behind them; what is typed then comes after the answers.
    for typed in ("[ready]", "[again]"):
        api.post(f"/sessions/{session}/input", {"data": typed})
        while typed not in api.screen(session):
            pass
    said = api.output(session)
    assert b"^[[?" in said, "the server answers"
    assert api.post(f"/sessions/{session}/grants", {"user": "bob", "role": "writer"}).ok
    olga = person("olga", permissions=["clipboard-read", "clipboard-write"])
    owner = olga.open(f"/sessions/{session}")
    owner.evaluate("() => navigator.clipboard.writeText('mine')")
    guest = person(None).open(api.post(f"/sessions/{session}/links", {"role": "writer"}).json()["url"])
    second = person("bob").open(f"/sessions/{session}")
    for number, page in enumerate((owner, guest, second, owner)):
        if number == 3:
            owner.reload()
        shows(page, "[again]")
        type_in(page, f"{number}")  # behind whatever the page would have answered
        said += b"%d" % number
        eventually(lambda: len(api.output(session)) >= len(said))  # noqa: B023
        assert api.output(session) == said
    dashboard = olga.open("/")
    until(dashboard, f"document.querySelector('session-list').thumbnails.pictures.has('{session}')")
    for page in (owner, dashboard):
        page.bring_to_front()
        assert page.evaluate("() => navigator.clipboard.readText()") == "mine"
    type_in(owner, "end")
    eventually(lambda: api.output(session).endswith(b"end"))
    assert api.output(session) == said + b"end"
