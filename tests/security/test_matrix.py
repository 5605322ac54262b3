"""Every route and every event, for everybody. A route or an event without a row fails; so does a cell that differs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import requests
from socketio.exceptions import ConnectionError as NoConnection

from app.events import annotation, pictures, sessions, talk
from app.events.gate import TABLE
from app.live.views import OutputSlice
from app.models import lobby
from app.models.annotation import Annotation
from app.models.audit import Entry
from app.models.deed import Deed
from app.models.grant import Grant
from app.models.link import Link
from app.models.login import Login
from app.models.setup_link import SetupLink
from app.models.team import Team
from app.models.token import ApiToken
from app.models.user import User
from app.permissions import EDIT, END, KEPT_OUT, SHARE, VIEWER, WRITER
from app.web import logins
from app.web.routes import OCTETS, ROUTES, SIGNED_IN, Route
from app.web.throttle import Throttle
from tests.security.table import COLUMNS, compared
from tests.support.viewer import Viewer
from tests.web.conftest import PASSWORD, Browser, World

HERE = Path(__file__).parent
GIVEN = ("operator", "writer", "viewer")
REFUSED = {"401", "403", "404", "login"}
# What makes a request right, so that a refusal is one of who asks and not of what.
BODIES = {
    "POST /api/v1/sessions": {}, "POST /api/v1/sessions/<id>/input": {"data": "x"},
    "POST /api/v1/sessions/<id>/resize": {"rows": 10, "cols": 20},
    "POST /api/v1/sessions/<id>/signal": {"signal": "INT"},
    "POST /api/v1/sessions/<id>/grants": {"user": "charlie", "role": "viewer"},
    "PATCH /api/v1/sessions/<id>/sharing": {"locked": True},
    "POST /api/v1/password": {"current": PASSWORD, "new": PASSWORD},
    "POST /api/v1/accounts": {"name": "erin"}, "PATCH /api/v1/accounts/<name>": {"disabled": True},
    "POST /api/v1/teams": {"name": "crew"}, "POST /api/v1/sessions/<id>/chat": {"text": "hello"},
    "POST /api/v1/sessions/<id>/annotations": {"text": "hello"},
    "POST /api/v1/sessions/<id>/break-glass": {"reason": "looking for a leak"},
}  # fmt: skip
# What changes who somebody is.
SIGNS = ("/logout", "/login", "/api/v1/password")
NUMBER = re.compile("<number:number>")
QUERIES = {"/v1/stats": "?sessions=SESSION", "history/rows": "?from=0", "history/search": "?q=x"}


class NoCommands:
    """Of a shell that ran none, but for what one of them wrote."""

    def page(self, session, before, limit):
        return []

    def typists(self, session, ran):
        return []

    def at_prompt(self, session):
        return None

    def text(self, session, number):
        return None, OutputSlice(0, b"", 0, 0)

    ansi = output = text


class Cast:
    """Everybody, at the door of one session of the owner's; each cell of the matrix begins as if none was before."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.rooms.shares.remove = lambda session, viewer: world.rooms._note("remove", viewer)
        world.rooms.shares.lend = lambda session, viewer, on: world.rooms._note("lend", viewer, on)
        for name in ("owner", *GIVEN, "stranger", "revoked"):
            world.users[name] = User.register(name, PASSWORD)
        world.rooms.commands = NoCommands()
        self.browsers: dict[str, tuple[Browser, str]] = {}
        self.renew()

    def renew(self) -> None:
        self.session = session = self.world.session("owner")
        for name in (*GIVEN, "revoked"):
            Grant.give(session.id, name if name in GIVEN else WRITER, user=self.world.users[name])
        grant = next(one for one in Grant.of(session.id) if one.user.name == "revoked")
        assert Grant.take(session.id, grant.id)
        entry = Entry("session.join", session=session.id, owner_id=self.world.users["owner"].id)
        self.world.rooms.audit.note(entry, wait=True)
        self.browsers = {who: held for who, held in self.browsers.items() if "guest" not in who}

    def browser(self, who: str) -> tuple[Browser, str]:
        if who not in self.browsers:
            account = {"administrator": "alice", "anonymous": None}.get(who, who)
            browser = self.world.browser(None if "guest" in who else account)
            if "guest" in who:
                self.let_in(browser, who)
            self.browsers[who] = browser, browser.csrf("/login" if account is None or "guest" in who else "/account")
        return self.browsers[who]

    def let_in(self, browser: Browser, who: str) -> None:
        link, secret = Link.make(self.session.id, role=WRITER if who == "guest-writer" else VIEWER)
        assert browser.get(f"/s/{secret}").status_code == 303
        if who == "gone-guest":
            assert Link.revoke(self.session.id, link.id)
        self.links = {**getattr(self, "links", {}), who: link.id}

    def broken(self) -> int:
        facts = {"name": "dora", "role": VIEWER, "reason": "looking for a leak", "until": time.time() + 60}
        other = User.named("dora") or User.register("dora", PASSWORD, admin=True)
        self.session.change(glass={}).break_glass(other.id, facts)
        return other.id

    def note(self, user_id: int) -> int:
        facts = {"user_id": user_id, "author": "x", "guest": False, "offset": 0, "up": 0, "history": "0", "row": 0}
        return Annotation.add(self.session.id, lambda: True, **facts, line="", text="x").number

    def waits(self) -> int:
        return lobby.ask(Link.make(self.session.id, role=VIEWER, asks=True)[0].id, "", "")[0]

    def path(self, row: Route, who: str) -> str:
        """With ids that are there: those of the session, or of whoever asks."""
        user = self.world.users.get({"administrator": "alice"}.get(who, who), self.world.users["charlie"])
        number = {
            "/grants/": lambda: Grant.give(self.session.id, KEPT_OUT, user=self.world.users["charlie"]).id,
            "/break-glass/": self.broken,
            "/links/": lambda: Link.make(self.session.id, role=VIEWER)[0].id,
            "/annotations/": lambda: self.note(user.id),
            "/lobby/": self.waits,
            "/tokens/": lambda: ApiToken.issue(user.id, "to go")[0].id,
            "/logins/": lambda: Login.begin(user.id, "", "")[0].id,
            "/shared/": lambda: self.links.get(who, next(iter(self.links.values()), 1)),
        }
        made = next((make for part, make in number.items() if part in row.path), lambda: 1)
        path = row.path.replace("<id>", self.session.id)
        path = NUMBER.sub(lambda _: str(made()), path)
        words = {"viewer": "v" * 12, "user": "charlie", "language": "zh"}
        if "<deed>" in path:
            words["deed"] = Deed.later(user.id, [self.session.id], False, 60).id
        if "<secret>" in path:
            words["secret"] = Link.make(self.session.id, role=VIEWER)[1] if path.startswith("/s/") else self.setup()
        if "/teams/<name>" in path:
            words["name"] = "team"
            team = Team.named("team") or Team.begin("team")
            team.add(self.world.users["charlie"])
        path = re.sub(r"<(\w+)>", lambda found: words.get(found[1], "name"), path)
        query = next((query for part, query in QUERIES.items() if part in path), "")
        return path + query.replace("SESSION", self.session.id)

    def setup(self) -> str:
        return SetupLink.issue() or "none: there are accounts"

    def ask(self, row: Route, who: str) -> str:
        """The status; with a + where an answer about several sessions has this one in it."""
        logins.throttle = Throttle(lambda: 0.0)
        browser, token = self.browser(who)
        path = self.path(row, who)
        headers = {"X-CSRFToken": token, "Origin": "http://localhost"}
        how = {"headers": headers, "environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
        if row.page and row.method == "POST":
            how["data"] = {"csrf_token": token}
        elif row.raw:
            how |= {"data": b"bytes", "content_type": OCTETS}
        elif row.body is not None:
            how["json"] = self.body(row)
        answer = browser.open(path, method=row.method, **how)
        if answer.status_code == 302 and answer.headers["Location"].startswith("/login?"):
            return "login"
        about = answer.json["done"] if row.path.endswith("/sessions/end") and answer.status_code == 200 else answer.text
        seen = row.need == SIGNED_IN and answer.status_code == 200 and self.session.id in about
        return f"{answer.status_code}{'+' if seen else ''}"

    def body(self, row: Route) -> dict:
        if row.path.endswith("/sessions/end"):
            return {"ids": [self.session.id]}
        if row.method == "PATCH" and "/grants/" in row.path:
            return {"role": "viewer"}
        if row.method == "PATCH" and "/annotations/" in row.path:
            return {"text": "other"}
        return BODIES.get(f"{row.method} {row.path}", {})


def test_every_route_for_everybody(world):
    cast = Cast(world)
    rows: dict[str, dict[str, str]] = {}
    for row in ROUTES:
        cells = rows[f"{row.method} {NUMBER.sub('<number>', row.path)}"] = {}
        for who in COLUMNS:
            world.rooms.told.clear()
            cells[who] = cast.ask(row, who)
            assert cells[who] not in REFUSED or not world.rooms.told, f"{row.path} refused {who}, and did it"
            if row.path in SIGNS or row.path.startswith("/api/v1/logins"):
                cast.browsers.pop(who, None)
            if row.method != "GET" and row.need in (END, EDIT, SHARE, SIGNED_IN) and cells[who].startswith("20"):
                cast.renew()
    differ = compared(rows, "route", HERE / "matrix-routes.txt")
    assert not differ, "\n".join(differ)


# Events, over real sockets

ASKS = {
    "join": {}, "input": {"data": "x"}, "resize": {"rows": 20, "cols": 70}, "look": {"visible": True}, "view": {},
    "leave": {}, "peek": {"sessions": []}, "watch": {}, "unwatch": {}, "drawn": {"offset": 0},
    "say": {"text": "hello"}, "typing": {}, "chat": {}, "ask": {"on": True},
    "annotate": {"text": "hello"}, "annotations": {}, "reannotate": {"text": "other"}, "unannotate": {},
    "picture": {"offset": 0},
}  # fmt: skip
# In an order in which each can be done.
ORDER = ("watch", "peek", "unwatch", "join", "input", "resize", "drawn", "look", "view", "say", "typing", "chat",
         "ask", "annotate", "annotations", "reannotate", "unannotate", "picture", "leave")


@pytest.fixture(scope="module")
def shared(server):
    """A session of the owner's, and how everybody connects to it."""
    owner = server.api("owner")
    session = owner.start(["bash", "-c", r"printf '\ePq~\e\\'; exec cat"])["id"]
    ways: dict[str, dict] = {"anonymous": {}}
    server.user("administrator", admin=True)
    for name in ("owner", "operator", "writer", "viewer", "administrator", "stranger", "revoked"):
        ways[name] = {"token": server.user(name)}
    for name in (*GIVEN, "revoked"):
        role = name if name in GIVEN else "writer"
        grant = owner.post(f"/sessions/{session}/grants", {"user": name, "role": role}).json()
        if name == "revoked":
            assert owner.call("DELETE", f"/sessions/{session}/grants/{grant['id']}").status_code == 204
    for name in ("guest-writer", "guest-viewer", "gone-guest"):
        role = "viewer" if name == "guest-viewer" else "writer"
        link = owner.post(f"/sessions/{session}/links", {"role": role}).json()
        http = requests.Session()
        http.trust_env = False
        assert http.get(link["url"], timeout=10).ok
        ways[name] = {"cookie": "; ".join(f"{c.name}={c.value}" for c in http.cookies), "link": link["id"]}
        if name == "gone-guest":
            assert owner.call("DELETE", f"/sessions/{session}/links/{link['id']}").status_code == 204
    return server, session, ways


def cells_of(server, session: str, way: dict, who: str) -> dict[str, str]:
    """What each event answers; `closed`: there is no connection, and so no event."""
    try:
        one = Viewer(server.url, **way)
    except NoConnection:
        return dict.fromkeys(ORDER, "closed")
    cells, number = {}, 1
    try:
        for name in ORDER:
            ask = ASKS[name] | ({} if name in ("watch", "unwatch", "peek") else {"session": session})
            if name == "drawn":  # never acknowledged: only that it harms nobody
                one.io.emit(name, ask)
                cells[name] = "-"
                continue
            if name in ("reannotate", "unannotate"):
                ask |= {"number": number}  # its own, where it has one
            answer = one.call(name, ask | ({"data": f"by {who}\n"} if name == "input" else {}))
            number = answer.get("number", number)
            cells[name] = "ok" if answer["ok"] else answer["error"]["code"]
    finally:
        one.close()
    return cells


def test_every_event_for_everybody(shared):
    server, session, ways = shared
    by_who = {who: cells_of(server, session, ways[who], who) for who in COLUMNS}
    assert annotation and pictures and sessions and talk  # they fill the table
    assert set(ORDER) == set(TABLE), "an event without a question to ask"
    rows = {name: {who: by_who[who][name] for who in COLUMNS} for name in TABLE}
    differ = compared(rows, "event", HERE / "matrix-events.txt")
    assert not differ, "\n".join(differ)
    typed = server.api("owner").output(session).decode()
    heard = {who for who in COLUMNS if f"by {who}\r\n" in typed}
    assert heard == {who for who in COLUMNS if rows["input"][who] == "ok"}


def test_guests_may_nothing_that_is_about_more_than_their_session():
    """What the matrix shows, as the rule behind it."""
    assert {name for name, event in TABLE.items() if event.guests} == set(TABLE) - {"watch", "unwatch", "peek"}
