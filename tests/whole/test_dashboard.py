"""Thumbnails and looks over a real connection: who has it in sight gets it, and nobody else pays or sees."""

from __future__ import annotations


def watching(viewer, server, name):
    one = viewer(server, name)
    assert one.call("watch", {})["ok"]
    return one


def pictures(viewer, session):
    return [message for message in viewer.of("thumbnail") if message["session"] == session]


def text(picture):
    return "\n".join("".join(line[::3]) for line in picture["lines"])


def test_a_session_in_sight_is_drawn_at_once_and_when_it_changes(server, viewer):
    api = server.api("alice")
    session, other = (api.start(["cat"])["id"] for _ in range(2))
    dashboard = watching(viewer, server, "alice")
    assert dashboard.call("peek", {"sessions": [session]}) == {"ok": True}
    dashboard.wait(lambda v: pictures(v, session))
    assert pictures(dashboard, session)[0]["rows"] == 24
    for one in (other, session):
        api.call("POST", f"/sessions/{one}/input", json={"data": "\u4f60 hello\n"})
    dashboard.wait(lambda v: "hello\n\u4f60 hello" in text(pictures(v, session)[-1]))
    assert pictures(dashboard, other) == [], "out of sight"
    dashboard.call("peek", {"sessions": []})
    count = len(pictures(dashboard, session))
    api.call("POST", f"/sessions/{session}/input", json={"data": "unseen\n"})
    dashboard.call("peek", {"sessions": [other]})
    dashboard.wait(lambda v: pictures(v, other))
    assert len(pictures(dashboard, session)) == count


def test_a_stranger_peeks_at_nothing_and_who_does_not_watch_neither(server, viewer):
    session = server.api("alice").start("echo private; cat")["id"]
    mine = server.api("charlie").start(["cat"])["id"]
    charlie = watching(viewer, server, "charlie")
    assert charlie.call("peek", {"sessions": [session, mine, "a" * 12]}) == {"ok": True}
    charlie.wait(lambda v: pictures(v, mine))
    assert pictures(charlie, session) == []
    assert charlie.call("peek", {"sessions": ["x"] * 3})["error"]["code"] == "bad_request"
    assert charlie.call("peek", {"sessions": [mine] * 65})["error"]["code"] == "bad_request"
    idle = viewer(server, "alice")
    assert idle.call("peek", {"sessions": [session]}) == {"ok": True}
    assert server.api("alice").status(session) and pictures(idle, session) == []


def test_a_flood_in_sight_gives_at_most_a_picture_a_second(server, viewer):
    session = server.api("alice").start("for ((i=0; i<60000; i++)); do echo flood-$i; done; echo the-end; cat")["id"]
    dashboard = watching(viewer, server, "alice")
    dashboard.call("peek", {"sessions": [session]})
    dashboard.wait(lambda v: pictures(v, session) and "the-end" in text(pictures(v, session)[-1]))
    assert len(pictures(dashboard, session)) < 12


def test_what_an_account_saw_is_told_to_its_dashboards_and_outlives_the_server(killable, viewer):
    server = killable
    api = server.api("alice")
    session = api.start("read x; printf '\\a\\a'; echo rung; cat")["id"]
    dashboard, someone = watching(viewer, server, "alice"), watching(viewer, server, "charlie")
    api.call("POST", f"/sessions/{session}/input", json={"data": "x\n"})
    looking = viewer(server, "alice")
    drawn = looking.join(session)["snapshot"]
    looking.wait(lambda v: b"rung" in drawn + v.output)
    looking.close()
    dashboard.wait(lambda v: [one for one in v.of("looked") if one["bells"] == 2])
    assert someone.of("looked") == []
    head = api.status(session)["output_bytes"]
    assert api.get("/sessions").json()["looks"][session]["offset"] == head
    api.call("DELETE", f"/sessions/{session}")
    dashboard.wait(lambda v: [one for one in v.of("status") if one["state"] == "ended"])
    server.restart()
    listed = server.api("alice").get("/sessions").json()
    (status,) = [one for one in listed["sessions"] if one["id"] == session]
    assert listed["looks"][session]["bells"] == status["bells"] == 2


def later(api, *sessions, seconds=60, **order):
    return api.post("/sessions/end", {"ids": sessions, "after_seconds": seconds, **order}).json()


def test_what_is_ended_later_is_done_by_the_server_also_by_one_that_was_killed_meanwhile(killable):
    server = killable
    api = server.api("alice")
    ended, forgotten, kept = (api.start(["cat"])["id"] for _ in range(3))
    made = [later(api, ended, seconds=1), later(api, forgotten, seconds=1, forget=True), later(api, kept)]
    assert [(one["done"], one["left"], bool(one["deed"])) for one in made] == [([], [], True)] * 3
    server.kill()
    server.restart()
    while api.status(ended)["state"] != "ended" or api.get(f"/sessions/{forgotten}/status").status_code != 404:
        pass  # each question waits for the server's answer
    assert api.status(kept)["state"] == "running"
    assert api.call("DELETE", f"/sessions/end/{made[2]['deed']}").status_code == 204, "from before the kill"


def test_a_deed_is_taken_back_once_and_only_by_who_asked(server):
    alice, charlie = server.api("alice"), server.api("charlie")
    session = alice.start(["cat"])["id"]
    deed = later(alice, session)["deed"]
    assert charlie.call("DELETE", f"/sessions/end/{deed}").status_code == 404
    assert alice.call("DELETE", f"/sessions/end/{deed}").status_code == 204
    assert alice.call("DELETE", f"/sessions/end/{deed}").status_code == 404
    theirs = later(charlie, session)
    assert theirs["deed"] is None and theirs["left"][0]["id"] == session
    assert alice.post("/sessions/end", {"ids": [session], "after_seconds": 61}).status_code == 422
    deeds = [later(alice, session).get("deed") for _ in range(51)]
    assert deeds[49] and not deeds[50], "51 at once are too many"
    assert {alice.call("DELETE", f"/sessions/end/{deed}").status_code for deed in deeds[:50]} == {204}
    assert alice.status(session)["state"] == "running"
