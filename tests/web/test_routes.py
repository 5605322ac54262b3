"""The table of routes: each is gated and described; what does not exist says so."""

import re

import pytest

from app.permissions import NEEDS
from app.web.openapi import description
from app.web.routes import ADMIN_BROWSER, API, EVERY_NEED, NOTHING, ROUTES
from tests.web.conftest import ROOT

# The contract, method and path. Adding is fine, dropping is not.
CONTRACT = """
GET /            GET /login       POST /login      POST /logout     GET /sessions/{id}
GET /livez       GET /readyz      GET /metrics     GET /api/v1/openapi.json
GET /api/v1/sessions              POST /api/v1/sessions             GET /api/v1/sessions/{id}/status
PATCH /api/v1/sessions/{id}       DELETE /api/v1/sessions/{id}      POST /api/v1/sessions/{id}/input
POST /api/v1/sessions/{id}/resize                                   POST /api/v1/sessions/{id}/signal
GET /api/v1/sessions/{id}/screen  GET /api/v1/sessions/{id}/output
"""
OPEN_TO_ALL = {
    "/login", "/login/code", "/login/provider", "/login/provider/back", "/reset/<secret>",
    "/api/v1/passkeys/sign-in", "/api/v1/passkeys/sign-in/options",
    "/logout", "/language", "/setup/<secret>", "/livez", "/readyz", "/api/v1/openapi.json",
    "/words/<language>", "/manifest.webmanifest", "/service-worker.js", "/offline/<language>",
    "/s/<secret>", "/shared/<number:number>",
}  # fmt: skip


def test_every_route_of_the_server_has_a_need(world):
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint != "static":
            assert world.app.view_functions[rule.endpoint].need in EVERY_NEED, rule


def test_only_what_must_be_is_open_to_all():
    assert {row.path for row in ROUTES if row.need == NOTHING} == OPEN_TO_ALL


def test_whoever_names_a_session_needs_a_role_in_it():
    """But for the one way to give oneself a role."""
    for row in ROUTES:
        if row.path.endswith("<id>/break-glass"):
            assert row.need == ADMIN_BROWSER and row.fresh
            continue
        assert (row.need in NEEDS) == ("<id>" in row.path) == ("session" in row.takes), row.path


def test_every_route_is_described(world):
    described = {f"{method.upper()} {path}" for path, item in description()["paths"].items() for method in item}
    served = set()
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint != "static":
            path = re.sub(r"<(?:[^<>:]+:)?([a-z]+)>", r"{\1}", rule.rule)
            served |= {f"{method} {path}" for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert described == served
    assert set(re.findall(r"[A-Z]+ \S+", CONTRACT)) <= described


def test_whatever_the_matrix_found_is_described():
    paths = description()["paths"]
    rows = (ROOT / "tests" / "security" / "matrix-routes.txt").read_text().splitlines()[1:]
    for row in rows:
        method, path, *cells = row.split()
        known = paths[re.sub(r"<([a-z]+)>", r"{\1}", path)][method.lower()]["responses"]
        found = {"302" if cell == "login" else cell.removesuffix("+") for cell in cells}
        assert found <= set(known), f"{method} {path}"


def test_the_description_holds_together(world):
    whole = world.browser().get(f"{API}/openapi.json").json
    names = set(whole["components"]["schemas"])
    refs = set(re.findall(r"'#/components/schemas/([^']+)'", str(whole)))
    assert refs <= names
    ids = [one["operationId"] for item in whole["paths"].values() for one in item.values()]
    assert len(ids) == len(set(ids))
    assert all(one["summary"] for item in whole["paths"].values() for one in item.values())
    start = whole["components"]["schemas"]["NewSession"]
    assert start["properties"]["rows"]["maximum"] == 1000
    assert start["additionalProperties"] is False


@pytest.mark.parametrize("row", [row for row in ROUTES if row.need != NOTHING], ids=lambda row: row.name)
def test_a_stranger_gets_nowhere(world, row):
    path = row.path.replace("<id>", world.session("alice").id)
    path = re.sub(r"<[^>]+>", "1", path)
    stranger = world.browser()
    answer = stranger.open(path, method=row.method, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert answer.status_code == (302 if row.page else 401), row.path
    bad = {"Authorization": "Bearer hf_" + "x" * 43}
    wrong = stranger.open(path, method=row.method, headers=bad, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert wrong.status_code == 401
    assert world.rooms.told == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/sessions", 405), ("GET", "/api/v1", 404),
     ("DELETE", f"/api/v1/passkeys/{10**18}", 404),
     ("POST", "/livez", 405), ("GET", "/nothing", 404), ("TRACE", "/api/v1/sessions", 405)],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(world, method, path, status):
    answer = world.script("alice").open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status


def test_people_get_a_page_and_programs_get_json(world):
    browser = world.browser("alice")
    page = browser.get("/sessions/aaaaaaaaaaaa", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert browser.get("/sessions/aaaaaaaaaaaa").mimetype == "application/problem+json"


def test_an_unexpected_error_is_logged_and_tells_nothing(world, caplog):
    world.rooms.refuses = RuntimeError("the secret inside")
    session = world.session("alice")
    answer = world.script("alice").call("POST", f"/sessions/{session.id}/resize", json={"rows": 1, "cols": 1})
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "the secret inside" not in answer.text and "the secret inside" in caplog.text


def test_the_pages_show_the_same_json_as_the_api(world):
    session = world.session("alice", name="my job")
    browser = world.browser("alice")
    assert session.id in browser.get("/").text
    assert "my job" in browser.get(f"/sessions/{session.id}").text
    assert world.browser("charlie").get(f"/sessions/{session.id}").status_code == 404
    assert session.id not in world.browser("charlie").get("/").text


def test_the_documentation_names_every_route():
    text = (ROOT / "docs/api.md").read_text()
    for row in ROUTES:
        path = re.sub(r"<(?:[^<>]*:)?([a-z]+)>", r"{\1}", row.path)
        assert f"`{row.method} {path}`" in text, row
