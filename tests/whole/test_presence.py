"""Who is in a session, as everybody in it is told: device, who typed last, what is read, who holds the size."""

from __future__ import annotations

import pytest

from app.live.listing import device_of
from tests.support.viewer import Viewer
from tests.whole.test_look import look

AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": "desktop",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0": "desktop",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":
        "phone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148": "phone",
    "Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36":
        "tablet",
    "Mozilla/5.0 (iPad; CPU OS 12_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1": "tablet",
    "python-requests/2.32": "script",
    "": "script",
}  # fmt: skip


@pytest.mark.parametrize(("agent", "device"), AGENTS.items())
def test_a_device_is_told_by_its_agent(agent, device):
    assert device_of(agent) == device


def entry(seen_by: Viewer, viewer: str) -> dict:
    """How the viewer of that id is listed; empty while it is not."""
    return next((one for one in seen_by.viewers.get("viewers", []) if one["viewer"] == viewer), {})


@pytest.fixture
def session(server):
    return server.api("alice").start(["cat"])["id"]


def test_a_viewer_is_listed_with_its_device_and_since_when(server, viewer, session):
    one, pad = viewer(server, "alice"), viewer(server, "alice")
    mine, tablet = one.join(session)["viewer"], pad.join(session, device="tablet")["viewer"]
    one.wait(lambda v: entry(v, tablet))
    assert (entry(one, mine)["device"], entry(one, tablet)["device"]) == ("script", "tablet")
    assert entry(one, mine)["joined_at"] <= entry(one, tablet)["joined_at"]
    assert entry(one, mine)["typed_at"] is None and entry(one, mine)["view"] is None
    answer = one.call("join", {"session": session, "device": "Mozilla/5.0 (a raw agent)"})
    assert answer["error"]["code"] == "bad_request"


def test_who_types_is_told_to_the_others_and_not_at_every_key(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    mine = one.join(session)["viewer"]
    theirs = other.join(session)["viewer"]
    other.wait(lambda v: entry(v, mine) and entry(v, theirs))
    told = len(other.of("viewers"))
    for number in range(100):
        one.type(f"{number}\n")
    other.wait(lambda v: entry(v, mine)["typed_at"])
    other.wait(lambda v: v.output.count(b"99\r\n") >= 2)  # echo and answer
    assert len(other.of("viewers")) - told <= 3
    other.type("now me\n")
    one.wait(lambda v: entry(v, theirs)["typed_at"])
    assert entry(one, theirs)["typed_at"] > entry(one, mine)["typed_at"]


def test_a_report_of_the_focus_is_not_typing(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    mine, theirs = one.join(session)["viewer"], other.join(session)["viewer"]
    for data in ("\x1b[I", b"\x1b[O"):
        one.type(data)
    other.type("x")  # told, and with it all there is
    one.wait(lambda v: entry(v, theirs).get("typed_at"))
    assert entry(one, mine)["typed_at"] is None


def test_what_is_read_is_told_to_the_others(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    mine, _ = one.join(session)["viewer"], other.join(session)
    assert one.call("view", {"session": session, "row": 1200, "numbering": "h1"}) == {"ok": True}
    other.wait(lambda v: entry(v, mine).get("view") == {"row": 1200, "numbering": "h1"})
    assert one.call("view", {"session": session}) == {"ok": True}
    other.wait(lambda v: entry(v, mine)["view"] is None)


def test_a_storm_of_views_is_told_now_and_then_and_the_last_one_counts(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    mine, _ = one.join(session)["viewer"], other.join(session)
    other.wait(lambda v: entry(v, mine))
    told = len(other.of("viewers"))
    for row in range(2000):
        one.io.emit("view", {"session": session, "row": row})
    other.wait(lambda v: (entry(v, mine)["view"] or {}).get("row") == 1999)
    assert len(other.of("viewers")) - told < 100


@pytest.mark.parametrize(
    "ask",
    [{"row": -1}, {"row": "5"}, {"row": 1 << 63}, {"row": 1, "numbering": "x" * 65}, {"numbering": 5}, {"more": 1}],
)
def test_what_is_no_view(server, viewer, session, ask):
    one = viewer(server, "alice")
    one.join(session)
    assert one.call("view", {"session": session, **ask})["error"]["code"] == "bad_request"


def test_a_stranger_tells_nobody_what_it_reads(server, viewer, session):
    assert viewer(server, "charlie").call("view", {"session": session, "row": 1})["error"]["code"] == "not_found"


def holder(seen_by: Viewer) -> tuple[str | None, str | None]:
    return seen_by.viewers.get("size_holder"), seen_by.viewers.get("size_holder_viewer")


def test_who_holds_the_size_is_told_also_when_it_stays_the_same_size(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    mine, theirs = one.join(session)["viewer"], other.join(session)["viewer"]
    for who, name in ((one, mine), (other, theirs)):
        who.call("resize", {"session": session, "rows": 30, "cols": 90})
        for each in (one, other):
            each.wait(lambda v, name=name: holder(v) == ("alice", name))
    assert server.api("alice").status(session)["size_holder_viewer"] == theirs
    server.api("alice").post(f"/sessions/{session}/resize", {"rows": 20, "cols": 70})
    one.wait(lambda v: holder(v) == (None, None))


def test_a_hidden_tab_does_not_count_as_who_holds_the_size(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    mine, _ = one.join(session)["viewer"], other.join(session)
    one.call("resize", {"session": session, "rows": 30, "cols": 90})
    other.wait(lambda v: holder(v) == ("alice", mine))
    look(one, False)
    other.wait(lambda v: holder(v) == (None, None))
    status = server.api("alice").status(session)
    assert (status["size_holder"], status["size_holder_viewer"]) == (None, None)
    look(one, True)
    other.wait(lambda v: holder(v) == ("alice", mine))


def test_a_client_whose_connection_was_gone_is_listed_under_its_old_id(server, viewer, session):
    first, again = viewer(server, "alice"), viewer(server, "alice")
    mine = first.join(session, client="tab")["viewer"]
    first.call("leave", {"session": session})
    assert again.join(session, client="tab")["viewer"] == mine
    other = viewer(server, "alice")
    assert other.join(session, client="another")["viewer"] != mine
