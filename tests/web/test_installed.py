"""What makes an app of the pages: manifest, service worker, offline page."""

import json
import re
import subprocess

import pytest

from tests.web.conftest import ROOT


def test_the_manifest_is_in_the_readers_language_and_its_files_are_there(world):
    answer = world.browser().get("/manifest.webmanifest", headers={"Accept-Language": "zh-CN"})
    assert answer.mimetype == "application/manifest+json" and "no-cache" in answer.headers["Cache-Control"]
    manifest = answer.json
    assert (manifest["start_url"], manifest["display"], manifest["lang"]) == ("/", "standalone", "zh")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert world.browser().get(icon["src"]).mimetype == icon["type"]
    assert 'rel="manifest" href="/manifest.webmanifest"' in world.browser().get("/login").text


def test_the_worker_is_checked_each_time_and_changes_with_what_it_keeps(world, monkeypatch):
    browser = world.browser()
    first = browser.get("/service-worker.js")
    assert first.mimetype == "text/javascript" and first.headers["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in first.headers["Content-Security-Policy"]
    again = browser.get("/service-worker.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    loader = world.app.jinja_env.loader
    source = loader.get_source

    def edited(environment, name):
        text, *rest = source(environment, name)
        return (text + "<!-- new -->" if name == "offline.html" else text, *rest)

    monkeypatch.setattr(loader, "get_source", edited)
    assert browser.get("/service-worker.js", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_offline_page_brings_everything_along(world, language):
    answer = world.browser("alice").get(f"/offline/{language}", headers={"Accept": "text/html"})
    assert f'<html lang="{language}">' in answer.text and "alice" not in answer.text
    assert not re.search(r"(?:src|href)=.[^\"'>]+[\"']|@import|url\(", answer.text), "it loads nothing"


def test_there_is_no_offline_page_in_other_languages(world):
    assert world.browser().get("/offline/xx").status_code == 404


def test_the_server_takes_just_the_keys_that_the_page_offers(world):
    alice = world.script("alice")
    script = "import('./static/js/helpers/keys.js').then((keys) => console.log(JSON.stringify(keys.CATALOGUE)))"
    catalogue = json.loads(subprocess.run(["node", "-e", script], cwd=ROOT, capture_output=True, check=True).stdout)
    taken = catalogue[:38] + ["text:git status\n", "text:\u4e2d"]
    assert alice.call("PATCH", "/preferences", {"key_bar": taken}).json == {"key_bar": taken}
    assert alice.call("PATCH", "/preferences", {"key_bar": catalogue[38:]}).status_code == 200
    for bad in ([*taken, "esc"], ["nonsense"], ["text:"], ["text:" + "x" * 201], ["text:\x1b[A"], ["ctrl-q"], "esc"):
        assert alice.call("PATCH", "/preferences", {"key_bar": bad}).status_code == 422, bad
    assert alice.call("PATCH", "/preferences", {"composing": "sometimes"}).status_code == 422
