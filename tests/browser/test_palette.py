"""The command palette and the help: what they find they do, and the terminal keeps its keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, eventually, joined, shows, type_in, until


def palette(page):
    return page.get_by_role("dialog", name="Find an action or a session")


def test_a_session_is_two_keys_and_a_few_letters_away(server, person):
    api = server.api("alice")
    api.start(["cat"], name="palette target")
    page = person().join(api.start(["cat"])["id"])
    type_in(page, "before\n")
    shows(page, "before\nbefore")
    page.keyboard.press("Control+Shift+K")
    expect(palette(page)).to_be_visible()
    page.keyboard.type("paltar")
    expect(palette(page).get_by_role("option").first).to_contain_text("palette target")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="palette target")).to_be_visible()
    joined(page)


def test_the_session_that_needs_me_is_there_before_anything_is_typed(server, person):
    api = server.api("paula")
    rings = api.start("printf '\\a'; cat", name="rings")["id"]
    api.start(["cat"], name="silent")
    eventually(lambda: api.status(rings)["bells"])
    page = person("paula").open("/")
    page.keyboard.press("Control+Shift+K")
    expect(palette(page).get_by_role("option").first).to_contain_text("rings")
    page.keyboard.type("audit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/audit")


def test_an_action_is_found_done_and_next_time_first(server, person):
    page = person().join(server.api("alice").start(["cat"])["id"])
    page.keyboard.press("Control+Shift+K")
    page.keyboard.type("details")
    page.keyboard.press("Enter")
    expect(page.locator("session-details")).to_be_visible()
    page.keyboard.press("Control+Shift+K")
    expect(palette(page).get_by_role("option").first).to_contain_text("Details")
    page.keyboard.type("no such thing at all")
    expect(palette(page).get_by_text("Nothing is called like this.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()


def test_the_terminal_keeps_control_k_and_question_mark(server, person):
    program = ["bash", "-c", "stty raw -echo; echo ready; od -An -tx1 -v -w1"]
    page = person().join(server.api("alice").start(program)["id"])
    shows(page, "ready")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+k")
    page.keyboard.press("?")
    shows(page, "0b")
    shows(page, "3f")
    expect(palette(page)).to_be_hidden()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_button_opens_it_on_every_page_and_help_names_the_keys(person, device):
    page = person(device=device).open("/")
    page.get_by_role("button", name="Find an action or a session").click()
    palette(page).get_by_role("combobox").fill("keyboard")
    palette(page).get_by_role("option").first.click()
    help_ = page.get_by_role("dialog", name="What can be done here")
    expect(help_.get_by_text("Account")).to_be_visible()
    expect(help_.get_by_text("Ctrl+Shift+K")).to_be_visible()
    help_.get_by_role("button", name="Close").click()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(help_).to_be_visible()


def test_no_action_takes_a_key_from_the_terminal(server, person):
    page = person().join(server.api("alice").start(["cat"])["id"])
    taken = page.evaluate("""async () => {
      const { actions } = await import("/static/js/page.js");
      const { plain, sparesTheTerminal } = await import("/static/js/helpers/chords.js");
      return [...actions.known.values()].flatMap(({ keys }) => keys)
        .filter((chord) => !plain(chord) && !sparesTheTerminal(chord));
    }""")
    assert taken == ["Ctrl+K"], "this one only outside of it"
    assert until(page, "document.querySelector('help-dialog')")
