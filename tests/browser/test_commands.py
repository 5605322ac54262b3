"""The commands of a shell in the browser: marks, jumping, the header, the list, copying; the same after a reload."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, eventually, hide, type_in, until

# Typed one after the other; the last one fills more than a screen.
LINES = ("true", "echo out; false", "echo '<b>x</b>'", " secret-thing", "seq 1 90")


ALL = len(LINES) + 1


class Shell:
    def __init__(self, server, lines=LINES, **order):
        self.api = server.api("alice")
        self.id = self.api.start(["bash"], rows=24, cols=80, **order)["id"]
        for line in ("PS1='> '", *lines):
            self.run(line)

    def run(self, line):
        eventually(lambda: self.api.status(self.id)["at_prompt"])
        before = self.commands()
        self.type(line + "\r")
        eventually(lambda: (now := self.commands()) and len(now) > len(before) and now[-1][1])

    def type(self, text):
        self.api.post(f"/sessions/{self.id}/input", {"data": text})

    def commands(self):
        """The oldest first: (text, whether it has ended)."""
        answer = self.api.get(f"/sessions/{self.id}/commands").json()
        return [(one["text"], one["ended_at"] is not None) for one in answer["commands"]][::-1]


@pytest.fixture(scope="module")
def shell(server):
    return Shell(server)


def placed(page, count=ALL):
    until(page, f"holdfast.commands.commands.placed.length >= {count} && holdfast.commands.top !== null")


def marks(page):
    """(row of the window, kind) of each mark that is shown."""
    return page.evaluate(
        """() => [...document.querySelectorAll("terminal-view .command-marks .sign")].map((sign) =>
             [Math.round(parseFloat(sign.style.top) * holdfast.terminal.term.rows / 100), sign.classList[1]])"""
    )


def top_line(page):
    return page.evaluate("() => holdfast.terminal.shownText.split('\\n')[0]")


def test_marks_stand_beside_prompts_and_one_jumps_between_them(person, shell):
    page = person("alice", DESKTOP).join(shell.id)
    placed(page)
    page.locator("terminal-view textarea").focus()
    for line in ("> seq 1 90", ">  secret-thing", "> echo '<b>x</b>'", "> echo out; false"):
        page.keyboard.press("Control+Shift+ArrowUp")
        until(page, f"holdfast.terminal.shownText.startsWith({line!r})")
    assert marks(page)[:4] == [[0, "bad"], [2, "ok"], [4, "bad"], [6, "ok"]]
    expect(page.locator("terminal-view .remark").first).to_have_text("✗ 1")
    assert page.locator("terminal-view .band").count() == 1
    page.keyboard.press("Control+Shift+ArrowDown")
    until(page, "holdfast.terminal.shownText.startsWith(\"> echo '<b>\")")
    for _ in range(4):
        page.keyboard.press("Control+Shift+ArrowDown")
    until(page, "holdfast.terminal.place.top === holdfast.terminal.place.bottom")
    type_in(page, "x")  # the terminal kept the focus, and no key went to the shell
    until(page, "holdfast.terminal.text().endsWith('> x')")
    page.keyboard.press("Backspace")


def test_a_header_says_whose_output_fills_the_screen(person, shell):
    someone = person("alice", DESKTOP)
    someone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = someone.join(shell.id)
    placed(page)
    header = page.locator("command-header")
    expect(header).to_be_visible()
    expect(header.locator(".text")).to_have_text("seq 1 90")
    header.get_by_role("button", name="Copy the output").click()
    copied = "\n".join(map(str, range(1, 91))) + "\n"
    eventually(lambda: page.evaluate("() => navigator.clipboard.readText()") == copied)
    header.locator(".jump").click()
    until(page, "holdfast.terminal.shownText.startsWith('> seq 1 90')")
    expect(header).to_be_hidden()
    page.evaluate("() => navigator.clipboard.writeText('')")
    page.evaluate("() => holdfast.actions.run('terminal.copy-last-output')")
    eventually(lambda: page.evaluate("() => navigator.clipboard.readText()") == copied)


DEVICES = [pytest.param(DESKTOP, "en-GB", id="desktop"), pytest.param(PHONE, "zh-CN", id="phone-chinese")]


@pytest.mark.parametrize(("device", "language"), DEVICES)
def test_the_list_names_all_commands_and_leads_to_them(person, shell, device, language):
    page = person("alice", device, locale=language).join(shell.id)
    placed(page)
    expect(page.locator("html")).to_have_attribute("lang", language[:2] if language != "en-GB" else "en")
    if device is PHONE:
        page.locator("view-menu > button").click()
        page.locator("view-menu [role=menuitem]").nth(1).click()
    else:
        page.locator("[data-part=commands]").click()
    items = page.locator("command-list li")
    expect(items).to_have_count(ALL)
    assert items.locator("code").all_text_contents()[0::2] == ["seq 1 90", "echo '<b>x</b>'", "true"]
    assert page.locator("command-list b").count() == 0
    kinds = items.evaluate_all("(all) => all.map((one) => one.dataset.outcome)")
    assert kinds == ["ok", "bad", "ok", "bad", "ok", "ok"]
    assert "secret" not in page.locator("command-list").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(items.nth(1).locator(".jump")).to_be_focused()
    items.filter(has_text="echo out").locator(".jump").click()
    until(page, "holdfast.terminal.shownText.startsWith('> echo out')")
    if device is PHONE:
        expect(page.locator("command-list")).to_be_hidden()
    else:
        page.keyboard.press("Escape")
        expect(page.locator("command-list")).to_be_hidden()


def test_commands_are_there_again_after_a_restart_and_a_reload(person, own_server):
    server = own_server()
    shell = Shell(server, LINES)
    page = person("alice", DESKTOP, on=server).join(shell.id)
    placed(page)
    server.restart()
    shell.run("echo after")
    placed(page, ALL + 1)
    assert shell.commands()[-1][0] == "echo after"
    page.reload()
    placed(page, ALL + 1)
    page.evaluate("() => { holdfast.commands.step(-1); }")
    until(page, "holdfast.commands.chosen === 7")


def test_marks_stay_right_when_the_session_is_resized(person, server):
    shell = Shell(server, ("echo one", "false"))
    page = person("alice", DESKTOP).join(shell.id)
    placed(page, 3)
    shell.api.post(f"/sessions/{shell.id}/resize", {"rows": 30, "cols": 60})
    until(page, "holdfast.terminal.term.cols === 60")
    shell.run("true")
    placed(page, 4)
    until(page, "document.querySelectorAll('terminal-view .command-marks .sign').length === 4")
    lines = page.evaluate("() => holdfast.terminal.shownText.split('\\n')")
    assert [lines[row] for row, _ in marks(page)] == ["> PS1='> '", "> echo one", "> false", "> true"] or all(
        ">" in lines[row] or "$" in lines[row] for row, _ in marks(page)
    )


def test_a_full_screen_program_has_no_marks(person, server):
    shell = Shell(server, ("true",))
    page = person("alice", DESKTOP).join(shell.id)
    placed(page, 2)
    until(page, "document.querySelectorAll('terminal-view .sign').length === 2")
    shell.type("printf '\\e[?1049h'; read; printf '\\e[?1049l'\r")
    until(page, "holdfast.terminal.place.alternate && document.querySelectorAll('terminal-view .sign').length === 0")
    shell.type("\r")
    until(page, "document.querySelectorAll('terminal-view .sign').length === 3")


def test_a_long_command_that_ends_unseen_is_told_in_the_title(person, shell):
    page = person("alice", DESKTOP).join(shell.id)
    placed(page)
    hide(page)
    page.evaluate(
        """() => holdfast.commands.link.dispatchEvent(new CustomEvent("command", { detail: {
             ...holdfast.commands.commands.last, session: holdfast.stream.session, seconds: 60, exit_code: 1 } }))"""
    )
    until(page, "document.title.startsWith('✗ ')")
    hide(page, False)
    until(page, "!document.title.startsWith('✗ ')")


def test_an_account_switches_marks_off_on_its_page(person, server):
    page = person("unmarked").open("/account")
    box = page.get_by_label("Mark commands in new sessions")
    expect(box).to_be_checked()
    for chosen in ({"shell_integration": False}, {}):
        box.click()
        eventually(lambda chosen=chosen: server.api("unmarked").get("/preferences").json() == chosen)


def test_marks_can_be_switched_off(person, server):
    shell = Shell(server, ("true",))
    page = person("alice", DESKTOP).join(shell.id)
    placed(page, 2)
    until(page, "document.querySelectorAll('terminal-view .sign').length === 2")
    page.evaluate("() => holdfast.actions.run('view.command-marks')")
    until(page, "document.querySelectorAll('terminal-view .sign').length === 0")
    page.evaluate("() => holdfast.actions.run('view.command-marks')")
    until(page, "document.querySelectorAll('terminal-view .sign').length === 2")


def test_what_ran_when_the_session_ended_runs_no_longer(person, server):
    shell = Shell(server, ())
    page = person("alice", DESKTOP).join(shell.id)
    shell.type("sleep 1000\r")
    placed(page, 2)
    until(page, "document.querySelector('terminal-view .sign.running')")
    shell.api.call("DELETE", f"/sessions/{shell.id}")
    until(page, "holdfast.commands.commands.list[0].output_end !== null")
    assert [kind for _, kind in marks(page)][-1] == "ended"
