"""The table of events is the contract's, in words, in code and in the browser."""

import re
from pathlib import Path

from app.events import CLIENT_EVENTS, SERVER_EVENTS, annotation, pictures, sessions, talk
from app.events.gate import TABLE

ROOT = Path(__file__).resolve().parents[2]


def test_every_event_has_a_row_with_a_need():
    assert annotation and pictures and sessions and talk and set(TABLE) == set(CLIENT_EVENTS)
    without_need = {name for name, event in TABLE.items() if event.needs is None}
    assert without_need == {"watch", "unwatch", "peek"}, "these see only what their caller may see"


def test_the_browser_listens_to_the_same_names():
    connection = (ROOT / "static/js/models/connection.js").read_text()
    for name in SERVER_EVENTS:
        assert re.search(rf"""["'`]{name}["'`]""", connection), f"connection.js does not know {name!r}"


def test_the_server_emits_no_other_names():
    emitted = set()
    for path in (ROOT / "app/live").glob("*.py"):
        text = path.read_text()
        emitted |= set(re.findall(r"""_wire\.(?:send|send_all|broadcast)\(\s*[^,]+,\s*"(\w+)",""", text))
        emitted |= set(re.findall(r"""\.(?:tell(?:_accounts)?|_spread)\(\s*"(\w+)",""", text))
    assert emitted == set(SERVER_EVENTS)
