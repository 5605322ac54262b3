"""Pages in the reader's language, and sessions for who listens to them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, eventually, joined, shows, until


def speaks(page: Page, language: str) -> None:
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_account_chooses_its_language_and_reads_it_everywhere(person, device):
    lin = person("lin", device)
    page = lin.open("/account")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("select[name=language]").select_option("zh")
    speaks(page, "zh")
    expect(page.locator("h1")).to_contain_text("账户")
    speaks(lin.open("/"), "zh")
    page.locator("account-page:defined select[name=language]").select_option("")
    speaks(page, "en")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_who_is_not_signed_in_switches_the_language_and_goes_on_where_they_were(person, device):
    stranger = person(None, device)
    page = stranger.open("/login?next=/account")
    page.locator(".languages button").click()
    speaks(page, "zh")
    assert page.url.endswith("/login?next=/account")
    expect(page.get_by_label("用户名")).to_be_visible()
    page.locator("input[name=username]").fill("nobody")
    page.locator("input[name=password]").fill("not the password")
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_have_text("用户名或密码错误。")


def test_in_a_chinese_browser_everything_is_chinese(person, server):
    session = server.api("alice").start(["cat"], name="words")["id"]
    page = person(device=PHONE, locale="zh-CN").join(session)
    assert page.locator("html").get_attribute("lang") == "zh"
    expect(page.locator(".fact.state")).to_have_text("运行中")
    expect(page.locator(".fact.clients")).to_contain_text("个客户端")
    resize = (
        "(session) => holdfast.stream.connection.call('resize', {session, rows: 0, cols: 3}).catch((e) => e.message)"
    )
    refused = page.evaluate(resize, session)
    assert refused == "rows: 应大于或等于 1"
    answer = page.evaluate("() => fetch('/api/v1/sessions/aaaaaaaaaaaa/status').then((answer) => answer.json())")
    assert answer["title"] == "未找到"


def test_a_terminal_speaks_to_a_screen_reader_when_the_account_asks(person, server):
    session = server.api("mei").start(["sh", "-c", "echo spoken; cat"], name="speaks")["id"]
    mei = person("mei")
    account = mei.open("/account")
    account.get_by_role("checkbox", name="Screen reader").check()
    eventually(lambda: server.api("mei").get("/preferences").json() == {"screen_reader": True})
    page = mei.join(session)
    shows(page, "spoken")
    until(page, "document.querySelector('.xterm-accessibility')?.textContent.includes('spoken')")
    account.get_by_role("checkbox", name="Screen reader").uncheck()
    eventually(lambda: server.api("mei").get("/preferences").json() == {})
    page.reload()
    joined(page)
    until(page, "!document.querySelector('.xterm-accessibility')")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_session_as_plain_text_goes_on_and_says_only_what_is_new(person, server, device):
    api = server.api("alice")
    session = api.start(["sh", "-c", "seq 100; cat"], name="reads")["id"]
    page = person(device=device).open(f"/sessions/{session}/text")
    text, news = page.locator("[data-part=text]"), page.locator("[data-part=news]")
    expect(text).to_contain_text("1\n2\n3\n")
    expect(news).to_be_empty()
    api.post(f"/sessions/{session}/input", {"data": "something <b>new</b>\n"})
    expect(text).to_contain_text("something <b>new</b>")
    expect(news).to_contain_text("something <b>new</b>")
    assert "100" not in news.inner_text()
    page.get_by_role("checkbox").uncheck()
    api.post(f"/sessions/{session}/input", {"data": "and more\n"})
    expect(text).to_contain_text("and more")
    expect(news).not_to_contain_text("and more")


@pytest.mark.parametrize("path", ["/", "/account"])
def test_the_keyboard_alone_skips_to_the_content_and_sees_where_it_is(person, path):
    page = person().open(path)
    page.locator("body").evaluate("(body) => document.activeElement.blur()")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    until(page, "document.activeElement.closest('main')")
    outlined = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
    for _ in range(4):
        assert page.evaluate(outlined), page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
