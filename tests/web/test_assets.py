"""What browsers may keep for good, and what never."""

from __future__ import annotations

import gzip
import re
import shutil

import pytest
from flask import Flask

from app.web import assets
from tests.web.conftest import ROOT

SCRIPT = "js/main.js"


@pytest.fixture
def app(tmp_path):
    shutil.copytree(ROOT / "static/js", tmp_path / "static/js", copy_function=shutil.copyfile)
    shutil.copytree(ROOT / "static/icons", tmp_path / "static/icons", copy_function=shutil.copyfile)
    app = Flask("holdfast", root_path=str(tmp_path), static_folder="static")
    assets.register(app)
    return app


def address(app: Flask, name: str = SCRIPT) -> str:
    with app.test_request_context():
        return app.url_for("static", filename=name)


def test_an_address_names_a_version_and_is_kept_for_good(app):
    assert re.fullmatch(r"/static/v-[0-9a-f]{16}/js/main.js", address(app))
    answer = app.test_client().get(address(app))
    assert answer.data == (ROOT / "static" / SCRIPT).read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/javascript"
    assert address(app).split("/")[2] == address(app, "js/page.js").split("/")[2], "what one imports is of its version"


def test_text_is_squeezed_for_those_who_can_take_it_and_pictures_never(app):
    client = app.test_client()
    answer = client.get(address(app), headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data) == (ROOT / "static" / SCRIPT).read_bytes()
    picture = client.get(address(app, "icons/app-192.png"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in picture.headers
    assert picture.data == (ROOT / "static/icons/app-192.png").read_bytes()


def test_another_version_is_served_and_never_kept(app):
    """A page that was open before an upgrade asks with its old version; what it gets is the new one's."""
    for name in (f"v-{'0' * 16}/{SCRIPT}", SCRIPT):
        answer = app.test_client().get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache" and "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("change", ["edited", "added"])
def test_a_changed_file_has_another_address_at_once(app, tmp_path, change):
    """Also while the server runs: an upgrade in place must not be kept under the old version."""
    before, client = address(app), app.test_client()
    client.get(before, headers={"Accept-Encoding": "gzip"})
    (tmp_path / "static" / (SCRIPT if change == "edited" else "js/new.js")).write_text("// another")
    if change == "edited":
        old = client.get(before, headers={"Accept-Encoding": "gzip"})
        assert old.data == b"// another" and old.headers["Cache-Control"] == "no-cache"
    after = address(app)
    assert after != before
    assert client.get(before).headers["Cache-Control"] == "no-cache"
    now = client.get(after, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in now.headers["Cache-Control"]
    assert gzip.decompress(now.data) == (tmp_path / "static" / SCRIPT).read_bytes()


@pytest.mark.parametrize("name", ["../wsgi.py", "%2e%2e/wsgi.py", "js/../../wsgi.py", "", "js/", "js/nothing.js"])
def test_nothing_outside_is_served(app, name):
    version = address(app).split("/")[2]
    assert app.test_client().get(f"/static/{version}/{name}").status_code == 404


def test_a_file_that_went_away_under_a_running_server_is_not_found(app, tmp_path):
    before = address(app)
    (tmp_path / "static" / SCRIPT).unlink()
    assert app.test_client().get(before).status_code == 404
