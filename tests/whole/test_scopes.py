"""Tokens of less power over a real socket: what they may not do does nothing, and their end is the socket's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.viewer import Viewer
from tests.whole.test_revoked import signed_in


def made(http, server, **order) -> dict:
    answer = http.post(f"{server.url}/api/v1/tokens", json=order, timeout=10)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_reading_token_watches_and_types_nothing(server):
    http, api = signed_in(server, "dora"), server.api("dora")
    session = api.start(["sh", "-c", "echo ready; cat"])["id"]
    reader = Viewer(server.url, made(http, server, scopes=["read"])["token"])
    assert reader.join(session)["ok"]
    assert reader.type("stolen\n")["error"]["code"] == "forbidden"
    assert reader.call("resize", {"session": session, "rows": 5, "cols": 5})["error"]["code"] == "forbidden"
    writer = Viewer(server.url, made(http, server, scopes=["write"])["token"])
    assert writer.join(session)["ok"] and writer.type("mine\n")["ok"]
    reader.wait_output(b"mine")
    assert b"stolen" not in api.output(session) and api.status(session)["rows"] == 24
    reader.close()
    writer.close()


def test_a_token_for_one_session_joins_that_one(server):
    http, api = signed_in(server, "emil"), server.api("emil")
    mine, other = (api.start(["cat"])["id"] for _ in range(2))
    one = Viewer(server.url, made(http, server, session=mine)["token"])
    assert one.call("join", {"session": other})["error"]["code"] == "not_found"
    assert one.call("watch", {})["error"]["code"] == "forbidden"
    assert one.join(mine)["ok"] and one.type("x\n")["ok"]
    one.close()


def test_an_expired_tokens_socket_is_closed(server):
    http = signed_in(server, "fay")
    soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    one = Viewer(server.url, made(http, server, expires_at=soon)["token"])
    assert one.call("watch", {})["ok"]
    one.wait(lambda v: not v.connected)
