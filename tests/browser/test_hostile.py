"""Two hundred hostile strings as names, tags, groups, titles, directories, file names and what a program prints: on no
page does one of them run, become markup, leave its place, or offend the policy."""

from __future__ import annotations

import json
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, joined, until

PAYLOADS = (
    "<script>pwned=1</script>", "<img src=x onerror=pwned=1>", "\"><svg onload=pwned=1>", "'><b onmouseover=pwned=1>",
    "javascript:pwned=1", "</title><script>pwned=1</script>", "</textarea><script>pwned=1</script>", "{{7*7}}",
    "${pwned=1}", "{% raw %}", "<!--<script>", "]]><script>pwned=1</script>",
    "<iframe srcdoc='<script>top.pwned=1</script>'>",
    "&lt;script&gt;", "&#60;script&#62;", "\\u003cscript\\u003e", "<style>*{display:none}</style>", "`;pwned=1;`",
    "');pwned=1;//", "\";pwned=1;//", "<a href=javascript:pwned=1>x</a>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>", "<link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example>", "<math><mi//xlink:href=data:x,<script>pwned=1</script>",
    "data:text/html,<script>pwned=1", "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "$(touch pwned)",
    "`touch pwned`", "; touch pwned;", "| touch pwned", "%00", "%s%s%s%n", "CON", "__proto__", "constructor",
    "hasOwnProperty", "toString", "=cmd|'/c calc'!A1",
    "\u2028pwned=1", "a\u0300\u0301\u0302" * 8, "\ufdfd" * 10, "\U0001f469\u200d\U0001f4bb" * 6, "x" * 40,
    "{count}", "{name}", "%(count)s", "<details open ontoggle=pwned=1>",
)  # fmt: skip
# A session's labels, four a payload: name, tag, group, and its directory's name.
PLACES = ("name", "tag", "group", "directory")


def refused(text):
    """What no label may hold is refused, with its field named; those strings are tried as a title and as output."""
    return not text.isprintable() or not text.strip()


def test_there_are_two_hundred():
    assert len(set(PAYLOADS)) == len(PAYLOADS) and len(PAYLOADS) * len(PLACES) >= 200


@pytest.fixture(scope="module")
def made(server, tmp_path_factory):
    """Sessions with one payload each in all places; their ids."""
    api, directories = server.api("mallory"), tmp_path_factory.mktemp("hostile")
    made = []
    for number, payload in enumerate(PAYLOADS):
        directory = directories / (payload.replace("/", "\u2044").replace("\0", "") or "x")
        directory.mkdir(exist_ok=True)
        # As a title (OSC 0 and 2), as the window's directory (OSC 7), as a link, a notification, progress, and as text.
        told = "".join(f"\x1b]{code};{payload}\x07" for code in ("0", "2", "7", "9", "8;;" + payload, "777;notify;x"))
        printed = f"printf '%s\\n' {shell(told + payload)}; cat"
        order = {"command": printed, "cwd": str(directory)}
        if not refused(payload):
            order |= {"name": payload, "tags": [payload[:40], f"t{number}"], "group": payload[:40].strip()}
        made.append(api.start(**order)["id"])
    for text in ("\x1b]0;x\x07", "a\nb", "\x00", "\u2028"):
        answer = api.post("/sessions", {"name": text})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "name"
    talk(server, made[1], "mallory")
    annotate(server, made[1], "mallory")
    return made


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_none_runs_anywhere(person, made, device):
    page = person("mallory", device=device).open("/")
    until(page, f"document.querySelectorAll('session-card').length === {len(made)}")
    until(page, "document.querySelector('session-list').thumbnails.pictures.size > 0")
    unhurt(page)
    page.locator("[data-part=search]").fill(PAYLOADS[0])
    expect(page.locator("session-card")).to_have_count(sum(PAYLOADS[0] in one for one in PAYLOADS))
    unhurt(page)
    for path in ("/audit", f"/audit?session={made[0]}", "/account", f"/workspace?open={','.join(made[:4])}"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        unhurt(page)
    for session in made[:3]:
        for path in (f"/sessions/{session}", f"/sessions/{session}/text"):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            unhurt(page)
    page.goto(f"/sessions/{made[1]}")
    joined(page)
    page.keyboard.press("Alt+Shift+M")
    expect(page.locator("chat-panel .message .text")).to_have_count(50)
    assert page.locator("chat-panel .message .text").all_text_contents() == list(PAYLOADS[-50:])
    unhurt(page)
    page.keyboard.press("Alt+Shift+N")
    expect(page.locator("annotation-panel li .text")).to_have_count(len(PAYLOADS))
    for part in (".text", ".line"):
        assert page.locator(f"annotation-panel li {part}").all_text_contents() == list(PAYLOADS)
    expect(page.locator(".note-mark")).to_have_count(1)
    unhurt(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+K")
    page.keyboard.type("script")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("script")
    unhurt(page)
    assert page.title().startswith(PAYLOADS[1]) or PAYLOADS[1] in page.title()


def talk(server, session, author):
    """All of them said, faster than the server lets a person."""
    rows = [(session, number + 1, 1, author, 0, 0.0, 0, text) for number, text in enumerate(PAYLOADS)]
    with sqlite3.connect(server.data_dir / "holdfast.db") as database:
        database.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def annotate(server, session, author):
    """Beside the first line, with what stood there."""
    names = "session_id, number, user_id, author, guest, at, offset, up, history, row, line, text"
    rows = [(session, n + 1, 1, author, 0, 0.0, 0, 0, "0", 0, text, text) for n, text in enumerate(PAYLOADS)]
    with sqlite3.connect(server.data_dir / "holdfast.db") as database:
        database.executemany(f"INSERT INTO annotation ({names}) VALUES ({', '.join('?' * 12)})", rows)


def shell(text):
    return "'" + text.replace("'", "'\\''") + "'"


def unhurt(page):
    """Nothing ran, and nothing became an element that none of our pages has."""
    found = page.evaluate("""() => [window.pwned ?? null, [...document.querySelectorAll(
      "base, iframe, math, meta[http-equiv], svg[onload], [onerror], [onclick], [ontoggle], a[href^='javascript']")]
      .map((one) => one.outerHTML), document.querySelectorAll("script:not([nonce])").length]""")
    assert found == [None, [], 0], json.dumps(found)
