"""Two hundred hostile strings, each as a name, a tag, a group, a title, a directory, an uploaded file's name, in the
chat, in a note and as what a program prints: on no page does one of them run, become markup, or offend the policy."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, eventually, joined, until

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
# Ways out of where it stands: as it is, out of an attribute with either quote, out of a comment and an element.
WAYS = ("{}", '" x="{}', "' x='{}", "--></b>{}")
# One list for each way: as many sessions as payloads, whose labels are changed from one list to the next.
ROUNDS = tuple(tuple(way.replace("{}", payload) for payload in PAYLOADS) for way in WAYS)
STRINGS = tuple(text for strings in ROUNDS for text in strings)
# A note is shorter than a message, and one may write eight at once.
NOTED = ROUNDS[0] + ROUNDS[1]
# Goes where it is told and says what it is told: as a title (OSC 0 and 2), as the window's directory (OSC 7), as a
# notification, as a link, and as text.
PROGRAM = r"""stty -echo; while read -r place && read -r said; do cd -- "$place"
for kind in 0 2 7 9 "777;notify;x"; do printf '\033]%s;%s\007' "$kind" "$said"; done
printf '\033]8;;%s\007%s\033]8;;\007\n' "$said" "$said"; done"""
# Of one message of the chat, of one note, and of one choice of files in the page.
SAID_AT_ONCE, NOTED_AT_ONCE, FILES_AT_ONCE = 30, 13, 50
LABEL = 40  # characters of a tag


def refused(text):
    """What no label may hold is refused, with its field named; those strings are tried in all other places."""
    return not text.isprintable() or not text.strip()


def as_file(text):
    return text.replace("/", "\u2044")


def labels(text, number):
    return {"name": text, "tags": [text[:LABEL].strip(), f"t{number}"], "group": text[:LABEL].strip()}


def test_there_are_two_hundred():
    assert len(set(STRINGS)) == len(STRINGS) >= 200


def test_none_runs_anywhere(server, person, tmp_path):
    api = server.api("mallory")
    for text in ("\x1b]0;x\x07", "a\nb", "\x00", "\u2028"):
        answer = api.post("/sessions", {"name": text})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "name"
    made = [api.start(["sh", "-c", PROGRAM])["id"] for _ in PAYLOADS]
    desktop, phone = (person("mallory", device=device).open("/") for device in (DESKTOP, PHONE))
    for number, strings in enumerate(ROUNDS):
        told = labelled(api, made, strings, number, tmp_path)
        for page in (desktop, phone):
            until(page, f"{NAMES}.filter((name) => {json.dumps(told)}.includes(name)).length === {len(told)}")
            until(page, "document.querySelector('session-list').thumbnails.pictures.size > 0")
            unhurt(page)
    desktop.locator("[data-part=search]").fill(PAYLOADS[0])
    expect(desktop.locator("session-card")).to_have_count(sum(PAYLOADS[0] in one for one in ROUNDS[-1]))
    everywhere(desktop, made)
    for page in (desktop, phone):
        page.goto(f"/sessions/{made[0]}")
        joined(page)
    said(desktop, "say", made[0], STRINGS, SAID_AT_ONCE)
    is_shown(phone, "session.chat", "chat-panel .message .text", STRINGS, SAID_AT_ONCE)
    uploaded(phone)
    desktop.keyboard.press("Control+Shift+K")
    desktop.keyboard.type("script")
    expect(desktop.get_by_role("dialog").get_by_role("option").first).to_contain_text("script")
    assert ROUNDS[-1][0] in desktop.title()
    desktop.goto(f"/sessions/{made[1]}")
    joined(desktop)
    said(desktop, "annotate", made[1], NOTED, NOTED_AT_ONCE)
    is_shown(desktop, "session.notes", "annotation-panel li .text", NOTED, NOTED_AT_ONCE)
    unhurt(desktop)


# All cards are drawn, also those that are out of sight and would wait for it.
NAMES = """[...document.querySelectorAll('session-card')].map((card) => {
  card.refresh();
  return card.part('name').textContent;
})"""


def labelled(api, made, strings, number, place):
    """One string each for all sessions, in all places; the names that they have then."""
    for session, text in zip(made, strings, strict=True):
        directory = place / str(number) / as_file(text)
        directory.mkdir(parents=True)
        api.post(f"/sessions/{session}/input", {"data": f"{directory}\n{text}\n"})
        if not refused(text):
            assert api.call("PATCH", f"/sessions/{session}", json=labels(text, number)).ok, text
    there = f"{place}/{number}/"
    eventually(lambda: all(one["cwd"].startswith(there) for one in api.get("/sessions").json()["sessions"]))
    return [text for text in strings if not refused(text)]


def everywhere(page, made):
    for path in ("/audit", f"/audit?session={made[0]}", "/account", f"/workspace?open={','.join(made[:4])}",
                 f"/sessions/{made[0]}/text", f"/sessions/{made[1]}"):  # fmt: skip
        page.goto(path)
        page.wait_for_load_state("networkidle")
        unhurt(page)


def said(page, event, session, strings, at_once):
    """By the real event, many strings at a time: so many a person may say at once."""
    for first in range(0, len(strings), at_once):
        text = "\n".join(strings[first : first + at_once])
        told = {"session": session, "text": text}
        page.evaluate("([event, told]) => holdfast.stream.connection.call(event, told)", [event, told])


def is_shown(page, action, where, strings, at_once):
    page.evaluate("async (action) => { (await import('/static/js/page.js')).actions.run(action); }", action)
    shown = page.locator(where)
    expect(shown).to_have_count(-(-len(strings) // at_once))
    assert "\n".join(shown.all_text_contents()) == "\n".join(strings)
    unhurt(page)
    page.keyboard.press("Escape")


def uploaded(page):
    """What the page shows of each file while it is uploaded and then."""
    for first in range(0, len(STRINGS), FILES_AT_ONCE):
        names = [as_file(text) for text in STRINGS[first : first + FILES_AT_ONCE]]
        page.evaluate("""async (names) => {
          const drop = document.querySelector("file-drop");
          drop.take(names.map((name) => new File(["x"], name)));
          window.listed = [...drop.list.querySelectorAll("b")].map((one) => one.textContent);
          await drop.queue;
        }""", names)  # fmt: skip
        assert set(names) <= set(page.evaluate("() => window.listed"))
        unhurt(page)


def unhurt(page):
    """Nothing ran, and nothing became an element that none of our pages has."""
    found = page.evaluate("""() => [window.pwned ?? null, [...document.querySelectorAll(
      "base, iframe, math, meta[http-equiv], svg[onload], [onerror], [onclick], [ontoggle], a[href^='javascript']")]
      .map((one) => one.outerHTML), document.querySelectorAll("script:not([nonce])").length]""")
    assert found == [None, [], 0], json.dumps(found)
