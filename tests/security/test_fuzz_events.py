"""Ten thousand events that no client of ours would send: each is answered, none with a fault of the server's, and
nobody else's session notices."""

from __future__ import annotations

import json
import random
import re

import pytest

from app.events import sessions  # noqa: F401  (fills the table)
from app.events.gate import TABLE
from tests.events.test_greed import Client, calm, client  # noqa: F401  (fixtures)

COUNT = 10_000
ODD = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 1e308, 0.5, "", "x", "\0", "\ud800", "../../etc/passwd",
    "<script>", "a" * 12, "a" * 70_000, [], {}, [[]], {"a": {}}, "%s%n", "\x1b[2J", "\u202e", ["x"] * 100, {"": ""},
)  # fmt: skip
CODES = {"not_found", "forbidden", "bad_request", "ended", "too_large", "rate_limited"}


def events(session, foreign, seed):
    """Right names and fields with wrong values, wrong names, too few and too many arguments, other people's ids."""
    chance = random.Random(seed)
    names = sorted(TABLE) + ["", "connect", "disconnect", "__proto__", "x" * 100]
    fields = sorted({name for row in TABLE.values() for name in row.ask.model_fields}) + ["surprise", "__class__"]

    def value():
        return chance.choice((*ODD, session, foreign, foreign, chance.randint(-5, 2000)))

    for _ in range(COUNT):
        message = {field: value() for field in chance.sample(fields, chance.randint(0, 5))}
        if chance.random() < 0.6:
            message["session"] = chance.choice((session, foreign, "b" * 12))
        name = chance.choice(names)
        if name == "input" and message.get("session") == session:
            message["data"] = ""  # what it types into its own session is its own affair
        yield [name, *chance.choice(([message], [message], [message], [], [value()], [message, value()]))]


def answered(fuzzer, number):
    """All answers up to that of one more event, numbered out of the way."""
    fuzzer.ws.send(b'42%d["nonsense"]' % (COUNT + number))
    while True:
        payload = fuzzer.next()
        head = re.match(rb"4[36](?:\d-)?(\d+)(?=\[)", payload)
        if head is None:
            continue
        yield json.loads(payload[head.end() :])[0]
        if int(head[1]) == COUNT + number:
            return


def fair(answer):
    return answer["ok"] or answer["error"]["code"] in CODES and answer["error"]["message"]


@pytest.mark.parametrize("name", ["charlie", "alice"])
def test_ten_thousand_events(server, client, calm, name):  # noqa: F811
    """By a stranger, and by who owns the session that goes on beside it."""
    foreign = server.api("bob").start(["cat"])["id"]
    mine = server.api(name).start(["cat"])["id"]
    fuzzer: Client = client(name)
    sent, wrong = 0, []
    for event in events(mine, foreign, seed=name):
        fuzzer.ws.send(b"42%d%s" % (sent, json.dumps(event).encode()))
        sent += 1
        if sent % 100 == 0:
            wrong += [answer for answer in answered(fuzzer, sent) if not fair(answer)]
    assert sent == COUNT and wrong == []
    assert server.api("bob").output(foreign) == b"" and server.api("bob").status(foreign)["state"] == "running"
    assert server.api("bob").status(foreign)["rows"] == 24
