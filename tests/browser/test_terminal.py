"""The terminal in the page: pasting, copying, mouse, search, ends, and the renderer to fall back on."""

from __future__ import annotations

import base64
import hashlib

import pytest
from playwright.sync_api import expect

from tests.browser.people import (
    DESKTOP,
    GRAPHICS_CARD,
    NO_WEBGL,
    PHONE,
    eventually,
    joined,
    screen,
    shows,
    type_in,
    until,
    whole_in_window,
)

PAINTED = "document.querySelector('.xterm-rows').textContent.match(/\\d{6}(?= 0123)/g)"


def test_a_large_paste_arrives_whole_and_in_order(server, person):
    text = "".join(f"{number:06d} \u4e2d\U0001f680\n" for number in range(30_000))
    raw = text.replace("\n", "\r").encode()  # what a terminal makes of pasted line ends
    program = f"stty raw -echo; echo ready; head -c {len(raw)} | sha256sum; cat"
    page = person().join(server.api("alice").start(program)["id"])
    shows(page, "ready")
    page.evaluate("(text) => holdfast.terminal.paste(text)", text)
    shows(page, hashlib.sha256(raw).hexdigest())


def test_old_mouse_reports_are_bytes_not_text(server, person):
    program = "printf '\\033[?1000h'; stty raw -echo; echo ready; head -c 6 | od -An -tu1; cat"
    page = person().join(server.api("alice").start(program, rows=24, cols=140)["id"])
    shows(page, "ready")
    grid = page.locator(".xterm-screen").bounding_box()
    column, row = 130, 10
    page.mouse.click(grid["x"] + (column - 0.5) * grid["width"] / 140, grid["y"] + (row - 0.5) * grid["height"] / 24)
    shows(page, f"27  91  77  32 {32 + column} {32 + row:3d}")


def test_copy_paste_and_search_by_keyboard(server, person):
    alice = person(permissions=["clipboard-read", "clipboard-write"])
    page = alice.join(server.api("alice").start(["cat"])["id"])
    type_in(page, "needle in the hay\n")
    shows(page, "needle in the hay\nneedle in the hay")
    page.keyboard.press("Control+Shift+F")
    expect(page.get_by_label("Search in the terminal").first).to_be_visible()
    page.keyboard.type("needle")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("search-bar")).to_be_hidden()
    page.evaluate("() => holdfast.terminal.term.select(10, 0, 7)")
    page.keyboard.press("Control+Shift+C")
    until(page, "navigator.clipboard.readText().then((text) => { window.copied = text; }), window.copied === 'the hay'")
    page.keyboard.press("Control+Shift+V")
    shows(page, "hay\nthe hay")


def test_the_keyboard_gets_out_of_the_terminal(server, person):
    page = person().join(server.api("alice").start(["cat"])["id"])
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+E")
    expect(page.get_by_role("button", name="Details")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Details")).to_be_hidden()


def test_a_program_may_only_offer_to_copy(server, person):
    alice = person(permissions=["clipboard-read", "clipboard-write"])
    program = "printf '\\033]52;c;%s\\007' $(printf offered | base64); printf '\\033]52;c;?\\007'; cat -v"
    page = alice.open("/")
    page.evaluate("() => navigator.clipboard.writeText('mine')")
    page.goto(f"/sessions/{server.api('alice').start('read x; ' + program)['id']}")
    joined(page)
    type_in(page, "go\n")
    offer = page.get_by_text("The program offers to copy “offered”.")
    expect(offer).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == "mine"
    page.get_by_role("button", name="Copy", exact=True).first.click()
    until(page, "navigator.clipboard.readText().then((text) => { window.copied = text; }), window.copied === 'offered'")
    assert "52;c" not in screen(page), "the clipboard was not told to the program"


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_without_webgl_colours_and_sizes_are_the_same(server, person, device):
    program = "printf '\\033[38;2;250;100;50mcoloured\\033[0m\\r\\n'; cat"
    session = server.api("alice").start(program, rows=40, cols=132)["id"]
    alice = person(device=device, color_scheme="dark", script=NO_WEBGL)
    page = alice.join(session)
    shows(page, "coloured")
    colour = "getComputedStyle([...document.querySelectorAll('.xterm-rows span')]" \
        ".find((span) => span.textContent.includes('coloured'))).color"  # fmt: skip
    until(page, f"{colour} === 'rgb(250, 100, 50)'")
    assert whole_in_window(page)


INK = """async ([shot, top]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${shot}`;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, top, image.width, image.height - top);
  const ground = [...data.slice(0, 3)];
  let inked = 0;
  for (let i = 0; i < data.length; i += 4) inked += ground.some((value, at) => Math.abs(data[i + at] - value) > 60);
  return inked;
}"""


@pytest.mark.parametrize("font", ["system", "jetbrains-mono"])
def test_an_underscore_is_seen(server, person, font):
    """That of DejaVu lies just below its line, and xterm.js's rows cut off what does."""
    name = "una" + font.replace("-", "")
    session = server.api(name).start("echo; echo ________; echo; cat", rows=24, cols=80)["id"]
    assert server.api(name).call("PATCH", "/preferences", json={"terminal_font": font}).ok
    page = person(name).join(session)
    shows(page, "________")
    page.evaluate("() => document.fonts.ready")
    row = page.locator(".xterm-rows > div").nth(1).bounding_box()
    clip = {"x": row["x"] + 2, "y": row["y"], "width": 60, "height": row["height"] + 3}
    shot = base64.b64encode(page.screenshot(clip=clip)).decode()
    assert page.evaluate(INK, [shot, int(row["height"] / 2)]) >= 50


def test_webgl_is_for_graphics_cards(server, person):
    """Where the processor would have to do it, xterm.js's DOM renderer is the faster one."""
    session = server.api("alice").start("echo ready; cat")["id"]
    slow, fast = person(), person(script=GRAPHICS_CARD)
    for one, canvases in ((slow, 0), (fast, 1)):
        page = one.join(session)
        shows(page, "ready")
        assert page.evaluate("() => document.querySelectorAll('.xterm-screen > canvas').length > 0") == bool(canvases)
        assert page.evaluate("() => Boolean(document.querySelector('.xterm-rows'))") == (not canvases)


def test_a_flood_is_painted_now_and_then_and_its_end_exactly(server, person):
    """200 paints are what 2 MB cost when xterm.js paints whenever it may."""
    flood = "read x; seq -f '%06.0f 0123456789-abcdefghijklmnopqrstuvwxyz' 1 50000; printf 'the end'; cat"
    page = person().join(server.api("alice").start(flood, rows=30, cols=100)["id"])
    page.evaluate("() => { window.paints = 0; holdfast.terminal.term.onRender(() => { window.paints += 1; }); }")
    type_in(page, "go\n")
    shows(page, "the end")
    shows(page, "045100 ", scrollback=True)
    lines = [f"{n:06}" for n in range(49_972, 50_001)]
    until(page, f"{PAINTED}.join() === '{','.join(lines)}'")
    assert page.evaluate("() => window.paints") < 100


def test_the_end_is_told_and_it_runs_again(server, person):
    page = person().join(server.api("alice").start("echo once; read line; exit 3", name="short")["id"])
    shows(page, "once")
    type_in(page, "\n")
    expect(page.get_by_text("failed (exit code 3)").first).to_be_visible()
    type_in(page, "x")
    expect(page.get_by_text("The program has ended")).to_have_count(0)  # the terminal takes no keys then
    first = page.url
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: "/sessions/" in url and url != first)
    shows(page, "once")
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_role("link", name=first.rsplit("/", 1)[1])).to_be_visible()


def test_the_details_rename_and_tell(server, person):
    page = person().join(server.api("alice").start(["cat"], name="old name")["id"])
    page.get_by_role("button", name="Details").click()
    details = page.get_by_role("complementary", name="Details")
    expect(details.get_by_text("alice (this window)")).to_be_visible()
    details.get_by_label("Name").fill("new name")
    details.get_by_label("Tags").fill("fresh")
    details.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="new name")).to_be_visible()
    assert server.api("alice").get("/sessions", params={"tag": "fresh"}).json()["sessions"][0]["name"] == "new name"


def test_a_phone_types_with_the_key_bar(server, person):
    page = person(device=PHONE).join(server.api("alice").start("stty -echo; cat -v")["id"])
    page.get_by_role("button", name="Tab", exact=True).tap()
    page.get_by_role("button", name="Up", exact=True).tap()
    control = page.get_by_role("button", name="Ctrl, for the next key")
    control.tap()
    expect(control).to_have_attribute("aria-pressed", "true")
    type_in(page, "v")
    expect(control).to_have_attribute("aria-pressed", "false")
    type_in(page, "\x1b\n")
    shows(page, "^[[A^[")


def test_an_on_screen_keyboard_does_not_hide_the_prompt(server, person):
    page = person(device=PHONE).join(server.api("alice").start("seq 200; cat", rows=60, cols=40)["id"])
    shows(page, "200")
    font = page.evaluate("() => holdfast.terminal.term.options.fontSize")
    page.set_viewport_size({"width": 390, "height": 420})  # what is left above a keyboard
    until(page, "holdfast.terminal.keyboardOpen")
    type_in(page, "prompt")
    until(
        page,
        """(() => {
          const { term } = holdfast.terminal;
          const grid = document.querySelector('.xterm-screen').getBoundingClientRect();
          const stage = document.querySelector('.stage').getBoundingClientRect();
          const cell = grid.height / term.rows;
          const top = grid.top + term.buffer.active.cursorY * cell;
          return top >= stage.top && top + cell <= stage.bottom && stage.bottom <= innerHeight;
        })()""",
    )
    assert page.evaluate("() => holdfast.terminal.term.options.fontSize") == font, "the text does not jump"


def test_a_flood_is_survived_and_interrupted(server, person):
    api = server.api("alice")
    session = api.start(["bash", "--norc", "--noprofile"], env={"PS1": "ready> "})["id"]
    page = person().join(session)
    shows(page, "ready>")
    # One program: a loop goes on when the signal comes while its program ends by itself, as bash takes it for heeded.
    type_in(page, "seq 1000000000\n")
    # Six windows. The server reads every byte, and on a machine that does three other things a megabyte takes it half a
    # second: what the page then waits for is the machine.
    eventually(lambda: api.status(session)["output_bytes"] > 6_000_000)
    page.keyboard.press("Control+c")
    until(page, "holdfast.terminal.text().trimEnd().endsWith('ready>')")
    type_in(page, "echo still $((40 + 2))\n")
    shows(page, "still 42\nready>")
    # What is shown may be a frame yet: the exact snapshot comes when it is calm, and text() sees it half drawn.
    until(page, "!holdfast.stream.framed && holdfast.stream.drawn === holdfast.stream.received")
    rows = api.screen(session).rstrip("\n").split("\n")
    eventually(lambda: [line.rstrip() for line in screen(page).split("\n")] == rows)
