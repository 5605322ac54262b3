"""Whatever is asked of the routes that /api/v1/openapi.json describes, the answer is one that it describes, and nobody
else notices. `FUZZ_SECONDS=300` goes on for so long with each way in; the requests are schemathesis's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.web import wiring  # noqa: F401  (fills the table)
from app.web.routes import ROUTES
from tests.security.fuzzed_calls import OTHER
from tests.support.server import ROOT
from tests.whole.test_revoked import cookie_of, signed_in

CONFIG = ROOT / "tests" / "security" / "schemathesis.toml"
SECONDS = int(os.environ.get("FUZZ_SECONDS", "8"))
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "what_is_not_yours_is_not_there",
)  # fmt: skip
# Not asked for, and why.
LEFT_OUT = {
    "pages_logout": "the login would be over",
    "accounts_login_revoke": "the login would be over",
    "accounts_login_revoke_others": "nothing of it is left to chance: tests/web/test_accounts.py",
    "tokens_token_revoke": "the token would be over",
}


def fuzzed(server, headers, foreign, directory):
    settings = {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.security.fuzzed_calls",
        "FUZZED_URL": server.url,
        "FUZZED_FOREIGN": foreign,
        "FUZZED_HEADERS": "\n".join(f"{name}: {value}" for name, value in headers.items()),
        "FUZZED_DIRECTORY": str(directory),
    }
    order = ["--config-file", str(CONFIG), "run", f"{server.url}/api/v1/openapi.json"]
    order += ["--max-time", str(SECONDS), "--checks", ",".join(CHECKS), "--continue-on-failure"]
    order += ["--generation-with-security-parameters", "false"]  # the way in is the headers', and nothing else
    order += ["--generation-database", "none", "--warnings", "off", "--no-color"]
    order += [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    order += [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    return subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *order],
        cwd=directory, env=os.environ | settings, capture_output=True, text=True, timeout=SECONDS + 60, check=False,
    )  # fmt: skip


def all_of(http, url, session):
    """What the other user has, but for what time alone changes."""
    paths = [f"/sessions/{session}/{part}" for part in ("sharing", "grants", "links", "chat", "commands", "look")]
    paths += ["/preferences", "/logins", "/tokens", "/passkeys", "/second-factor", "/audit"]
    found = {path: http.get(f"{url}/api/v1{path}", timeout=30).json() for path in paths}
    for login in found["/logins"]["logins"]:
        del login["last_seen_at"]
    status = http.get(f"{url}/api/v1/sessions/{session}/status", timeout=30).json()
    names = ("name", "tags", "group", "state", "rows", "cols", "viewers", "input_bytes", "output_bytes", "glass")
    return found | {name: status[name] for name in names}


@pytest.mark.parametrize("way", ["token", "login"])
def test_the_whole_description(server, way, tmp_path):
    """By a user with a token, and by an administrator in a browser."""
    assert set(LEFT_OUT) <= {row.name for row in ROUTES}
    foreign = server.api(OTHER).start(["cat"])["id"]
    other = signed_in(server, OTHER)
    before = all_of(other, server.url, foreign)
    if way == "token":
        headers = {"Authorization": f"Bearer {server.user('alice')}"}
    else:
        server.user("root", admin=True)
        login = signed_in(server, "root")
        headers = {"Cookie": cookie_of(login), "X-CSRFToken": login.headers["X-CSRFToken"]}
    ran = fuzzed(server, headers, foreign, tmp_path)
    print(ran.stdout, ran.stderr)
    assert ran.returncode == 0, "what schemathesis found stands above"
    assert not [line for line in server.log if "Traceback" in line], "".join(server.log[-200:])
    assert all_of(other, server.url, foreign) == before
    assert server.api(OTHER).output(foreign) == b"", "its program echoes what it is sent"
