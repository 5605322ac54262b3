"""Sign-in at an OpenID provider in a real server, whose network is green."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import requests

from tests.support.server import Server
from tests.web.test_provider import Provider


def test_a_provider_signs_in_at_a_real_server(tmp_path):
    provider, secret = Provider(), tmp_path / "secret"
    secret.write_text("s3cret-of-the-client")
    # By name, so that one is looked up.
    provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")
    settings = {"ISSUER": provider.issuer, "CLIENT_ID": "holdfast", "SECRET_FILE": str(secret)}
    server = Server(tmp_path / "data", **{f"HOLDFAST_OIDC_{name}": value for name, value in settings.items()}).start()
    try:
        server.user("bob")
        with requests.Session() as browser:
            browser.trust_env = False
            away = browser.get(f"{server.url}/login/provider?next=/account", allow_redirects=False, timeout=30)
            assert away.status_code == 302, away.text
            provider.asked = dict(parse_qsl(urlsplit(away.headers["Location"]).query))
            answer = {"code": "right", "state": provider.asked["state"]}
            back = browser.get(f"{server.url}/login/provider/back", params=answer, allow_redirects=False, timeout=30)
            assert (back.status_code, back.headers.get("Location")) == (303, "/account"), back.text
            assert browser.get(f"{server.url}/api/v1/logins", timeout=30).json()["logins"][0]["way"] == "provider"
        log = "".join(server.log)
        assert "Traceback" not in log and provider.asked["state"] not in log and "s3cret" not in log
    finally:
        server.close()
        provider.server.shutdown()
        provider.server.server_close()
