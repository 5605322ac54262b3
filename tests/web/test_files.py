"""Files into a session's directory and its output as a file: through real processes, and what the edge refuses."""

import os
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from app.live.drafts import numbered
from app.live.errors import BadName
from app.live.uploads import checked_name
from app.models.grant import Grant
from app.web.files import while_allowed
from tests.browser.people import eventually
from tests.support.server import Server

LIMIT = 3 << 20
NAME = "r\u00e9sum\u00e9.tar.gz"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("files") / "data", HOLDFAST_UPLOAD_BYTES=str(LIMIT)).start()
    yield made
    made.close()


@pytest.fixture
def place(tmp_path):
    place = tmp_path / "in here"
    place.mkdir()
    return place


def put(api, session, name, data=b"", **headers):
    return api.call("PUT", f"/sessions/{session}/files/{name}", data=data, headers=headers)


def test_a_file_arrives_whole_and_none_is_written_over(server, place):
    api = server.api("alice")
    session = api.start("umask 027; exec cat", cwd=str(place))["id"]
    eventually(lambda: Path(f"/proc/{api.status(session)['pid']}/comm").read_text() == "cat\n")
    whole = os.urandom(LIMIT)
    first, second = put(api, session, NAME, whole), put(api, session, NAME, b"other")
    assert first.status_code == 201, first.text
    assert first.json() == {
        "name": NAME, "directory": str(place), "path": f"{place}/{NAME}", "bytes": LIMIT,
    }  # fmt: skip
    assert second.json()["name"] == "r\u00e9sum\u00e9 (1).tar.gz"
    assert (place / NAME).read_bytes() == whole
    assert (place / "r\u00e9sum\u00e9 (1).tar.gz").read_bytes() == b"other"
    assert stat.S_IMODE((place / NAME).stat().st_mode) == 0o640


def test_it_goes_where_the_foreground_program_is_not_where_output_says(server, place, tmp_path):
    api = server.api("alice")
    (place / "deep").mkdir()
    program = f"printf '\\033]7;file://localhost{tmp_path}\\007'; cd '{place}/deep'; echo there; exec cat"
    session = api.start(["sh", "-ic", f"(sh -c \"{program}\"); true"], cwd=str(tmp_path))["id"]
    eventually(lambda: "there" in api.screen(session))
    assert put(api, session, "a", b"x").json()["directory"] == str(place / "deep")


def test_a_link_in_the_way_is_neither_followed_nor_replaced(server, place, tmp_path):
    api = server.api("alice")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (place / "notes").symlink_to(victim)
    (place / "loose").symlink_to(tmp_path / "nothing")
    session = api.start(["cat"], cwd=str(place))["id"]
    assert put(api, session, "notes", b"x").json()["name"] == "notes (1)"
    assert put(api, session, "loose", b"x").json()["name"] == "loose (1)"
    assert victim.read_text() == "mine" and not (tmp_path / "nothing").exists()


def test_what_is_refused_or_cut_off_leaves_nothing(server, place):
    api = server.api("alice")
    session = api.start(["cat"], cwd=str(place))["id"]
    assert put(api, session, "big", b"x" * (LIMIT + 1)).status_code == 413
    assert put(api, session, "big", iter([b"x" * LIMIT, b"x"])).status_code == 413  # in chunks: no length announced
    for name in ("..%2fup", "%2e%2e", "a%0ab", "a%1bb", "x" * 256, "a%E2%80%AEb"):
        assert put(api, session, name, b"x").status_code in (404, 405, 422), name
    form = put(api, session, "form", b"a=b", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert form.status_code == 415
    with closing(socket.create_connection(("127.0.0.1", server.port))) as half:
        token = api.http.headers["Authorization"]
        head = f"PUT /api/v1/sessions/{session}/files/half HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n"
        half.sendall(f"{head}Content-Length: 100000\r\n\r\n".encode() + b"x" * 5000)
        half.shutdown(socket.SHUT_WR)
        half.settimeout(20)
        answer = half.recv(100)
        assert not answer.startswith(b"HTTP/1.1 2")
    assert list(place.iterdir()) == []
    assert put(api, session, "empty", b"").json()["bytes"] == 0


def test_a_directory_that_is_gone_or_closed_is_said_so(server, place):
    api = server.api("alice")
    gone, over = api.start(["cat"], cwd=str(place))["id"], api.start("true")["id"]
    place.rmdir()
    assert put(api, gone, "a", b"x").status_code == 409
    eventually(lambda: api.status(over)["state"] == "ended")
    assert put(api, over, "a", b"x").status_code == 409
    nowhere = api.start(["cat"], cwd="/proc")["id"]
    assert put(api, nowhere, "a", b"x").status_code in (403, 409)


def test_all_output_comes_as_a_file(server):
    api = server.api("alice")
    program = "printf '\\033[31mred\\033[m\\n'; seq 1 3000; printf '%0100d\\n' 7; echo done; cat"
    session = api.start(program, name="b\u00fcild/1", rows=10, cols=40)["id"]
    eventually(lambda: "done" in api.screen(session))
    text = api.get(f"/sessions/{session}/download")
    lines = text.content.decode().split("\n")
    assert lines[:3] == ["red", "1", "2"] and lines[3000] == "3000"
    assert "0" * 99 + "7" in lines, "a wrapped line is one line"
    assert "attachment" in text.headers["Content-Disposition"] and ".txt" in text.headers["Content-Disposition"]
    raw = api.get(f"/sessions/{session}/download", params={"format": "raw"}).content
    assert raw == api.output(session)
    ansi = api.get(f"/sessions/{session}/download", params={"format": "ansi"}).content
    assert b"\x1b[" in ansi and b"red" in ansi and b"\r\n3000" in ansi


def test_charlie_neither_puts_nor_gets(world):
    session = world.session("alice")
    charlie = world.script("charlie")
    assert charlie.call("PUT", f"/sessions/{session.id}/files/a", data=b"x").status_code == 404
    assert charlie.call("GET", f"/sessions/{session.id}/download").status_code == 404
    assert world.rooms.told == []


def test_a_browser_needs_its_token_to_upload(world):
    session = world.session("alice")
    alice = world.browser("alice")
    path = f"/api/v1/sessions/{session.id}/files/a"
    assert alice.put(path, data=b"x", headers={"Origin": "http://localhost"}).status_code == 403
    good = alice.put(path, data=b"x", headers={"Origin": "http://localhost", "X-CSRFToken": alice.csrf("/account")})
    assert (good.status_code, good.json["name"]) == (201, "a")


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a\0b", "a\x9bb", "a\u202eb", "\ud800", "\u00e9" * 128])
def test_names_that_are_none(name):
    with pytest.raises(BadName):
        checked_name(name)


def test_a_second_name_keeps_its_ending_and_its_bounds():
    assert [numbered(name, 2) for name in ("a.txt", ".profile", "a.tar.gz", "Makefile", "v1.2 final")] == [
        "a (2).txt", ".profile (2)", "a (2).tar.gz", "Makefile (2)", "v1.2 final (2)",
    ]  # fmt: skip
    assert len(numbered("\u00e9" * 125 + ".txt", 99).encode()) <= 255


def test_a_download_breaks_off_where_the_right_to_it_ends():
    """With an error, so that nobody takes what came for all of it."""
    allowed = iter([True, True, False])
    pieces = while_allowed(iter([b"one", b"two", b"three", b"four"]), lambda: next(allowed))
    assert [next(pieces), next(pieces)] == [b"one", b"two"]
    with pytest.raises(ConnectionAbortedError):
        next(pieces)


def test_an_upload_stops_where_the_right_to_it_ends(world):
    session = world.session("bob")
    grant = Grant.give(session.id, "writer", user=world.users["charlie"])

    def upload(session, order):
        assert order.read(3) == b"one"
        assert Grant.take(session.id, grant.id)
        order.read(3)

    world.rooms.upload = upload
    how = {"data": b"onetwo", "content_type": "application/octet-stream"}
    charlie = world.script("charlie")
    headers = {"Authorization": f"Bearer {charlie.token}"}
    answer = charlie.open(f"/api/v1/sessions/{session.id}/files/name", method="PUT", headers=headers, **how)
    assert answer.status_code == 404, answer.text
