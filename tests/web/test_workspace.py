"""The layout of the workspace: bounded and whole, or refused; never written over unseen."""

import pytest


def leaf(session):
    return {"session": session}


def tab(root, focus="s0", name="t1"):
    return {"id": name, "focus": focus, "root": root}


def layout(*tabs, revision=1):
    return {"layout": {"revision": revision, "active": tabs[0]["id"] if tabs else None, "tabs": list(tabs)}}


def chain(count):
    node = leaf("s0")
    for number in range(1, count):
        node = {"way": "row", "ratio": 0.5, "first": leaf(f"s{number}"), "second": node}
    return node


def test_a_layout_comes_back_as_it_was_kept(world):
    alice = world.script("alice")
    assert alice.call("PATCH", "/preferences", layout(tab(chain(3)))).status_code == 200
    kept = alice.call("GET", "/preferences").json["layout"]
    assert kept["revision"] == 1 and kept["tabs"][0]["root"] == chain(3)
    assert "s0" in world.browser("alice").get("/workspace", headers={"Accept": "text/html"}).text
    assert world.script("bob").call("GET", "/preferences").json == {}


def test_who_has_not_seen_the_newest_is_told(world):
    alice = world.script("alice")
    assert alice.call("PATCH", "/preferences", layout(tab(leaf("s0")))).status_code == 200
    late = alice.call("PATCH", "/preferences", layout(tab(leaf("s1"), "s1")))
    assert late.status_code == 409 and "meanwhile" in late.json["detail"]
    assert alice.call("PATCH", "/preferences", layout(tab(leaf("s1"), "s1"), revision=2)).status_code == 200
    assert alice.call("PATCH", "/preferences", {"layout": None}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        layout(tab(chain(8))),  # too deep
        layout(tab(leaf("s0"), focus="elsewhere")),
        layout(tab(leaf("s0")), tab(leaf("s0"), name="t2")),  # a session twice
        layout(tab(leaf("s0")), tab(leaf("s1"), "s1")),  # a tab's id twice
        layout(tab(leaf("../etc"), "../etc")),
        layout(tab({"way": "row", "ratio": 2, "first": leaf("s0"), "second": leaf("s1")})),
        layout(tab({"way": "slant", "ratio": 0.5, "first": leaf("s0"), "second": leaf("s1")})),
        layout(*(tab(leaf(f"s{n}"), f"s{n}", f"t{n}") for n in range(21))),
        layout(tab(chain(300))),
        {"layout": {"revision": 0, "tabs": []}},
        {"layout": {"revision": 1, "active": "nobody", "tabs": [tab(leaf("s0"))]}},
        {"layout": {"revision": 1, "tabs": [], "more": 1}},
    ],
)
def test_what_is_no_layout_changes_nothing(world, wrong):
    alice = world.script("alice")
    answer = alice.call("PATCH", "/preferences", wrong)
    assert answer.status_code in (400, 422), answer.text
    assert "layout" not in alice.call("GET", "/preferences").json


def test_a_tab_has_at_most_a_dozen_panes(world):
    def grid(names):
        if len(names) == 1:
            return leaf(names[0])
        half = len(names) // 2
        return {"way": "row", "ratio": 0.5, "first": grid(names[:half]), "second": grid(names[half:])}

    alice = world.script("alice")
    for count, status in ((12, 200), (13, 422)):
        body = layout(tab(grid([f"s{n}" for n in range(count)])))
        assert alice.call("PATCH", "/preferences", body).status_code == status


def test_nobody_sees_a_workspace_without_signing_in(world):
    assert world.browser().get("/workspace", headers={"Accept": "text/html"}).status_code == 302
