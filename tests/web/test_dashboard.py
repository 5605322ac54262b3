"""What the dashboard stands on over HTTP: groups, looks, several at once. Charlie touches nothing of Alice's."""

import pytest


def test_a_group_is_given_filtered_by_changed_and_taken_away(world):
    alice = world.script("alice")
    made = alice.call("POST", "/sessions", {"name": "a", "group": " Shop ", "tags": ["x"]}).json
    alice.call("POST", "/sessions", {"name": "b"})
    assert made["group"] == "Shop"
    assert [one["name"] for one in alice.call("GET", "/sessions?group=Shop").json["sessions"]] == ["a"]
    assert [one["name"] for one in alice.call("GET", "/sessions?q=shop").json["sessions"]] == ["a"]
    path = f"/sessions/{made['id']}"
    assert alice.call("PATCH", path, {"group": "Bank"}).json["group"] == "Bank"
    assert alice.call("PATCH", path, {"name": "c"}).json["group"] == "Bank", "what is left out stays"
    assert alice.call("PATCH", path, {"group": ""}).json["group"] == ""


@pytest.mark.parametrize("group", ["x" * 41, "a\nb", "\x1b[31m", 3])
def test_a_group_that_is_none(world, group):
    answer = world.script("alice").call("POST", "/sessions", {"group": group})
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "group"


def test_a_look_is_each_account_s_own(world):
    alice, charlie = world.script("alice"), world.script("charlie")
    made = alice.call("POST", "/sessions", {}).json["id"]
    path = f"/sessions/{made}/look"
    assert alice.call("GET", "/sessions").json["looks"] == {}
    look = alice.call("PATCH", path, {"pinned": True}).json
    assert look == {"offset": 0, "bells": 0, "at": None, "pinned": True}
    seen = alice.call("PATCH", path, {"seen": True}).json
    assert seen["at"] and seen["pinned"], "what the other said stays"
    assert alice.call("GET", "/sessions").json["looks"] == {made: seen}
    assert charlie.call("PATCH", path, {"pinned": True}).status_code == 404
    assert charlie.call("GET", "/sessions").json["looks"] == {}
    for wrong in ({"seen": False}, {"pinned": 1}, {"offset": 9}):
        assert alice.call("PATCH", path, wrong).status_code == 422


def test_several_are_ended_or_forgotten_and_foreign_ones_are_left(world):
    alice, charlie = world.script("alice"), world.script("charlie")
    ids = [alice.call("POST", "/sessions", {}).json["id"] for _ in range(2)]
    theirs = charlie.call("POST", "/sessions", {}).json["id"]
    answer = alice.call("POST", "/sessions/end", {"ids": [*ids, theirs, "a" * 12]}).json
    assert sorted(answer["done"]) == sorted(ids)
    assert [one["id"] for one in answer["left"]] == [theirs, "a" * 12] and answer["left"][0]["detail"]
    assert alice.call("POST", "/sessions/end", {"ids": ids, "forget": True}).json["left"] == []
    assert alice.call("GET", "/sessions").json["sessions"] == []
    assert charlie.call("GET", f"/sessions/{theirs}/status").status_code == 200
    for wrong in ({}, {"ids": []}, {"ids": ["../x"]}, {"ids": ids * 251}):
        assert alice.call("POST", "/sessions/end", wrong).status_code == 422


def test_colours_and_folds_are_bounded(world):
    alice = world.script("alice")
    assert alice.call("PATCH", "/preferences", {"tag_colours": {"prod": "red"}}).status_code == 200
    for wrong in (
        {"tag_colours": {"prod": "url(x)"}},
        {"group_colours": {str(n): "red" for n in range(201)}},
        {"folded_groups": ["x" * 41]},
        {"dashboard_sort": "luck"},
    ):
        assert alice.call("PATCH", "/preferences", wrong).status_code == 422
    assert alice.call("GET", "/preferences").json == {"tag_colours": {"prod": "red"}}
