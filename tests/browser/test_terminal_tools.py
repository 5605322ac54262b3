"""What a terminal offers besides typing: pasting with care, copying, files in and out, looks, the bell."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, eventually, hide, joined, screen, shows, type_in, until
from tests.browser.readers import CHINESE_PHONE, READERS, says

BRACKETED = "printf '\\033[?2004h'; stty raw -echo; echo ready; cat -vt"
COPIED = "navigator.clipboard.readText().then((text) => {{ window.copied = text; }}), window.copied === '{}'"
UPLOADED = "Uploaded to {directory} as {name}: there was a file of that name"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def paste(page, text: str) -> None:
    """The browser's own paste event, as Ctrl+V makes it."""
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.querySelector("terminal-view textarea").dispatchEvent(event);
        }""",
        text,
    )


def opened(person, server, program, **how):
    """A page whose program said that it is ready."""
    page = person(**how).join(server.api("alice").start(program, rows=24, cols=80)["id"])
    shows(page, "ready")
    return page


def choose(page, name: str, device: dict = DESKTOP) -> None:
    page.locator("view-menu button").first.click()
    page.get_by_role("menuitem", name=says(device)(name)).click()


def settings(page, device: dict = DESKTOP):
    choose(page, "Terminal settings", device)
    sheet = page.get_by_role("dialog", name=says(device)("Terminal settings"))
    expect(sheet).to_be_visible()
    return sheet


def defaults(server) -> None:
    """The account is the same in all tests."""
    api = server.api("alice")
    named = dict.fromkeys(api.get("/preferences").json(), None)
    assert api.call("PATCH", "/preferences", json=named).status_code == 200


@pytest.fixture(autouse=True)
def clean(server):
    server.api("alice")
    defaults(server)
    yield
    defaults(server)


def test_a_paste_cannot_end_its_own_brackets_or_press_keys(server, person):
    page = opened(person, server, BRACKETED)
    paste(page, "a\x1b[201~b\x9b201~c\x03d\x1b\x1b[201~[201~e\tf")
    shows(page, "^[[200~abcd[201~e^If^[[201~")
    assert screen(page).count("^[[201~") == 1
    assert "^C" not in screen(page)


def test_many_lines_are_shown_before_they_are_pasted(server, person):
    page, say = opened(person, server, "echo ready; cat", device=CHINESE_PHONE), says(CHINESE_PHONE)
    paste(page, "first line\nsecond line\n")
    dialog = page.get_by_role("dialog", name=say("Paste this text?"))
    expect(dialog.get_by_text(say("{count} line, {size}", "{count} lines, {size}", 2, size="23 B"))).to_be_visible()
    expect(dialog.get_by_label(say("The text"))).to_have_value("first line\nsecond line\n")
    dialog.get_by_role("button", name=say("Cancel")).click()
    expect(dialog).to_be_hidden()
    paste(page, "first line\nsecond line\n")
    dialog.get_by_role("button", name=say("Paste as one line")).click()
    type_in(page, "!\n")
    shows(page, "ready\nfirst line second line!\nfirst line second line!")
    paste(page, "one\ntwo\n")
    dialog.get_by_text(say("Do not ask again")).click()
    dialog.get_by_role("button", name=say("Paste"), exact=True).click()
    until(page, "holdfast.terminal.text().split('two').length === 3")
    paste(page, "three\nfour\n")
    until(page, "holdfast.terminal.text().split('four').length === 3")
    expect(dialog).to_be_hidden()


def test_a_shell_that_brackets_pastes_gets_a_few_lines_at_once(server, person):
    page = opened(person, server, BRACKETED)
    paste(page, "one\ntwo")
    shows(page, "^[[200~one^Mtwo^[[201~")
    paste(page, "x\n" * 30)
    expect(page.get_by_role("dialog", name="Paste this text?")).to_be_visible()


def test_what_is_selected_is_copied_where_that_is_wanted(server, person):
    server.api("alice").call("PATCH", "/preferences", json={"copy_on_select": True})
    page = opened(person, server, "echo ready copyme; cat", permissions=CLIPBOARD)
    grid = page.locator(".xterm-screen").first.bounding_box()
    page.mouse.dblclick(grid["x"] + 8.5 * grid["width"] / 80, grid["y"] + grid["height"] / 48)
    until(page, COPIED.format("copyme"))


def test_the_screen_is_copied_as_text_and_as_html(server, person):
    page = opened(person, server, "printf '\\033[31mred <b>\\033[m\\r\\nready\\r\\n'; cat", permissions=CLIPBOARD)
    choose(page, "Copy as text")
    until(page, COPIED.format("red <b>\\nready\\n"))
    choose(page, "Copy as HTML")
    expect(page.get_by_text("The screen was copied as HTML.")).to_be_visible()
    page.evaluate(
        """() => addEventListener("paste", (event) => {
          window.html = event.clipboardData.getData("text/html");
          event.stopImmediatePropagation();
        }, { capture: true })"""
    )
    page.keyboard.press("Control+Shift+F")  # into a field that is not the terminal's
    page.keyboard.press("Control+v")
    html = until(page, "window.html")
    assert "red &lt;b" in html and "color" in html


@READERS
def test_a_file_is_uploaded_and_its_path_typed(server, person, tmp_path, device):
    place = tmp_path / "it's here"
    place.mkdir()
    (place / "a b.txt").write_text("mine")
    session = server.api("alice").start("echo ready; cat", cwd=str(place), rows=24, cols=120)["id"]
    page, say = person(device=device).join(session), says(device)
    shows(page, "ready")
    page.evaluate("""() => {
      const own = setTimeout;
      window.later = [];
      window.setTimeout = (act, ms) => (ms > 10000 ? window.later.push(act) : own(act, ms));
    }""")
    with page.expect_file_chooser() as chooser:
        choose(page, "Upload files", device)
    chooser.value.set_files([{"name": "a b.txt", "mimeType": "text/plain", "buffer": b"yours" * 1000}])
    told = say(UPLOADED, directory=place, name="a b (1).txt")
    expect(page.get_by_text(told)).to_be_visible()
    assert (place / "a b.txt").read_text() == "mine" and (place / "a b (1).txt").read_bytes() == b"yours" * 1000
    page.get_by_role("button", name=say("Type its path")).click()
    quoted = str(place / "a b (1).txt").replace("'", "'\\''")
    shows(page, f"'{quoted}' ")
    page.mouse.move(0, 0)
    page.evaluate("() => window.later.forEach((act) => act())")
    expect(page.locator(".uploads li")).to_have_count(0)


def test_files_are_dropped_or_pasted(server, person, tmp_path):
    session = server.api("alice").start("echo ready; cat", cwd=str(tmp_path), rows=24, cols=80)["id"]
    page = person().join(session)
    shows(page, "ready")
    page.evaluate(
        """() => {
          const data = (name) => {
            const made = new DataTransfer();
            made.items.add(new File(["dropped"], name));
            return made;
          };
          const stage = document.querySelector(".stage");
          for (const kind of ["dragenter", "dragover"]) {
            stage.dispatchEvent(new DragEvent(kind, { dataTransfer: data("d.txt"), bubbles: true, cancelable: true }));
          }
          window.veiled = !document.querySelector(".veil").hidden;
          stage.dispatchEvent(new DragEvent("drop", { dataTransfer: data("d.txt"), bubbles: true, cancelable: true }));
          document.querySelector("terminal-view textarea").dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data("p.png"), bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_text("Uploaded to")).to_have_count(2)
    assert page.evaluate("() => window.veiled && document.querySelector('.veil').hidden")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["d.txt", "p.png"]


def test_an_upload_that_cannot_be_says_why(server, person, tmp_path):
    place = tmp_path / "gone"
    place.mkdir()
    page = person(device=CHINESE_PHONE).join(server.api("alice").start("echo ready; cat", cwd=str(place))["id"])
    shows(page, "ready")
    place.rmdir()
    page.locator("file-drop input").set_input_files([{"name": "a", "mimeType": "", "buffer": b"x"}])
    expect(page.get_by_text(says(CHINESE_PHONE)("The session's directory is not known or is gone."))).to_be_visible()


def test_the_output_is_downloaded_under_a_name(server, person):
    page = opened(person, server, "seq 1 100; echo ready; cat", device=CHINESE_PHONE)
    with page.expect_download() as download:
        choose(page, "Download as text", CHINESE_PHONE)
    assert download.value.suggested_filename.endswith(".txt")
    assert download.value.path().read_text().splitlines()[:100] == [str(number) for number in range(1, 101)]


@READERS
def test_a_look_shows_at_once_and_on_the_next_device(server, person, device):
    say = says(device)
    alice = person(device=device, color_scheme="dark")
    page = alice.join(server.api("alice").start("echo ready; cat")["id"])
    sheet = settings(page, device)
    sheet.get_by_text("Dracula").click()
    sheet.get_by_label(say("Font"), exact=True).select_option("JetBrains Mono")
    sheet.get_by_label(say("Ligatures")).check()
    sheet.get_by_label(say("Shape"), exact=True).select_option(say("Bar"))
    made = "[o.theme.background, o.cursorStyle, o.fontFamily.split(',')[0]].join()"
    look = f"((o) => {made})(holdfast.terminal.term.options)"
    until(page, f"{look} === '#282a36,bar,\"JetBrains Mono Holdfast\"'")
    until(page, "document.fonts.check('14px \"JetBrains Mono Holdfast\"')")
    ground = "getComputedStyle(document.querySelector('.stage')).backgroundColor"
    assert page.evaluate(f"() => {ground}") == "rgb(40, 42, 54)"
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    eventually(lambda: server.api("alice").get("/preferences").json().get("terminal_cursor") == "bar")
    other = person(device=DESKTOP, color_scheme="dark").join(page.url.rpartition("/")[2])
    until(other, f"{look}.startsWith('#282a36,bar')")
    sheet = settings(other)
    sheet.get_by_role("button", name="Back to the defaults").click()
    until(other, f"{look}.startsWith('#101214,block')")


def test_the_settings_are_there_in_chinese_by_keyboard_alone(server, person):
    page = opened(person, server, "echo ready; cat", device=CHINESE_PHONE)
    assert page.evaluate("() => document.documentElement.lang") == "zh"
    page.locator("view-menu button").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("terminal-settings dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("terminal-settings dialog")).to_be_hidden()


def test_zoom_is_this_devices_and_a_session_of_this_window_goes_along(server, person):
    session = server.api("alice").start("echo ready; cat")["id"]
    alice = person()
    page = alice.join(session)
    page.get_by_role("button", name="Fit to this window").click()
    until(page, "!holdfast.terminal.differs && holdfast.terminal.term.cols > 100")
    before = page.evaluate("() => holdfast.terminal.term.cols")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+Equal")
    until(page, "!holdfast.terminal.differs && holdfast.terminal.term.options.fontSize === 15")
    page.keyboard.press("Control+Shift+Equal")
    until(page, f"holdfast.terminal.term.options.fontSize === 16 && holdfast.terminal.term.cols < {before}")
    page.reload()
    joined(page)
    until(page, "holdfast.terminal.term.options.fontSize === 16")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+Digit0")
    until(page, f"holdfast.terminal.term.options.fontSize === 14 && holdfast.terminal.term.cols === {before}")
    assert "zoom" not in json.dumps(server.api("alice").get("/preferences").json())


def test_links_lead_to_the_web_only_and_say_where(server, person):
    link = "\\033]8;;{}\\007{}\\033]8;;\\007 "
    both = link.format("https://example.com/there", "good") + link.format("file:///etc/passwd", "evil")
    program = f"printf '{both}'"
    page = opened(person, server, program + "; printf '\\r\\nready'; cat")
    page.evaluate("() => { window.opened = []; window.open = (uri) => { window.opened.push(uri); }; }")
    grid = page.locator(".xterm-screen").first.bounding_box()
    at = [(grid["x"] + (column + 0.5) * grid["width"] / 80, grid["y"] + grid["height"] / 48) for column in (1, 6)]
    page.mouse.move(*at[0])
    expect(page.locator(".link-hint")).to_have_text("https://example.com/there")
    page.mouse.click(*at[0])
    until(page, "window.opened.length === 1")
    page.mouse.move(*at[1])
    expect(page.locator(".link-hint")).to_be_hidden()
    page.mouse.click(*at[1])
    page.mouse.move(*at[0])
    expect(page.locator(".link-hint")).to_be_visible()
    assert page.evaluate("() => window.opened") == ["https://example.com/there"]


def test_a_bell_flashes_and_marks_the_tab_of_who_is_elsewhere(server, person):
    page = opened(person, server, "echo ready; while read x; do printf '\\a'; done")
    page.evaluate(
        """() => {
          window.flashes = 0;
          new MutationObserver(() => { window.flashes += document.querySelector(".stage").classList.contains("rang"); })
            .observe(document.querySelector(".stage"), { attributes: true });
          document.hasFocus = () => false;
        }"""
    )
    type_in(page, "go\n")
    until(page, "window.flashes > 0 && document.title.startsWith('\U0001f514')")
    assert page.evaluate("() => document.querySelector('link[rel=icon]').href").endswith("holdfast-bell.svg")
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    until(page, "!document.title.startsWith('\U0001f514')")
    assert page.evaluate("() => document.querySelector('link[rel=icon]').href").endswith("holdfast.svg")


def test_consent_to_copy_can_be_given_for_the_session_or_never(server, person):
    offer = "printf '\\033]52;c;%s\\007' $(printf \"$x\" | base64)"
    say = says(CHINESE_PHONE)
    program = f"echo ready; while read x; do {offer}; done"
    page = opened(person, server, program, device=CHINESE_PHONE, permissions=CLIPBOARD)
    page.evaluate("() => navigator.clipboard.writeText('mine')")
    type_in(page, "first\n")
    page.get_by_role("button", name=say("Always here")).click()
    until(page, COPIED.format("first"))
    type_in(page, "second\n")
    until(page, COPIED.format("second"))
    server.api("alice").call("PATCH", "/preferences", json={"program_copy": "never"})
    page.reload()
    joined(page)
    type_in(page, "third\n")
    shows(page, "third")
    expect(page.get_by_role("button", name=say("Always here"))).to_have_count(0)
    assert page.evaluate("() => navigator.clipboard.readText()") == "second"


def test_a_hidden_tab_counts_bells_by_the_status(server, person):
    page = opened(person, server, "echo ready; while read x; do printf '\\a'; done")
    hide(page)
    session = page.url.rpartition("/")[2]
    page.evaluate("() => { holdfast.tools.bell.bells = 0; }")
    server.api("alice").post(f"/sessions/{session}/input", {"data": "x\n"})
    eventually(lambda: server.api("alice").status(session)["bells"] > 0)
    page.evaluate("() => holdfast.tools.bell.count()")
    until(page, "document.title.startsWith('\U0001f514')")
    hide(page, False)
    until(page, "!document.title.startsWith('\U0001f514')")


def test_a_page_hears_a_bell_as_soon_as_it_is_there(server, person):
    """At most one bell in 0.4 s, but the first one counts however young the page is."""
    page = opened(person, server, "echo ready; cat")
    assert page.evaluate(
        """async () => {
          const { SessionBell } = await import("/static/js/elements/session-bell.js");
          performance.now = () => 100;
          const place = document.createElement("div");
          new SessionBell({ session: "", place, running: () => false, signal: AbortSignal.timeout(1000) }).rang();
          return place.className;
        }"""
    ) == "rang"  # fmt: skip
