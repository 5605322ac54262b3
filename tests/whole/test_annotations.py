"""Notes on lines of the output, through a real server."""

from __future__ import annotations

import sqlite3

import pytest

from tests.support.viewer import Viewer
from tests.whole.test_sharing import GuestBrowser, give, link

HOSTILE = "<img src=x onerror=pwned=1>\u202e\n\t{count} %(x)s"
PRINT = "for i in $(seq 1 100); do echo line-$i-; done; stty -echo; exec cat"


@pytest.fixture
def session(server):
    server.user("bob")
    session = server.api("alice").start(["bash", "-c", PRINT])["id"]
    while b"line-100-\r\n" not in server.api("alice").output(session):
        pass
    return session


def annotate(one: Viewer, text: str, **where) -> dict:
    return one.call("annotate", {"session": one.session, "text": text, **where})


def notes(server, session: str, name: str = "alice") -> list[dict]:
    answer = server.api(name).get(f"/sessions/{session}/annotations")
    assert answer.status_code == 200, answer.text
    return answer.json()["annotations"]


def row_text(server, session: str, row: int) -> str:
    return server.api("alice").get(
        f"/sessions/{session}/history/rows", params={"from": row, "count": 1, "format": "text"}
    ).json()["data"]  # fmt: skip


def test_a_note_is_on_its_line_for_everybody_and_stays_there(server, session, viewer):
    give(server, session, "viewer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    for one in (alice, bob):
        one.join(session)
    head = len(server.api("alice").output(session))
    assert annotate(bob, f" {HOSTILE} ", offset=head, up=40) == {"ok": True, "number": 1}
    alice.wait(lambda v: v.of("annotated"))
    told = alice.of("annotated")[0]
    assert (told["text"], told["line"], told["author"], told["guest"]) == (HOSTILE, "line-61-", "bob", False)
    assert server.api("alice").output(session, told["offset"]).startswith(b"line-61-")
    alice.type("more\n" * 3)
    alice.wait_output(b"more\r\nmore\r\nmore\r\n")
    assert annotate(alice, "here")["number"] == 2
    made = server.api("alice").post(f"/sessions/{session}/annotations", {"text": "http", "offset": head, "up": 99})
    assert made.status_code == 201 and made.json()["line"] == "line-2-"
    assert [(one["number"], one["line"]) for one in notes(server, session, "bob")] == [
        (3, "line-2-"), (1, "line-61-"), (2, ""),
    ]  # fmt: skip
    for one in notes(server, session):
        assert row_text(server, session, one["row"]) == one["line"]
    answer = bob.call("annotations", {"session": session, "offset": head})
    assert answer["cursor_row"] - 40 == told["row"] and answer["history"] == told["history"] and answer["me"] == "bob"


def test_its_author_changes_it_and_the_owner_deletes_it(server, session, viewer):
    give(server, session, "writer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    for one in (alice, bob):
        one.join(session)
    annotate(bob, "first")
    annotate(alice, "second")
    place = f"/sessions/{session}/annotations"
    assert alice.call("reannotate", {"session": session, "number": 1, "text": "x"})["error"]["code"] == "forbidden"
    assert bob.call("unannotate", {"session": session, "number": 2})["error"]["code"] == "forbidden"
    assert server.api("bob").call("PATCH", f"{place}/2", json={"text": "x"}).status_code == 403
    assert bob.call("reannotate", {"session": session, "number": 1, "text": "changed"}) == {"ok": True}
    alice.wait(lambda v: v.of("annotated")[-1]["text"] == "changed" and v.of("annotated")[-1]["edited_at"])
    assert server.api("bob").call("PATCH", f"{place}/1", json={"text": "again"}).json()["text"] == "again"
    assert alice.call("unannotate", {"session": session, "number": 1}) == {"ok": True}
    bob.wait(lambda v: v.of("unannotated") == [{"session": session, "number": 1}])
    assert bob.call("unannotate", {"session": session, "number": 1})["error"]["code"] == "not_found"
    assert server.api("alice").call("DELETE", f"{place}/2").status_code == 204
    assert notes(server, session) == []
    log = server.api("alice").get("/audit", params={"session": session}).json()["entries"]
    erased = [one["details"]["number"] for one in log if one["action"] == "annotation.unannotate"]
    assert sorted(erased) == [1, 2]


def test_bad_ones_are_refused_with_their_reason(server, session, viewer):
    alice = viewer(server, "alice")
    alice.join(session)
    for text in ("", " \n ", "x" * 1001, "bell \x07", 7):
        assert annotate(alice, text)["error"]["message"].startswith("text:")
        answer = server.api("alice").post(f"/sessions/{session}/annotations", {"text": text})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "text"
    assert annotate(alice, "x", up=-1001)["error"]["message"].startswith("up:")
    assert annotate(alice, "x", offset=1 << 40)["error"]["code"] == "not_found"
    assert annotate(alice, "x", up=1 << 40)["error"]["code"] == "not_found"
    for _ in range(20):
        refused = annotate(alice, "many")
        if not refused["ok"]:
            break
    assert refused["error"]["code"] == "rate_limited"


def test_who_sees_nothing_from_before_sees_no_note_on_it(server, session, viewer):
    alice = viewer(server, "alice")
    alice.join(session)
    annotate(alice, "an old note", up=5)
    made = [link(server, session), link(server, session, fresh=True)]
    guests = []
    for one in made:
        guest = GuestBrowser(server)
        guest.open(one["url"])
        guests.append(guest.connect(session)[0])
    alice.type("new\n")
    alice.wait_output(b"new\r\n")
    annotate(alice, "late, on an old line", up=7)
    annotate(alice, "on a new line")
    assert annotate(guests[1], "mine")["ok"]
    assert annotate(guests[1], "mine", up=20)["error"]["code"] == "forbidden"
    guests[1].wait(lambda v: len(v.of("annotated")) == 2)
    guests[0].wait(lambda v: len(v.of("annotated")) == 3)
    everything = ["late, on an old line", "an old note", "on a new line", "mine"]
    for guest, expected in zip(guests, (everything, everything[2:]), strict=True):
        listed = guest.call("annotations", {"session": session})["annotations"]
        assert [one["text"] for one in listed] == expected
        assert guest.call("reannotate", {"session": session, "number": 1, "text": "x"})["error"]["code"] == (
            "forbidden" if guest is guests[0] else "not_found"
        )
    alice.call("unannotate", {"session": session, "number": 1})
    alice.call("unannotate", {"session": session, "number": 3})
    guests[1].wait(lambda v: v.of("unannotated"))
    assert [one["number"] for one in guests[1].of("unannotated")] == [3]
    for guest in guests:
        guest.close()


def test_who_is_out_neither_reads_nor_writes_and_forgetting_erases(server, session, viewer):
    grant = give(server, session, "writer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    for one in (alice, bob):
        one.join(session)
    assert annotate(bob, "a word of mine")["ok"]
    assert server.api("alice").call("DELETE", f"/sessions/{session}/grants/{grant['id']}").status_code == 204
    for event in ("annotate", "reannotate", "unannotate", "annotations"):
        ask = {"session": session, "text": "x", "number": 1}
        wanted = {"annotate": ("text",), "reannotate": ("text", "number"), "unannotate": ("number",)}.get(event, ())
        ask = {name: ask[name] for name in ("session", *wanted)}
        assert bob.call(event, ask)["error"]["code"] == "not_found"
    assert server.api("bob").get(f"/sessions/{session}/annotations").status_code == 404
    annotate(alice, "alone now")
    bob.call("watch", {})
    assert [one["text"] for one in bob.of("annotated")] == ["a word of mine"]
    assert server.api("alice").call("DELETE", f"/sessions/{session}?forget=true").status_code in (200, 204)
    with sqlite3.connect(server.data_dir / "holdfast.db") as database:
        assert database.execute("SELECT count(*) FROM annotation").fetchone()[0] == database.execute(
            "SELECT count(*) FROM annotation WHERE session_id != ?", (session,)
        ).fetchone()[0]
    log = server.api("alice").get("/audit", params={"session": session, "limit": 500}).text
    assert session in log and "word of mine" not in log


def test_notes_stay_on_their_lines_when_the_server_restarts_and_the_journal_drops_its_beginning(own_server, viewer):
    server = own_server(HOLDFAST_JOURNAL_BYTES="1048576", HOLDFAST_WORKERS="2")
    api = server.api("alice")
    program = "for i in $(seq 1 100); do echo line-$i-; done; while read n; do seq -f %0100.0f $n; done"
    session = api.start(["bash", "-c", program])["id"]
    while b"line-100-" not in api.output(session):
        pass
    assert api.post(f"/sessions/{session}/annotations", {"text": "old", "up": 50}).json()["line"] == "line-51-"
    api.post(f"/sessions/{session}/input", {"data": "6000\n"})
    while api.status(session)["output_bytes"] < 600_000:
        pass
    made = api.post(f"/sessions/{session}/annotations", {"text": "new", "up": 1}).json()
    server.restart()
    assert notes(server, session)[1]["row"] == made["row"]
    api.post(f"/sessions/{session}/input", {"data": "7000\n"})
    while api.status(session)["output_bytes"] < 1_300_000:
        pass
    server.restart()
    old, new = notes(server, session)
    assert old["row"] is None and old["line"] == "line-51-" and old["text"] == "old"
    assert new["row"] < made["row"] and row_text(server, session, new["row"]) == made["line"] == new["line"]
