"""Health for anybody, figures for those who run the server."""

from app.models import base


def test_alive_and_ready(world):
    nobody = world.browser()
    assert nobody.get("/livez").text == "ok\n"
    assert nobody.get("/readyz").json == {"database": "ok", "keeper": "ok"}


def test_not_ready_says_what_is_missing(world, monkeypatch):
    world.rooms.keeper_connected = False
    answer = world.browser().get("/readyz")
    assert (answer.status_code, answer.json["keeper"]) == (503, "out of reach")
    monkeypatch.setattr(base, "reachable", lambda: False)
    assert world.browser().get("/readyz").json["database"] == "out of reach"
    assert world.browser().get("/livez").status_code == 200


def test_figures_for_this_machine_and_for_admins_only(world):
    away = {"REMOTE_ADDR": "203.0.113.9"}
    world.session("alice", name="secret-project")
    near = world.browser().get("/metrics")
    assert near.status_code == 200
    assert near.content_type.startswith("text/plain; version=0.0.4")
    assert "holdfast_sessions_running 3.0" in near.text and "holdfast_keeper_connected 1.0" in near.text
    assert "secret-project" not in near.text and "alice" not in near.text
    assert world.browser().get("/metrics", environ_overrides=away).status_code == 401
    through_proxy = world.browser().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert through_proxy.status_code == 401
    bearer = {name: {"Authorization": f"Bearer {world.script(name).token}"} for name in ("alice", "bob")}
    assert world.browser().get("/metrics", headers=bearer["bob"], environ_overrides=away).status_code == 403
    assert world.browser().get("/metrics", headers=bearer["alice"], environ_overrides=away).status_code == 200


def test_requests_are_counted_by_route_not_by_id(world):
    script = world.script("alice")
    session = world.session("alice")
    script.call("GET", f"/sessions/{session.id}/status")
    text = world.browser().get("/metrics").text
    assert 'route="/api/v1/sessions/<id>/status",status="200"} 1.0' in text
    assert session.id not in text
