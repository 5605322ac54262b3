"""Whoever loses the right to type is not heard any more once the call returns, and hears nothing a second later: while
everybody floods, over open sockets, with one web process and with two.

The proof is in the order of the program's input: after each call the owner types a mark; no byte of whoever was put
out may stand behind it, and whoever was put out a second before may not hear it. `TRIES=200` for all of them; fewer by
default, to be fast."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests

from tests.security.flooder import Flooder
from tests.support.server import Api, Server
from tests.whole.test_revoked import cookie_of, signed_in

TRIES = int(os.environ.get("TRIES", "16"))
# Who floods together, in the order in which they are put out; a lock and a pause are for all who are left.
ROUND = ("link", "lobby", "downgrade", "take", "logout", "disable", "kick", "expiry", "lock", "pause")
SERVERS = 2
# Its guest has to come in and type before, however busy the machine is.
LINK_SECONDS = 5
# Output may leave for so long after the call: what was typed later nobody who is out may hear, however late it reads.
OUTPUT_SECONDS = 1.0
ECHO = "stty raw -echo; echo ready; exec cat"


@dataclass
class Try:
    """`out` takes the right away, and returns when the server has said that it is done."""

    flooder: Flooder
    out: Callable[[], object]
    mark: str
    watches: bool = False  # it may still watch
    returned: float = 0.0  # and only then the owner typed the mark


@pytest.fixture(scope="module", params=[1, 2], ids=["one-process", "two-processes"])
def crowd(request, tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("data"), HOLDFAST_WORKERS=str(request.param))
    try:
        yield Crowd(server.start())
    finally:
        server.close()


class Crowd:
    def __init__(self, server: Server) -> None:
        self.server = server
        server.user("root", admin=True)
        self.admin = signed_in(server, "root")
        self.api = server.api("owner")
        self.beside = self.api.start(["cat"])["id"]

    def session(self) -> str:
        session = self.api.start(["bash", "-c", ECHO])["id"]
        while b"ready" not in self.api.output(session):
            pass
        return session

    def done(self, method: str, path: str, **body) -> None:
        answer = self.api.call(method, path, **({"json": body} if body else {}))
        assert answer.status_code in (200, 204), answer.text

    def guest(self, session: str, word: str, **wanted) -> tuple[Flooder, dict]:
        made = self.api.post(f"/sessions/{session}/links", {"role": "writer", **wanted}).json()
        http = requests.Session()
        http.trust_env = False
        page = http.get(made["url"], timeout=10)
        assert page.ok
        if made["asks"]:
            token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
            assert http.post(made["url"], data={"csrf_token": token}, timeout=10).ok
            (asks,) = self.api.get(f"/sessions/{session}/lobby").json()["waiting"]
            self.done("PUT", f"/sessions/{session}/lobby/{asks['guest']}", role="writer")
        cookie = "; ".join(f"{c.name}={c.value}" for c in http.cookies)
        return Flooder(self.server.url, session, word, cookie, {"link": made["id"]}), made

    def member(self, session: str, word: str, name: str) -> tuple[Flooder, dict]:
        token = self.server.user(name)
        grant = self.api.post(f"/sessions/{session}/grants", {"user": name, "role": "writer"}).json()
        return Flooder(self.server.url, session, word, auth={"token": token}), grant

    def signed_in(self, session: str, word: str, name: str) -> tuple[Flooder, Callable[[], object]]:
        http = signed_in(self.server, name)
        self.api.post(f"/sessions/{session}/grants", {"user": name, "role": "writer"})

        def out() -> None:
            form = {"csrf_token": http.headers["X-CSRFToken"]}
            answer = http.post(f"{self.server.url}/logout", data=form, timeout=20)
            assert answer.ok, answer.text

        return Flooder(self.server.url, session, word, cookie_of(http)), out

    def attempt(self, session: str, kind: str, number: int) -> Try:
        word, name, place = f"{kind}{number}", kind, f"/sessions/{session}"
        mark = f"[{word}]"
        if kind == "logout":
            flooder, out = self.signed_in(session, word, name)
            return Try(flooder, out, mark)
        if kind in ("link", "lobby", "expiry", "lock", "pause"):
            wanted = {"expiry": {"expires_seconds": LINK_SECONDS}, "lobby": {"asks": True}}
            flooder, made = self.guest(session, word, **wanted.get(kind, {}))
            ends = time.time() + LINK_SECONDS
            outs = {
                "link": lambda: self.done("DELETE", f"{place}/links/{made['id']}"),
                "lobby": lambda: self.kick(session, link=made["id"]),
                "expiry": lambda: self.pass_until(ends),
                "lock": lambda: self.done("PATCH", f"{place}/sharing", locked=True),
                "pause": lambda: self.done("PATCH", f"{place}/sharing", paused=True),
            }
            return Try(flooder, outs[kind], mark, watches=kind == "lock")
        flooder, grant = self.member(session, word, name)
        outs = {
            "downgrade": lambda: self.done("PATCH", f"{place}/grants/{grant['id']}", role="viewer"),
            "take": lambda: self.done("DELETE", f"{place}/grants/{grant['id']}"),
            "kick": lambda: self.kick(session, name),
            "disable": lambda: self.disable(name, True),
        }
        return Try(flooder, outs[kind], mark, watches=kind == "downgrade")

    def pass_until(self, moment: float) -> None:
        """No call ends a link that expires, so what was typed before may be on its way from one process when the mark
        leaves another: a call about a session beside returns when the keeper has read what all have sent."""
        time.sleep(max(0.0, moment - time.time()))
        made = self.api.post(f"/sessions/{self.beside}/links", {"role": "viewer"}).json()
        self.done("DELETE", f"/sessions/{self.beside}/links/{made['id']}")

    def disable(self, name: str, on: bool) -> None:
        answer = self.admin.patch(f"{self.server.url}/api/v1/accounts/{name}", json={"disabled": on}, timeout=20)
        assert answer.status_code == 200, answer.text

    def kick(self, session: str, name: str = "", link: int = 0) -> None:
        here = self.api.get(f"/sessions/{session}/sharing").json()["here"]
        viewer = next(one["viewer"] for one in here if one["user"] == name or link and one["link"] == link)
        self.done("DELETE", f"/sessions/{session}/viewers/{viewer}")


class Output:
    """A session's output, of which only what is new is asked for: it grows by a hundred kilobytes a second."""

    def __init__(self, api: Api, session: str) -> None:
        self.api, self.session, self.whole = api, session, b""

    def now(self) -> bytes:
        self.whole += self.api.output(self.session, len(self.whole))
        return self.whole


def wait(what: Callable[[], object], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "did not happen"
        time.sleep(0.005)


def test_nobody_is_heard_who_was_put_out(crowd):
    for _ in range(max(1, -(-TRIES // SERVERS // len(ROUND)))):
        one_round(crowd)


def one_round(crowd: Crowd) -> None:
    session = crowd.session()
    # Heard to the end: so the silence of the others is not that of a server which hears nobody.
    steady = Flooder(crowd.server.url, session, "steady", auth={"token": crowd.server.user("owner")})
    tries = [crowd.attempt(session, kind, number) for number, kind in enumerate(ROUND)]
    typed = Output(crowd.api, session)
    wait(lambda: all(f"<{one.flooder.word}.".encode() in typed.now() for one in tries))
    for one in tries:
        one.out()
        one.returned = time.monotonic()
        crowd.done("POST", f"/sessions/{session}/input", data=one.mark)
    time.sleep(OUTPUT_SECONDS * 1.2)  # they go on typing: whatever gets in now is seen below
    last = time.monotonic()
    crowd.done("POST", f"/sessions/{session}/input", data="[end]")
    wait(lambda: b"[end]" in typed.now() and steady.heard_at > last)
    steady.close()
    output = typed.now()
    assert steady.word.encode() in output.rpartition(tries[-1].mark.encode())[2]
    assert tries[0].mark.encode() in steady.heard, "who is in hears the marks"
    for one in tries:
        one.flooder.close()
        behind = output.rpartition(one.mark.encode())[2]
        assert f"<{one.flooder.word}.".encode() not in behind, f"{one.mark}: heard after the call returned"
        late = [other.mark for other in tries if other.returned >= one.returned + OUTPUT_SECONDS] + ["[end]"]
        heard = [mark for mark in late if mark.encode() in one.flooder.heard]
        assert one.watches or not heard, f"{one.mark}: hears too long: {heard}"
    crowd.disable("disable", False)
    crowd.done("DELETE", f"/sessions/{session}")


def test_a_slow_request_types_nothing_after_its_sender_was_put_out(server):
    """Its body began before, and ends after."""
    owner, token = server.api("owner"), server.user("member")
    session = owner.start(["bash", "-c", ECHO])["id"]
    grant = owner.post(f"/sessions/{session}/grants", {"user": "member", "role": "writer"}).json()
    body = b'{"data": "too late"}'
    head = (
        f"POST /api/v1/sessions/{session}/input HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as slow:
        slow.sendall(head.encode() + body[:8])
        # Its request has begun once another one behind it was answered.
        assert owner.get(f"/sessions/{session}/status").ok
        assert owner.call("DELETE", f"/sessions/{session}/grants/{grant['id']}").status_code == 204
        slow.sendall(body[8:])
        assert b" 404 " in slow.recv(4096).partition(b"\r\n")[0]
    assert owner.post(f"/sessions/{session}/input", {"data": "[end]"}).status_code == 204
    wait(lambda: b"[end]" in owner.output(session))
    assert b"too late" not in owner.output(session)
