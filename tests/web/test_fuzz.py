"""What is no JSON, and any word for who somebody is: an answer below 500, and nothing happens. (What the routes'
description gives to try is in tests/security/test_fuzz_routes.py.)"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.web.routes import API

JSON = {"Content-Type": "application/json"}
LIMITS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@given(some.binary(max_size=60))
@LIMITS
@pytest.mark.timeout(300)
def test_bytes_that_are_no_json(world, raw):
    answer = world.script("alice").call("POST", "/sessions", data=raw, headers=JSON)
    assert answer.status_code in ((201,) if not raw else (201, 400, 422))


@given(some.text(some.characters(exclude_characters="\r\n\0", max_codepoint=255), max_size=40))
@LIMITS
@pytest.mark.timeout(300)
def test_any_authorization_and_cookie(world, value):
    stranger = world.browser()
    for headers in ({"Authorization": value}, {"Cookie": f"holdfast_login_8000={value}"}):
        assert stranger.get(API + "/sessions", headers=headers).status_code == 401
