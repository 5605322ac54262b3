"""Whatever is sent to the API, it is an answer below 500, and for whom it is not, nothing happens."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.web.routes import ADMIN_BROWSER, API, ROUTES

JSON = {"Content-Type": "application/json"}
SCALARS = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
ANYTHING = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
FIELDS = "name command cwd env rows cols tags data signal current new forget q tag state format scrollback offset limit"
BODIES = some.dictionaries(some.sampled_from(FIELDS.split()), ANYTHING, max_size=5) | ANYTHING
QUERIES = some.dictionaries(some.sampled_from(FIELDS.split()), some.text(max_size=12), max_size=3)
ROWS = [row for row in ROUTES if row.path.startswith(API) and "password" not in row.path]
LIMITS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@given(some.sampled_from(ROWS), BODIES, QUERIES, some.text(max_size=14))
@LIMITS
@pytest.mark.timeout(300)
def test_anything(world, row, body, query, wild):
    mine, theirs = world.session("alice"), world.session("bob")
    script = world.script("alice")
    for target in (mine.id, theirs.id, wild):
        path = re.sub(r"<int[^>]+>", "1", row.path).replace("<id>", quote(target, safe="") or "x")
        told = len(world.rooms.told)
        answer = script.open(
            path,
            method=row.method,
            data=json.dumps(body).encode(),
            query_string=query,
            headers=JSON | {"Authorization": f"Bearer {script.token}"},
        )
        assert answer.status_code < 500, (answer.status_code, row.method, path)
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
        if "<id>" in row.path and target != mine.id:
            refused = (404, 405, 308, 401, 403) if row.need == ADMIN_BROWSER else (404, 405, 308, 401)
            assert answer.status_code in refused and len(world.rooms.told) == told


@given(some.binary(max_size=60))
@LIMITS
def test_bytes_that_are_no_json(world, raw):
    answer = world.script("alice").call("POST", "/sessions", data=raw, headers=JSON)
    assert answer.status_code in ((201,) if not raw else (201, 400, 422))


@given(some.text(some.characters(exclude_characters="\r\n\0", max_codepoint=255), max_size=40))
@LIMITS
def test_any_authorization_and_cookie(world, value):
    stranger = world.browser()
    for headers in ({"Authorization": value}, {"Cookie": f"holdfast_login_8000={value}"}):
        assert stranger.get(API + "/sessions", headers=headers).status_code == 401
