"""The statistics of a session in its details: drawn, readable by pointer and keyboard, on desktop and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, until


def opened(page):
    page.evaluate("() => holdfast.actions.run('session.details')")
    expect(page.locator("stats-panel")).to_be_visible()
    until(page, "document.querySelector('stats-panel [data-part=machine-facts]').textContent")


@pytest.mark.parametrize(
    ("device", "locale"), [(DESKTOP, "en-GB"), (PHONE, "zh-CN")], ids=["desktop-en", "phone-zh"]
)  # fmt: skip
def test_charts_are_read_by_keyboard_and_name_moment_and_value(server, person, device, locale):
    session = server.api("alice").start(["cat"])["id"]
    page = person(device=device, locale=locale).join(session)
    assert page.evaluate("() => document.documentElement.lang").startswith(locale[:2])
    opened(page)
    expect(page.locator("session-details .viewers li")).to_have_count(1)  # its list is not the chart of the same name
    expect(page.locator("line-chart[data-part=chart-input] [role=slider]")).to_have_count(1)
    plot = page.locator("line-chart[data-part=chart-memory] [role=slider]")
    plot.focus()
    page.keyboard.press("Home")
    expect(plot).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("ArrowRight")
    expect(plot).to_have_attribute("aria-valuenow", "1")
    first = plot.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    assert first and plot.get_attribute("aria-valuetext") != first
    page.locator("stats-panel input[value=day]").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('line-chart[data-part=chart-cpu] [role=slider]').ariaValueMax > 100")
    assert page.evaluate("() => document.querySelector('session-details').scrollWidth") <= page.viewport_size["width"]


def test_the_process_tree_marks_the_foreground_and_shows_hostile_names_as_text(server, person):
    command = "exec -a '<img src=x onerror=alert(1)>' sleep 4321"
    session = server.api("alice").start(["bash", "-c", command])["id"]
    page = person().join(session)
    opened(page)
    process = page.locator("stats-panel .processes li")
    expect(process).to_have_count(1)
    expect(process.locator(".arguments")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(process.locator(".badge")).to_have_count(1)
    assert page.locator("stats-panel img").count() == 0


def test_the_statistics_are_an_action_of_the_page(server, person):
    session = server.api("alice").start(["cat"])["id"]
    page = person().join(session)
    page.evaluate("async () => (await import('/static/js/page.js')).actions.run('session.stats')")
    expect(page.locator("stats-panel input:checked")).to_be_focused()
    header = page.locator("session-details header").bounding_box()
    ranges = page.locator("stats-panel [data-part=ranges]").bounding_box()
    assert ranges["y"] >= header["y"] + header["height"], "the header stays on top, and covers nothing of it"


def test_a_card_says_what_is_much_and_its_line_is_read_under_the_pointer(server, person):
    """The figures are handed to the list as the server's answer would be: real ones take ten seconds each."""
    session = server.api("stella").start(["cat"], name="busy")["id"]
    page = person("stella").open()
    card = page.locator(f"session-card[data-session='{session}']")
    expect(card.locator(".shot img")).to_be_visible()
    usage, spark = card.locator("[data-part=usage]"), card.locator("spark-line")
    expect(usage).to_be_hidden()
    hand = """([id, cpu_percent, memory_bytes, output_rate]) => {
      const { rates } = document.querySelector("session-list");
      rates.api = { cards: async () => ({ sessions: { [id]: { cpu_percent, memory_bytes, output_rate } } }) };
      return rates.ask();
    }"""
    page.evaluate(hand, [session, [3, 98.4], [0, 1288490189], [0, 2048, None, 5120]])
    expect(usage).to_have_text("CPU 98 % · 1.2 GB")
    spark.hover(position={"x": 1, "y": 5})
    expect(spark.locator(".reading")).to_have_text("30 s ago: 0 B/s")
    box = spark.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.65, box["y"] + 5)
    expect(spark.locator(".reading")).to_have_text("10 s ago: no data")
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 5)
    expect(spark.locator(".reading")).to_have_text("now: 5.0 KB/s")
    page.mouse.move(0, 0)
    expect(spark.locator(".reading")).to_be_hidden()
    page.evaluate(hand, [session, [3, 2], [0, 4096], [0, 0]])
    expect(usage).to_be_hidden()
    expect(spark).to_be_hidden()
