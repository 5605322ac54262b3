"""The HTTP floor alone: a real database, real gate and pages; only what is live is played by a small actor.
The main flows through real processes are in test_server.py. Charlie must see nothing of Alice's and Bob's."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import Client

from app import config as settings
from app.live.accounts import Accounts
from app.live.annotation import Annotations
from app.live.auditor import Auditor
from app.live.commands import Commands
from app.live.deeds import Deeds
from app.live.errors import LaunchRefused, NotThere, SessionOver
from app.live.history.histories import Histories
from app.live.lobby import Lobby
from app.live.looks import Looks
from app.live.machine import MachineLook
from app.live.processes import ProcessTable
from app.live.status import Status, rfc3339
from app.live.talk import Talk
from app.live.uploads import Stored
from app.live.views import OutputSlice
from app.models import secrets
from app.models.session import Session, new_id
from app.models.token import ApiToken
from app.models.user import User
from app.permissions import allows
from app.screen.cells import Cursor, Line, Run, Style
from app.web import hosts, logins, wiring
from app.web.throttle import Throttle
from tests.support.database import bound

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
API = "/api/v1"


@dataclass
class View:
    form: str
    text: str = "hello\nworld"
    exported: bytes = b"\x1b[1mhello\x1b[m"
    rows: int = 24
    cols: int = 80
    offset: int = 11
    alternate: bool = False
    cursor: Cursor = Cursor(1, 5, True)
    cells: tuple = (Line((Run("hello", Style(bold=True)),), False),)

    @property
    def body(self):
        return getattr(self, self.form)


class Alone:
    """What looks need of the rooms: none is open, and nobody else is to be told."""

    def __init__(self):
        self.rooms, self.workers, self.feed = {}, self, self

    def say(self, what, **fields): ...
    def looked(self, user_id, message): ...


class Shared:
    """What the routes of sharing need of the rooms: nobody is in any session."""

    def changed(self, session_id, take_back=False): ...
    def changed_all(self, session_ids): ...
    def remove(self, session, viewer_id):
        raise NotThere

    def lend(self, session_id, viewer_id, on):
        raise NotThere

    def here(self, session_id):
        return []

    def may(self, actor, session_id, need):
        session = Session.seen_by(actor, session_id)
        return session is not None and allows(session.role, need)


@dataclass
class ActedRooms:
    """Remembers what it was told; sessions in it are rows and nothing else."""

    told: list = field(default_factory=list)
    closed: list = field(default_factory=list)
    keeper_connected: bool = True
    refuses: Exception | None = None
    looks: Any = field(default_factory=lambda: Looks(Alone()))
    shares: Shared = field(default_factory=Shared)
    audit: Auditor = field(default_factory=Auditor)
    processes: ProcessTable = field(default_factory=ProcessTable)
    machine: MachineLook = field(default_factory=lambda: MachineLook(Path("/")))
    histories: Histories = field(default_factory=lambda: Histories(Path("/nowhere")))  # of sessions without output

    def __post_init__(self):
        self.deeds = Deeds(self)
        self.audit.start()  # an answer waits until its entry is written
        self.rooms = {}
        self.commands = Commands(self, Path("/nowhere"))
        self.workers = Alone()
        self.talk = Talk(self)
        self.annotations = Annotations(self)
        self.feed = SimpleNamespace(dirty=lambda session_id: None)
        self.lobby = Lobby(self)
        self.accounts = Accounts(self, None)

    def room_of(self, session):
        raise NotThere

    def _note(self, *words):
        self.told.append(words)
        if self.refuses is not None:
            raise self.refuses

    def launch(self, owner, order):
        self._note("launch", owner.name, order)
        if order.cwd == "/nowhere":
            raise LaunchRefused("there is no directory /nowhere", "cwd")
        return Session.begin(
            id=new_id(), owner=owner, name=order.name or "shell", command=["sh"], cwd=order.cwd or "/",
            env=order.env, tags=order.tags, group=order.group, rows=order.rows, cols=order.cols, pid=7,
        )  # fmt: skip

    def again(self, session):
        self._note("again", session.id)
        return session

    def status(self, session):
        values = {name: getattr(session, name) for name in SAME}
        times = {name: rfc3339(getattr(session, name)) for name in TIMES}
        return Status(
            **values, **times, owner=session.owner.name, alive=session.state == "running", viewers=[],
            running_in_background=True, connected_clients=0, uptime_seconds=1.0, cpu_percent=None,
            memory_bytes=None, process_count=None,
        )  # fmt: skip

    def statuses(self, sessions):
        return [self.status(session) for session in sessions]

    def type(self, session, data, actor):
        if session.state != "running":
            raise SessionOver
        self._note("type", session.id, data)

    def resize(self, session, rows, cols):
        self._note("resize", session.id, rows, cols)

    def signal(self, session, name):
        self._note("signal", session.id, name)

    def end(self, session):
        self._note("end", session.id)

    def forget(self, session):
        self._note("forget", session.id)
        session.erase()

    def renamed(self, session):
        self._note("renamed", session.id)

    def screen(self, session, scrollback, form):
        self._note("screen", session.id, scrollback)
        return View(form.__name__)

    def output(self, session, offset, limit):
        data = b"0123456789"[offset : offset + limit]
        return OutputSlice(min(offset, 10), data, min(offset, 10) + len(data), 10)

    config = SimpleNamespace(upload_bytes=1000, sessions_dir=Path("/nowhere"))

    def upload(self, session, order):
        self._note("upload", session.id, order.name, order.read(100), order.length)
        return Stored(order.name, "/tmp", f"/tmp/{order.name}", order.length)

    def download(self, session, format, notes=False):
        return iter([b"hello ", format.encode()])

    def logins_revoked(self, login_ids=(), token_ids=(), user_id=None):
        self.closed.append((sorted(login_ids), sorted(token_ids), *([user_id] if user_id else [])))

    def counts(self):
        return {"running": 3, "viewers": 2}


SAME = (
    "id", "name", "command", "cwd", "title", "tags", "group", "state", "rows", "cols", "pid", "exit_code",
    "exit_signal", "output_bytes",
)  # fmt: skip
TIMES = ["created_at", "ended_at", "last_output_at", "last_input_at", "expires_at"]


class Local(Client):
    """Comes from this machine, unless a test says otherwise."""

    def open(self, *args, **kwargs):
        kwargs.setdefault("environ_base", {"REMOTE_ADDR": "127.0.0.1"})
        return super().open(*args, **kwargs)


class Browser(Local):
    """A browser as far as these tests need one: a cookie jar, the CSRF token, an Origin."""

    def csrf(self, path="/login"):
        page = self.get(path, headers={"Accept": "text/html"}).text
        return re.search(r'name="csrf-token" content="([^"]+)"', page)[1]

    def submit(self, path, origin=True, **fields):
        headers = {"Origin": "http://localhost", "Accept": "text/html"} if origin else {}
        token = self.csrf("/account") if path == "/logout" else self.csrf()
        return self.post(path, data={"csrf_token": token, **fields}, headers=headers)

    def sign_in(self, name, password=PASSWORD, **fields):
        return self.submit("/login", username=name, password=password, **fields)

    def call(self, method, path, json=None, **headers):
        headers = {"X-CSRFToken": self.csrf("/account"), "Origin": "http://localhost", **headers}
        return self.open(API + path, method=method, json=json, headers=headers)


class Script(Local):
    """A script with an API token: no cookies, no Origin."""

    token = ""

    def call(self, method, path, json=None, **rest):
        headers = {"Authorization": f"Bearer {self.token}", **rest.pop("headers", {})}
        return self.open(API + path, method=method, json=json, headers=headers, **rest)


@dataclass
class World:
    app: Flask
    gate: hosts.HostGate
    rooms: ActedRooms
    users: dict

    def browser(self, name=None):
        browser = Browser(self.gate, self.app.response_class)
        if name is not None:
            assert browser.sign_in(name).status_code == 303
        return browser

    def script(self, name):
        script = Script(self.gate, self.app.response_class, use_cookies=False)
        script.token = ApiToken.issue(self.users[name].id, "test")[1]
        return script

    def session(self, owner, **fields):
        wanted = {"name": "job", "command": ["sleep", "9"], "cwd": "/tmp", "rows": 24, "cols": 80} | fields
        return Session.begin(id=new_id(), owner=self.users[owner], **wanted)


@pytest.fixture
def data(tmp_path):
    config = settings.load({"HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh"})
    bound(config.database_url)
    return config


@pytest.fixture
def empty(data, monkeypatch):
    """A server on its first day."""
    # Real hashes, but quick ones: every test here makes three accounts.
    monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    # Its clock stands still: how long the hashing takes must not matter.
    monkeypatch.setattr(logins, "throttle", Throttle(lambda: 0.0))
    app = Flask("holdfast", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    rooms = ActedRooms()
    app.extensions["rooms"] = rooms
    wiring.register(app, data)
    return World(app, hosts.HostGate(app, data), rooms, {})


@pytest.fixture
def world(empty):
    """Alice owns the server, Bob has an account, Charlie too, and nothing of theirs is his business."""
    for name in ("alice", "bob", "charlie"):
        empty.users[name] = User.register(name, PASSWORD, admin=name == "alice")
    return empty
