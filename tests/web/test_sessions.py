"""Sessions over HTTP: the contract's routes, what they refuse, and that Charlie sees nothing."""

import json

import pytest

from app.live.errors import InputFull, Unavailable
from app.models.session import Session
from app.web.answers import StatusBody

ROUTES_OF_ONE = [
    ("GET", "/status", None),
    ("PATCH", "", {"name": "mine"}),
    ("DELETE", "", None),
    ("DELETE", "?forget=true", None),
    ("POST", "/input", {"data": "rm -rf /\r"}),
    ("POST", "/resize", {"rows": 10, "cols": 10}),
    ("POST", "/signal", {"signal": "INT"}),
    ("GET", "/screen", None),
    ("GET", "/output", None),
    ("POST", "/again", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES_OF_ONE)
def test_charlie_sees_nothing(world, method, path, body):
    session = world.session("alice")
    charlie = world.script("charlie")
    answer = charlie.call(method, f"/sessions/{session.id}{path}", json=body)
    unknown = charlie.call(method, f"/sessions/aaaaaaaaaaaa{path}", json=body)
    assert answer.status_code == unknown.status_code == 404
    assert answer.data == unknown.data
    assert answer.mimetype == "application/problem+json"
    assert world.rooms.told == []


def test_an_admin_sees_no_session_of_others(world):
    session = world.session("bob")
    assert world.script("alice").call("GET", f"/sessions/{session.id}/status").status_code == 404
    assert world.script("alice").call("GET", "/sessions").json["sessions"] == []


@pytest.mark.parametrize("wrong", ["../../etc", "AAAAAAAAAAAA", "a" * 5000, "%00", "aaaaaaaaaaa1", "é"])
def test_an_id_that_cannot_be_is_not_found(world, wrong):
    answer = world.script("alice").call("GET", f"/sessions/{wrong}/status")
    assert answer.status_code == 404


def test_start_answers_with_the_status_and_its_place(world):
    body = {
        "name": "build",
        "command": ["make", "-j2"],
        "cwd": "/tmp",
        "env": {"A": "b"},
        "tags": ["ci", "ci"],
    }
    answer = world.script("alice").call("POST", "/sessions", json=body | {"rows": 30, "cols": 100})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/sessions/{answer.json['id']}"
    assert (answer.json["owner"], answer.json["rows"], answer.json["tags"]) == ("alice", 30, ["ci"])
    _, owner, order = world.rooms.told[0]
    assert (owner, order.command, order.env) == ("alice", ["make", "-j2"], {"A": "b"})


def test_start_without_a_body_is_a_login_shell_of_24_by_80(world):
    answer = world.script("alice").open(
        "/api/v1/sessions", method="POST", headers={"Authorization": f"Bearer {world.script('alice').token}"}
    )
    assert answer.status_code == 201
    order = world.rooms.told[0][2]
    assert (order.command, order.rows, order.cols) == (None, 24, 80)


def test_status_is_what_openapi_says_it_is(world):
    session = world.session("alice")
    answer = world.script("alice").call("GET", f"/sessions/{session.id}/status")
    StatusBody.model_validate_json(answer.data, strict=True)
    assert answer.headers["Cache-Control"] == "no-store"


BAD_STARTS = [
    ({"rows": 0}, "rows"),
    ({"rows": 1001}, "rows"),
    ({"cols": "80"}, "cols"),
    ({"cols": 80.5}, "cols"),
    ({"cols": True}, "cols"),
    ({"rows": 10**30}, "rows"),
    ({"rows": None}, "rows"),
    ({"command": []}, "command"),
    ({"command": [""]}, "command"),
    ({"command": "  "}, "command"),
    ({"command": ["a", 5]}, "command"),
    ({"command": {"a": 1}}, "command"),
    ({"command": ["a\0b"]}, "command"),
    ({"command": ["a"] * 20_000}, "command"),
    ({"command": "x" * 140_000}, "command"),
    ({"cwd": ""}, "cwd"),
    ({"cwd": "/a\0"}, "cwd"),
    ({"cwd": "/nowhere"}, "cwd"),
    ({"name": "x" * 101}, "name"),
    ({"name": "a\x1b[2J"}, "name"),
    ({"name": ""}, "name"),
    ({"tags": ["x"] * 21}, "tags"),
    ({"tags": "x"}, "tags"),
    ({"tags": [""]}, "tags"),
    ({"env": {"A=B": "1"}}, "env"),
    ({"env": {"HOLDFAST_SESSION": "1"}}, "env"),
    ({"env": {"A": 1}}, "env"),
    ({"colour": "red"}, "colour"),
    ([], "body"),
    ("text", "body"),
    (None, "body"),
]


@pytest.mark.parametrize(("body", "field"), BAD_STARTS, ids=lambda value: str(value)[:30])
def test_a_bad_start_names_the_field_and_makes_nothing(world, body, field):
    answer = world.script("alice").call(
        "POST", "/sessions", data=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["errors"][0]["field"].split(".")[0] == field
    assert answer.json["status"] == 422
    assert Session.visible_to(world_actor(world, "alice")) == []


def world_actor(world, name):
    from app.permissions import Actor

    return Actor(world.users[name].id, name, False)


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"name=x", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b'{"name": "' + b"x" * (1 << 20) + b'"}', "application/json", 413),
    ],
)
def test_what_is_not_json_is_said_so(world, raw, kind, status):
    answer = world.script("alice").call("POST", "/sessions", data=raw, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"


def test_list_is_filtered_by_text_tag_and_state(world):
    world.session("alice", name="build", tags=["ci"])
    world.session("alice", name="logs", command=["tail", "-f", "Build.log"], state="ended")
    world.session("alice", name="shell", cwd="/srv/www", state="lost")
    world.session("bob", name="build", tags=["ci"])
    alice = world.script("alice")

    def names(query):
        return sorted(one["name"] for one in alice.call("GET", f"/sessions{query}").json["sessions"])

    assert names("") == ["build", "logs", "shell"]
    assert names("?q=build") == ["build", "logs"]
    assert names("?q=www") == ["shell"]
    assert names("?tag=ci") == ["build"]
    assert names("?state=ended,lost") == ["logs", "shell"]
    assert names("?state=running&q=log") == []
    assert alice.call("GET", "/sessions?state=sleeping").json["errors"][0]["field"] == "state"
    assert alice.call("GET", "/sessions?stat=ended").status_code == 422


def test_input_is_typed_as_it_is(world):
    session = world.session("alice")
    answer = world.script("alice").call("POST", f"/sessions/{session.id}/input", json={"data": "é\x03\0"})
    assert answer.status_code == 204
    assert world.rooms.told == [("type", session.id, "é\x03\0".encode())]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"data": ""}, 422), ({"data": 5}, 422), ({}, 422), ({"data": "x", "seq": 1}, 422)],
)
def test_bad_input_types_nothing(world, body, status):
    session = world.session("alice")
    assert world.script("alice").call("POST", f"/sessions/{session.id}/input", json=body).status_code == status
    assert world.rooms.told == []


def test_input_of_a_mebibyte_passes_and_one_more_does_not(world):
    session, alice = world.session("alice"), world.script("alice")
    place = f"/sessions/{session.id}/input"
    assert alice.call("POST", place, json={"data": "\x03" * (1 << 20)}).status_code == 204
    assert alice.call("POST", place, json={"data": "x" * ((1 << 20) + 1)}).status_code == 413
    assert alice.call("POST", place, json={"data": "é" * (1 << 19) + "x"}).status_code == 413
    assert alice.call("POST", place, json={"data": "x" * (7 << 20)}).status_code == 413
    assert len(world.rooms.told) == 1


def test_what_is_live_says_no_with_the_right_status(world):
    session, alice = world.session("alice"), world.script("alice")
    place = f"/sessions/{session.id}/input"
    world.rooms.refuses = InputFull("full")
    full = alice.call("POST", place, json={"data": "x"})
    assert (full.status_code, full.headers["Retry-After"]) == (429, "1")
    world.rooms.refuses = Unavailable("the keeper does not answer")
    assert alice.call("POST", place, json={"data": "x"}).status_code == 503
    ended = world.session("alice", state="ended")
    over = alice.call("POST", f"/sessions/{ended.id}/input", json={"data": "x"})
    assert (over.status_code, over.json["title"]) == (409, "Conflict")


def test_resize_and_signal(world):
    session, alice = world.session("alice"), world.script("alice")
    place = f"/sessions/{session.id}"
    assert alice.call("POST", place + "/resize", json={"rows": 50, "cols": 132}).status_code == 204
    assert alice.call("POST", place + "/resize", json={"rows": 0, "cols": 132}).status_code == 422
    assert alice.call("POST", place + "/signal", json={"signal": "SIGINT"}).status_code == 204
    assert alice.call("POST", place + "/signal", json={"signal": "NOPE"}).status_code == 422
    assert world.rooms.told == [("resize", session.id, 50, 132), ("signal", session.id, "INT")]


def test_change_name_and_tags(world):
    session, alice = world.session("alice"), world.script("alice")
    answer = alice.call("PATCH", f"/sessions/{session.id}", json={"name": " new ", "tags": ["a", "b", "a"]})
    assert (answer.status_code, answer.json["name"], answer.json["tags"]) == (200, "new", ["a", "b"])
    assert alice.call("PATCH", f"/sessions/{session.id}", json={}).json["name"] == "new"
    assert alice.call("PATCH", f"/sessions/{session.id}", json={"state": "ended"}).status_code == 422
    assert alice.call("GET", f"/sessions/{session.id}/status").json["tags"] == ["a", "b"]


def test_end_and_forget(world):
    session, alice = world.session("alice"), world.script("alice")
    assert alice.call("DELETE", f"/sessions/{session.id}").status_code == 204
    assert alice.call("GET", f"/sessions/{session.id}/status").status_code == 200
    assert alice.call("DELETE", f"/sessions/{session.id}?forget=maybe").status_code == 422
    assert alice.call("DELETE", f"/sessions/{session.id}?forget=true").status_code == 204
    assert alice.call("GET", f"/sessions/{session.id}/status").status_code == 404
    assert [words[0] for words in world.rooms.told] == ["end", "forget"]


def test_screen_in_three_forms(world):
    session, alice = world.session("alice"), world.script("alice")
    place = f"/sessions/{session.id}/screen"
    text = alice.call("GET", place + "?scrollback=7")
    assert (text.text, text.headers["Holdfast-Offset"], text.mimetype) == ("hello\nworld", "11", "text/plain")
    assert alice.call("GET", place + "?format=ansi").data == b"\x1b[1mhello\x1b[m"
    cells = alice.call("GET", place + "?format=json").json
    assert cells["lines"][0] == {
        "text": "hello",
        "wrapped": False,
        "runs": [{"text": "hello", "style": {"bold": True}}],
    }
    assert cells["cursor"] == {"row": 1, "col": 5, "visible": True}
    for bad in ("format=png", "scrollback=-1", "scrollback=x"):
        assert alice.call("GET", f"{place}?{bad}").status_code == 422
    assert world.rooms.told[0] == ("screen", session.id, 7)


def test_output_says_where_it_is(world):
    session, alice = world.session("alice"), world.script("alice")
    piece = alice.call("GET", f"/sessions/{session.id}/output?offset=3&limit=4")
    assert piece.data == b"3456"
    assert [piece.headers[f"Holdfast-{name}"] for name in ("Offset", "Next-Offset", "Head")] == [
        "3",
        "7",
        "10",
    ]
    assert piece.mimetype == "application/octet-stream"
    for bad in ("offset=-1", "offset=99999999999999999999", "limit=0", "offset=1e3"):
        assert alice.call("GET", f"/sessions/{session.id}/output?{bad}").status_code == 422
