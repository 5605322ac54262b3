"""What an account chose: bounded, its own, and spoken by its pages."""

import json
import re

import pytest


def test_chosen_once_the_same_on_every_device(world):
    alice = world.script("alice")
    assert alice.call("GET", "/preferences").json == {}
    assert alice.call("PATCH", "/preferences", {"language": "zh"}).json == {"language": "zh"}
    page = world.browser("alice").get("/", headers={"Accept": "text/html"}).text
    assert '<html lang="zh">' in page and "会话" in page
    shown = re.search(r'id="preferences-data"[^>]*>([^<]+)<', page)[1]
    assert json.loads(shown) == {"language": "zh"}
    assert world.script("bob").call("GET", "/preferences").json == {}, "each account its own"
    assert alice.call("PATCH", "/preferences", {"language": None}).json == {}, "back to the default"


@pytest.mark.parametrize("body", [{"language": "xx"}, {"language": 3}, {"nonsense": 1}, {"language": "zh", "other": 1}])
def test_what_no_preference_is_changes_nothing(world, body):
    alice = world.script("alice")
    alice.call("PATCH", "/preferences", {"language": "en"})
    answer = alice.call("PATCH", "/preferences", body)
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] in ("language", "nonsense", "other")
    assert alice.call("GET", "/preferences").json == {"language": "en"}


@pytest.mark.parametrize(
    ("asked", "spoken"), [("zh-CN,zh;q=0.9", "zh"), ("fr", "en"), ("", "en"), ("en;q=0.3,zh;q=0.8", "zh")]
)
def test_without_a_choice_the_browser_s_language(world, asked, spoken):
    page = world.browser().get("/login", headers={"Accept": "text/html", "Accept-Language": asked}).text
    assert f'<html lang="{spoken}">' in page


def test_the_catalogue_is_a_module(world):
    answer = world.browser().get("/words/zh")
    assert answer.mimetype == "text/javascript" and '"Sessions": "会话"' in answer.text
    assert world.browser().get("/words/zh", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for other in ("en", "xx", ".."):
        assert world.browser().get(f"/words/{other}").status_code == 404
