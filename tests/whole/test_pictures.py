"""Pictures through a real server: for whoever may watch, also after a restart."""

from __future__ import annotations

from tests.support.pictures import RED, inline, png, sixel
from tests.support.viewer import Viewer
from tests.whole.test_sharing import GuestBrowser, link

NONE = "No picture that you may see begins there."
# Noise does not pack: several parts.
LARGE = png(300, 300, RED) + bytes(range(256)) * 1000


def shown(server, tmp_path, *parts: bytes) -> str:
    path = tmp_path / "shown"
    path.write_bytes(b"".join(parts))
    program = 'cat "$0"; while read more; do seq $more; echo "done $more"; done'
    session = server.api("alice").start(["bash", "-c", program, str(path)], rows=24, cols=80)["id"]
    watching = Viewer(server.url, server.user("alice"))
    watching.join(session)
    watching.wait(lambda v: "end" in server.api("alice").screen(session))
    watching.close()
    return session


def fetched(viewer: Viewer, offset: int) -> tuple[str, bytes]:
    data, size = b"", 1
    while len(data) < size:
        answer = viewer.call("picture", {"session": viewer.session, "offset": offset, "start": len(data)})
        if not answer["ok"]:
            assert answer["error"]["code"] == "not_found"
            return answer["error"]["message"], b""
        data, size = data + answer["data"], answer["size"]
    return answer["kind"], data


def test_whoever_comes_gets_the_same_cells_and_the_same_bytes(killable, tmp_path):
    server = killable
    # A terminal makes CR LF of every LF: there is none in pictures.
    session = shown(server, tmp_path, b"one", sixel(100, 60), inline(LARGE), b"end")
    second = 3 + len(sixel(100, 60))
    snapshots = []
    for restarted in (False, True):
        if restarted:
            server.restart()
        viewer = Viewer(server.url, server.user("alice"))
        snapshots.append(viewer.join(session)["snapshot"])
        assert fetched(viewer, 3) == ("image/x-sixel", sixel(100, 60)[8:-2])
        assert fetched(viewer, second) == ("image/png", LARGE)
        assert fetched(viewer, 4) == fetched(viewer, 10**9) == (NONE, b"")
        viewer.close()
    assert snapshots[0] == snapshots[1]
    assert b"holdfast-picture:3/2/3/100x60" in snapshots[0]
    assert f"holdfast-picture:{second}/14/0/300x300".encode() in snapshots[0]
    api = server.api("alice")
    for path in ("screen?format=ansi", "screen?format=json", "download?format=ansi", "download?format=text"):
        answer = api.get(f"/sessions/{session}/{path}")
        assert answer.status_code == 200 and b"end" in answer.content, path
        assert b"holdfast-picture" not in answer.content, path
    assert "holdfast-picture" in api.get(f"/sessions/{session}/history/rows?from=0&format=ansi").text


def test_a_link_from_now_on_shows_pictures_that_stand_there_and_those_to_come(server, tmp_path):
    session = shown(server, tmp_path, sixel(40, 40), b"\n" * 40, sixel(50, 50), b"end")
    gone, here = 0, len(sixel(40, 40)) + 80
    made = link(server, session, fresh=True)
    guest = GuestBrowser(server)
    guest.open(made["url"])
    viewer, _ = guest.connect(session)
    assert fetched(viewer, gone) == (NONE, b"")
    assert fetched(viewer, here)[0] == "image/x-sixel"
    assert server.api("alice").post(f"/sessions/{session}/input", {"data": "100\n"}).status_code == 204
    viewer.wait_output(b"done 100")
    assert fetched(viewer, here) == (NONE, b"")
    viewer.close()
