"""Pictures in a terminal: the same cells and pixels for whoever comes, whenever, whatever the window measures."""

from __future__ import annotations

import shlex

from playwright.sync_api import Page

from tests.browser.people import PHONE, shows, until
from tests.support.pictures import BLUE, RED, inline, png, sixel

# The colours in the middle of cells of the layer over the live terminal, by [row, column] of the window.
COLOURS = """(cells) => {
  const { term, layer } = holdfast.terminal;
  const { canvas } = layer;
  const [width, height] = [canvas.width / term.cols, canvas.height / term.rows];
  const context = canvas.getContext("2d");
  return cells.map(([y, x]) => [...context.getImageData((x + 0.5) * width, (y + 0.5) * height, 1, 1).data].slice(0, 3));
}"""
ALPHA = """(cells) => {
  const { term, layer } = holdfast.terminal;
  const { canvas } = layer;
  const [width, height] = [canvas.width / term.cols, canvas.height / term.rows];
  const context = canvas.getContext("2d");
  return cells.map(([y, x]) => context.getImageData((x + 0.5) * width, (y + 0.5) * height, 1, 1).data[3]);
}"""
CHOOSE = """(on) => import(new URL("elements/terminal-look.js", document.querySelector("script[src*=main]").src))
  .then(({ choices }) => choices.set("terminal_pictures", on))"""
# What every cell of buffer and window says.
LINKS = """() => {
  const { term, layer } = holdfast.terminal;
  const buffer = term._core._bufferService.buffer;
  const found = [];
  for (let y = 0; y < buffer.lines.length; y += 1) {
    const line = buffer.lines.get(y);
    for (let x = 0; x < term.cols; x += 1) {
      const part = (line.getBg(x) & 0x10000000) ? layer.links.at(line._extendedAttrs[x]?.urlId) : null;
      if (part) found.push([y, x, part.offset, part.row]);
    }
  }
  return JSON.stringify([found, buffer.x, buffer.y]);
}"""


def painted(page: Page, cell: tuple[int, int], colour: tuple[int, int, int]) -> None:
    wanted = f"({COLOURS})([{list(cell)}])[0].every((part, i) => Math.abs(part - {list(colour)}[i]) < 4)"
    until(page, wanted)


def session_with(server, tmp_path, *parts: bytes) -> str:
    """One that has shown that, and then echoes what is typed."""
    shown = tmp_path / "shown"
    shown.write_bytes(b"".join(parts) + b"ready\r\n")
    return server.api("alice").start(f"cat {shlex.quote(str(shown))}; cat", rows=24, cols=60)["id"]


def test_everybody_sees_the_same_pictures(person, server, tmp_path) -> None:
    parts = [b"above\r\n", sixel(200, 100), b"between\r\n", inline(png(80, 60, BLUE)), b"\r\n"]
    session = session_with(server, tmp_path, *parts)
    first = person("alice").join(session)
    shows(first, "ready")
    painted(first, (1, 0), RED)
    painted(first, (5, 19), RED)
    painted(first, (7, 7), BLUE)
    # Live, on a window of another size, beside one who comes later.
    phone = person("alice", PHONE).join(session)
    painted(phone, (5, 19), RED)
    server.api("alice").post(f"/sessions/{session}/input", {"data": "more\n"})
    for page in (first, phone):
        shows(page, "more\nmore")
    late = person("alice").join(session)
    shows(late, "more\nmore")
    painted(late, (7, 7), BLUE)
    assert first.evaluate(LINKS) == phone.evaluate(LINKS) == late.evaluate(LINKS)
    label = late.locator("terminal-view .picture-layer").get_attribute("aria-label")
    assert label == "picture, 200 × 100; picture, 80 × 60"


def test_pictures_go_with_their_cells_and_may_be_switched_off(person, server, tmp_path) -> None:
    session = session_with(server, tmp_path, b"top\r\n", sixel(100, 80))
    page = person("alice").join(session)
    painted(page, (2, 4), RED)
    (alpha,) = page.evaluate(ALPHA, [[6, 0]])
    assert alpha == 0
    # Printed over by somebody, a cell shows what was printed.
    page.evaluate("() => new Promise((done) => holdfast.terminal.term.write('\\x1b[3;5HXY', done))")
    until(page, f"({ALPHA})([[2, 4]])[0] === 0 && ({ALPHA})([[2, 3]])[0] === 255")
    page.evaluate(CHOOSE, False)
    until(page, f"({ALPHA})([[2, 3]])[0] === 0")
    before = page.evaluate(LINKS)
    page.evaluate(CHOOSE, True)
    painted(page, (2, 3), RED)
    assert page.evaluate(LINKS) == before
    # Far above, in the history.
    server.api("alice").post(f"/sessions/{session}/input", {"data": "".join(f"{n}\n" for n in range(30))})
    shows(page, "28\n29")
    until(page, "holdfast.terminal.layer.canvas.hidden")
    page.evaluate("() => holdfast.terminal.term.scrollToTop()")
    painted(page, (2, 3), RED)
