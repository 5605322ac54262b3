"""A browser page as a person uses it, against a real server. The rules: waits are for facts, and every page
that a test opened must have had no policy violation and no script error."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.support.server import PASSWORD, Server

# The headless shell, where there is one, is the same browser without the windows that nobody sees: a quarter less work.
SHELL, WHOLE = shutil.which("chromium-headless-shell"), shutil.which("chromium")
CHROMIUM = os.environ.get("CHROMIUM") or SHELL or WHOLE or "/usr/bin/chromium"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)
# Playwright's own wait_for_function needs eval(), which the policy forbids; evaluate() does not.
UNTIL = """([text, patience]) => new Promise((done, fail) => {
  const end = Date.now() + patience;
  const look = () => {
    let value;
    try { value = (CONDITION); } catch { value = false; }
    if (value) done(value);
    else if (Date.now() > end) fail(new Error(`did not happen: ${text}`));
    else setTimeout(look, 15);
  };
  look();
})"""
NO_WEBGL = """
const own = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return /webgl/.test(kind) ? null : own.call(this, kind, ...more);
};
"""
# The software WebGL of headless Chromium, under another name.
GRAPHICS_CARD = """
const own = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  return name === 0x9246 ? "a graphics card" : own.call(this, name);
};
"""

# Chromium writes most violations of the policy to the console, the others only here.
VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) =>
  console.error("Content Security Policy:", effectiveDirective, blockedURI, sample, sourceFile, lineNumber));
"""

HIDE = """([hidden]) => {
  const now = { hidden, visibilityState: hidden ? "hidden" : "visible" };
  for (const [name, value] of Object.entries(now)) Object.defineProperty(document, name, { configurable: true, value });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}"""


def until(page: Page, condition: str, patience: int = WAIT_MS) -> object:
    """Waits in the page until the JavaScript expression is true; answers its value."""
    return page.evaluate(UNTIL.replace("CONDITION", condition), [condition, patience])


class Person:
    """One user at one device; closing says whether all pages behaved.

    `script`: runs before each page's own. `anew`: signs in though the name has been here."""

    def __init__(
        self, browser: Browser, server: Server, name: str | None, device: dict, anew=False, script="", **options
    ) -> None:
        self.problems: list[str] = []
        self.granted = options.get("permissions")
        self.left = left_of(browser, server, device, options) if server.lasting and not script else None
        self.context: BrowserContext = (
            self.left.pop() if self.left else made(browser, server, script, **device, **options)
        )
        self.context.on("page", self._watch)
        if name:
            server.user(name)
            self._cookies(server, name, anew)

    def _cookies(self, server: Server, name: str, anew: bool) -> None:
        """Signs in once a server and user, as one browser does; later tests bring the cookies along."""
        jar = server.__dict__.setdefault("cookies", {})
        if name in jar and not anew:
            self.context.add_cookies(jar[name])
        else:
            self.sign_in(name)
            jar[name] = self.context.cookies()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error} {error.stack}"))
        page.on("console", lambda message: self._heard(message.text))

    def _heard(self, text: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text or "Trusted Type" in text:
            self.problems.append(text)

    def sign_in(self, name: str) -> None:
        page = self.context.new_page()
        page.goto("/login")
        # Not by their labels: those are in this person's language.
        page.locator("input[name=username]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form[action='/login'] button").click()
        page.wait_for_url("**/")
        page.close()

    def open(self, path: str = "/") -> Page:
        """The page, once all of its elements are alive."""
        page = self.context.new_page()
        page.goto(path)
        until(page, "!document.querySelector(':not(:defined)')")
        return page

    def join(self, session: str) -> Page:
        """The session's page, once it has joined and drawn the screen."""
        page = self.open(f"/sessions/{session}")
        joined(page)
        return page

    def close(self) -> None:
        if self.left is None or self.problems or not self._left_clean():
            self.context.close()
        assert not self.problems, self.problems

    def _left_clean(self) -> bool:
        """Nothing of this person's is left but what a browser keeps of the server's code: to load and compile that anew
        is half of a page's work."""
        try:
            *others, last = self.context.pages
            for page in others:
                page.close()
            last.evaluate("() => localStorage.clear()")
            last.close()
            self.context.clear_cookies()
            self.context.clear_permissions()
            if self.granted:
                self.context.grant_permissions(self.granted)
            self.context.set_offline(False)
            self.context.remove_listener("page", self._watch)
        except (Error, ValueError):  # closed, crashed, never used, or on another site's page
            return False
        self.left.append(self.context)
        return True


def made(browser: Browser, server: Server, script: str, **options) -> BrowserContext:
    context = browser.new_context(base_url=server.url, **options)
    context.set_default_timeout(WAIT_MS)
    for one in (VIOLATIONS, script):
        if one:
            context.add_init_script(one)
    return context


def left_of(browser: Browser, server: Server, device: dict, options: dict) -> list[BrowserContext]:
    """Contexts of this kind that others have left."""
    kinds = browser.__dict__.setdefault("left", {})
    return kinds.setdefault(json.dumps([server.url, device | options], sort_keys=True), [])


def joined(page: Page) -> None:
    until(page, "holdfast.stream.joined && holdfast.stream.drawn === holdfast.stream.received")


def hide(page: Page, hidden: bool = True) -> None:
    """Headless Chromium shows every page, so this one is told otherwise; its timers are not slowed down."""
    page.evaluate(HIDE, [hidden])


def shows(page: Page, text: str, scrollback: bool = False) -> None:
    """Waits until the terminal shows the text; a line that was wrapped counts as one."""
    seen = "true" if scrollback else "false"
    until(page, f"holdfast.terminal.text({seen}).includes({json.dumps(text)})")


def screen(page: Page, scrollback: bool = False) -> str:
    return page.evaluate("(above) => holdfast.terminal.text(above)", scrollback)


def size(page: Page) -> tuple[int, int]:
    rows, cols = page.evaluate("() => [holdfast.terminal.term.rows, holdfast.terminal.term.cols]")
    return rows, cols


def type_in(page: Page, text: str) -> None:
    """Real key events into the terminal."""
    page.locator("terminal-view textarea").focus()
    page.keyboard.type(text)


def whole_in_window(page: Page) -> bool:
    """Whether every cell of the terminal lies inside what the window shows."""
    return page.evaluate(
        """() => {
          const grid = document.querySelector('.xterm-screen').getBoundingClientRect();
          const stage = document.querySelector('.stage').getBoundingClientRect();
          return grid.width > 0 && grid.left >= stage.left && grid.top >= stage.top
            && grid.right <= stage.right + 0.5 && grid.bottom <= stage.bottom + 0.5;
        }"""
    )


def made_final(page: Page) -> None:
    """The dashboard's last deed, as if the time to take it back were over."""
    page.evaluate("() => document.querySelector('session-list').deeds.undoable.flush()")


def eventually(fact: Callable[[], object]) -> None:
    """For what only polling shows: a status over HTTP, output in the journal."""
    end = time.monotonic() + WAIT_MS / 1000
    while not fact():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)
