"""The chat beside a session, through a real server."""

from __future__ import annotations

import re
import sqlite3

import pytest

from tests.support.viewer import Viewer
from tests.whole.test_sharing import GuestBrowser, give, link

HOSTILE = "<img src=x onerror=pwned=1>\u202e\n\t{count} %(x)s"


@pytest.fixture
def session(server):
    server.user("bob")
    return server.api("alice").start(["cat"])["id"]


def say(one: Viewer, text: str) -> dict:
    return one.call("say", {"session": one.session, "text": text})


def chat(one: Viewer, **ask) -> list[str]:
    answer = one.call("chat", {"session": one.session, **ask})
    assert answer["ok"], answer
    return [message["text"] for message in answer["messages"]]


def test_what_is_said_is_heard_kept_and_has_its_moment(server, session, viewer):
    give(server, session, "viewer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    for one in (alice, bob):
        one.join(session)
    assert say(bob, f"  {HOSTILE}  ") == {"ok": True, "number": 1}
    alice.wait(lambda v: v.of("said"))
    told = alice.of("said")[0]
    who = next(one["viewer"] for one in alice.viewers["viewers"] if one["user"] == "bob")
    assert (told["text"], told["author"], told["guest"], told["viewer"]) == (HOSTILE, "bob", False, who)
    assert told["offset"] == 0 and re.fullmatch(r"\d{4}-.*Z", told["at"])
    alice.type("a line\n")
    alice.wait_output(b"a line\r\na line\r\n")
    answer = server.api("alice").post(f"/sessions/{session}/chat", {"text": "over HTTP"})
    assert answer.status_code == 201 and answer.json() == {"number": 2}
    bob.wait(lambda v: [one["viewer"] for one in v.of("said")] == [who, None])
    http = server.api("bob").get(f"/sessions/{session}/chat").json()
    assert [(one["number"], one["author"], one["offset"]) for one in http["messages"]] == [
        (2, "alice", len(alice.output)), (1, "bob", 0),
    ]  # fmt: skip
    assert http["more"] is False
    one = server.api("bob").get(f"/sessions/{session}/chat", params={"limit": 1}).json()
    assert one["more"] is True and chat(bob, before=2) == [HOSTILE]


def test_that_somebody_writes_is_told_now_and_then(server, session, viewer):
    alice, other = viewer(server, "alice"), viewer(server, "alice")
    me = alice.join(session)["viewer"]
    other.join(session)
    for _ in range(20):
        assert alice.call("typing", {"session": session}) == {"ok": True}
    say(alice, "done")
    other.wait(lambda v: v.of("said"))
    assert other.of("typing") in ([one] for one in other.of("typing")) and other.of("typing")[0]["viewer"] == me


def test_what_may_not_be_said_is_refused_with_its_reason(server, session, viewer):
    alice = viewer(server, "alice")
    alice.join(session)
    for text in ("", " \n ", "x" * 2001, "bell \x07", "nul \x00", "\x1b[31m", 7):
        refused = say(alice, text)["error"]
        assert refused["code"] == "bad_request" and refused["message"].startswith("text:"), text
        answer = server.api("alice").post(f"/sessions/{session}/chat", {"text": text})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "text"
    for count in range(40):
        refused = say(alice, f"number {count}")
        if not refused["ok"]:
            break
    assert refused["error"]["code"] == "rate_limited" and 8 <= count < 20
    assert server.api("alice").post(f"/sessions/{session}/chat", {"text": "x"}).status_code == 429
    assert len(chat(alice)) == count


def test_a_guest_talks_and_one_from_now_on_only_hears_what_is_said_from_then(server, session, viewer):
    alice = viewer(server, "alice")
    alice.join(session)
    say(alice, "before")
    made = [link(server, session, label="secret label"), link(server, session, fresh=True)]
    guests = []
    for one in made:
        guest = GuestBrowser(server)
        guest.open(one["url"])
        guests.append(guest.connect(session)[0])
    say(alice, "after")
    assert [chat(guest) for guest in guests] == [["after", "before"], ["after"]]
    assert say(guests[1], "from a guest")["ok"]
    alice.wait(lambda v: len(v.of("said")) == 3)
    told = alice.of("said")[-1]
    assert told["guest"] and told["author"].startswith("Guest ") and "label" not in str(told)
    http = guest.http.get(f"{server.url}/api/v1/sessions/{session}/chat", timeout=10)
    assert http.status_code == 401


def test_who_is_out_neither_reads_nor_writes(server, session, viewer):
    grant = give(server, session, "viewer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    for one in (alice, bob):
        one.join(session)
    assert say(bob, "here")["ok"]
    assert server.api("alice").call("DELETE", f"/sessions/{session}/grants/{grant['id']}").status_code == 204
    for event, ask in (("say", {"text": "still"}), ("chat", {}), ("typing", {})):
        assert bob.call(event, {"session": session, **ask})["error"]["code"] == "not_found"
    assert server.api("bob").get(f"/sessions/{session}/chat").status_code == 404
    assert server.api("bob").post(f"/sessions/{session}/chat", {"text": "still"}).status_code == 404
    say(alice, "alone now")
    alice.wait(lambda v: len(v.of("said")) == 2)
    bob.call("watch", {})  # answered after whatever was sent before it
    assert [one["text"] for one in bob.of("said")] == ["here"] and chat(alice) == ["alone now", "here"]


def test_forgetting_the_session_erases_its_chat_and_the_audit_log_has_none(server, session, viewer):
    alice = viewer(server, "alice")
    alice.join(session)
    say(alice, "a word of mine")
    server.api("alice").post(f"/sessions/{session}/chat", {"text": "another word of mine"})
    assert server.api("alice").call("DELETE", f"/sessions/{session}?forget=true").status_code in (200, 204)
    with sqlite3.connect(server.data_dir / "holdfast.db") as database:
        assert database.execute("SELECT count(*) FROM message WHERE session_id = ?", (session,)).fetchone() == (0,)
    log = server.api("alice").get("/audit", params={"session": session, "limit": 500}).text
    assert session in log and "word of mine" not in log


def keyboard(server, session: str, viewer: str, method: str = "PUT", name: str = "alice"):
    return server.api(name).call(method, f"/sessions/{session}/viewers/{viewer}/keyboard")


def listed(one: Viewer, viewer: str) -> dict:
    return next((entry for entry in one.viewers.get("viewers", ()) if entry["viewer"] == viewer), {})


def test_a_viewer_asks_for_the_keyboard_gets_it_and_loses_it(server, session, viewer):
    give(server, session, "viewer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    alice.join(session)
    mine = bob.join(session)["viewer"]
    assert bob.call("ask", {"session": session, "on": True}) == {"ok": True}
    alice.wait(lambda v: listed(v, mine).get("asks"))
    assert keyboard(server, session, mine, "DELETE").status_code == 204
    alice.wait(lambda v: listed(v, mine).get("asks") is False)
    assert bob.type("no\n")["error"]["code"] == "forbidden"
    assert keyboard(server, session, mine, name="bob").status_code == 403
    assert keyboard(server, session, mine).status_code == 204
    assert bob.of("role") == [{"session": session, "role": "writer"}] or not bob.wait(lambda v: v.of("role"))
    assert bob.type("lent\n")["ok"]
    alice.wait(lambda v: listed(v, mine).get("lent") and listed(v, mine)["role"] == "writer")
    assert bob.call("ask", {"session": session, "on": True})["error"]["code"] == "conflict"
    assert keyboard(server, session, "nobody").status_code == 404
    assert keyboard(server, session, mine, "DELETE").status_code == 204
    assert bob.type("late\n")["error"]["code"] == "forbidden"
    alice.wait_output(b"lent\r\nlent\r\n")
    assert b"no" not in alice.output and b"late" not in alice.output
    log = server.api("alice").get("/audit", params={"session": session}).json()["entries"]
    assert [one["details"]["viewer"] for one in log if one["action"] == "shares.keyboard_give"] == [mine]


def test_a_lent_keyboard_goes_over_the_lock_and_ends_with_a_new_one_a_leaving_and_the_grant(server, session, viewer):
    grant = give(server, session, "writer", user="bob")
    api = server.api("alice")

    def locked(on: bool) -> None:
        assert api.call("PATCH", f"/sessions/{session}/sharing", json={"locked": on}).status_code == 200

    bob = viewer(server, "bob")
    mine = bob.join(session)["viewer"]
    locked(True)
    assert bob.type("x")["error"]["code"] == "forbidden"
    assert keyboard(server, session, mine).status_code == 204
    assert bob.type("x")["ok"]
    locked(True)
    assert bob.type("x")["error"]["code"] == "forbidden"
    assert keyboard(server, session, mine).status_code == 204
    assert bob.call("leave", {"session": session})["ok"]
    assert bob.join(session)["role"] == "viewer" and bob.type("x")["error"]["code"] == "forbidden"
    locked(False)
    assert bob.type("x")["ok"]
    here = next(one["viewer"] for one in api.get(f"/sessions/{session}/sharing").json()["here"])
    assert keyboard(server, session, here).status_code == 204, "but nothing is lent to who may type"
    locked(True)
    assert bob.type("x")["error"]["code"] == "forbidden"
    again = next(one["viewer"] for one in api.get(f"/sessions/{session}/sharing").json()["here"])
    assert keyboard(server, session, again).status_code == 204
    assert api.call("DELETE", f"/sessions/{session}/grants/{grant['id']}").status_code == 204
    assert bob.type("x")["error"]["code"] == "not_found"


def test_a_guest_may_ask_too(server, session, viewer):
    made = link(server, session, fresh=True)
    guest = GuestBrowser(server)
    guest.open(made["url"])
    one, joined = guest.connect(session)
    assert one.call("ask", {"session": session, "on": True})["ok"]
    assert keyboard(server, session, joined["viewer"]).status_code == 204
    assert one.type("typed by a guest\n")["ok"]
    assert one.call("resize", {"session": session, "rows": 50, "cols": 80})["error"]["code"] == "forbidden"
    assert server.api("alice").call("DELETE", f"/sessions/{session}/links/{made['id']}").status_code == 204
    one.wait(lambda v: not v.connected)
