"""What a real session uses, in its status, its processes and its series."""

from tests.browser.people import eventually


def test_lines_input_and_the_foreground_command_survive_a_restart(killable):
    server = killable
    api = server.api("alice")
    session = api.start(["bash", "--norc", "-i"])["id"]
    api.post(f"/sessions/{session}/input", {"data": "seq 1000; sleep 4321\r"})
    eventually(lambda: api.status(session)["foreground"] == "sleep")
    before = api.status(session)
    assert before["output_lines"] == api.output(session).count(b"\n") >= 1000
    assert before["input_bytes"] == len("seq 1000; sleep 4321\r")
    assert before["output_rate"] > 0
    tree = api.get(f"/sessions/{session}/processes").json()
    shell, sleep = tree["processes"]
    assert (shell["name"], shell["parent"], shell["foreground"]) == ("bash", None, False)
    assert (sleep["name"], sleep["parent"], sleep["foreground"]) == ("sleep", shell["pid"], True)
    assert sleep["arguments"] == "sleep 4321" and tree["foreground"] == "sleep"
    server.restart()
    # The keeper says at once how far the output goes; its lines are counted as they are read again.
    eventually(lambda: api.status(session)["output_lines"] == before["output_lines"])
    assert api.status(session)["output_bytes"] == before["output_bytes"]


def test_a_busy_session_gets_samples_and_an_ended_one_keeps_its_counts(server):
    api = server.api("alice")
    session = api.start(["sh", "-c", "seq 500; read x; seq 7"])["id"]
    eventually(lambda: api.status(session)["output_lines"] == 500)
    def sampled():
        return any(api.get(f"/sessions/{session}/stats").json()["memory_bytes"])
    eventually(sampled)
    assert any(api.get("/machine").json()["series"]["memory_bytes"])
    api.post(f"/sessions/{session}/input", {"data": "\r"})
    eventually(lambda: api.status(session)["state"] == "ended")
    assert api.status(session)["output_lines"] == api.output(session).count(b"\n")


def test_nobody_sees_another_ones_figures(server):
    session = server.api("alice").start(["cat"])["id"]
    for path in (f"/sessions/{session}/stats", f"/sessions/{session}/processes"):
        assert server.api("charlie").get(path).status_code == 404
    assert server.api("charlie").get(f"/stats?sessions={session}").json()["sessions"] == {}
