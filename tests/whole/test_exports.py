"""Notes and who typed in what leaves the server: the text with footnotes, the recording with markers."""

from __future__ import annotations

import json

from tests.whole.test_sharing import give


def test_notes_are_in_the_text_and_in_the_recording(server):
    server.user("bob")
    api, bob = server.api("alice"), server.api("bob")
    program = "for i in 1 2 3 4 5; do echo line-$i-é漢; done; exec cat"
    session = api.start(["bash", "-c", program], name="the show")["id"]
    give(server, session, "writer", user="bob")
    while b"line-5-" not in api.output(session):
        pass
    for up, text in ((3, "on three\nin two lines"), (5, "on one")):
        assert api.post(f"/sessions/{session}/annotations", {"text": text, "up": up}).status_code == 201
    for one, text in ((api, "by alice\n"), (bob, "by bob\n"), (bob, "again\n")):
        before = len(api.output(session))
        assert one.post(f"/sessions/{session}/input", {"data": text}).status_code == 204
        while len(api.output(session)) < before + 2 * len(text):
            pass
    assert api.call("POST", f"/sessions/{session}/resize", json={"rows": 10, "cols": 40}).status_code == 204

    def download(**ask) -> str:
        answer = api.get(f"/sessions/{session}/download", params=ask)
        assert answer.status_code == 200, answer.text
        return answer.content.decode()

    plain, noted = download(format="text"), download(format="text", annotations="true")
    assert "[1]" not in plain and plain.startswith("line-1-é漢\nline-2-é漢\n")
    assert noted.startswith("line-1-é漢 [1]\nline-2-é漢\nline-3-é漢 [2]\nline-4-")
    tail = noted.splitlines()[-3:]
    assert tail[0].startswith("[1] alice, 2") and tail[0].endswith("Z: on one")
    assert tail[1].endswith("Z: on three") and tail[2] == "    in two lines"
    lines = [json.loads(line) for line in download(format="asciicast").splitlines()]
    header, events = lines[0], lines[1:]
    assert (header["version"], header["width"], header["height"], header["title"]) == (2, 80, 24, "the show")
    assert "".join(data for _, kind, data in events if kind == "o").encode() == api.output(session)
    times = [time for time, _, _ in events]
    assert times == sorted(times) and times[0] >= 0
    assert [data for _, kind, data in events if kind == "r"] == ["40x10"]
    marks = [data for _, kind, data in events if kind == "m"]
    assert marks == ["alice: on one", "alice: on three\nin two lines", "typed by alice", "typed by bob"]
    three = next(n for n, event in enumerate(events) if event[2].startswith("alice: on three"))
    assert events[three - 1][2].endswith("line-2-é漢\r\n") and events[three + 1][2].startswith("line-3-")
