"""A real Holdfast in its own processes: web server, vault, keeper, in a data directory of its own.

The rule: nothing is slept for. Starting waits for the printed URL, stopping for the processes to be gone.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import requests

from app.keeper.client import KeeperClient
from app.keeper.errors import KeeperError
from tests.support.commands import PASSWORD, command

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
# Without the sweeps, 15 s apart, that find what was missed. What is to happen at once would else happen by them sooner
# or later, so that a test could only tell by the clock; so it waits as long as a busy machine needs.
NO_SWEEPS = (
    "-c",
    "import wsgi; from app.live import shares, sockets as s; shares.SWEEP_SECONDS = s.SWEEP_SECONDS = 1e6; wsgi.main()",
)


class Deaf:
    """A listener of the keeper that asks only."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: None


class Api:
    """HTTP with one user's token."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **kwargs) -> requests.Response:
        return self.http.request(method, f"{self.url}/api/v1{path}", timeout=30, **kwargs)

    def get(self, path: str, **kwargs) -> requests.Response:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, json=None, **kwargs) -> requests.Response:
        return self.call("POST", path, json=json, **kwargs)

    def start(self, command=None, **order) -> dict:
        """A new session's status; fails the test when it could not be started."""
        body = {k: v for k, v in {"command": command, **order}.items() if v is not None}
        answer = self.post("/sessions", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def status(self, session: str) -> dict:
        answer = self.get(f"/sessions/{session}/status")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def screen(self, session: str) -> str:
        answer = self.get(f"/sessions/{session}/screen", params={"format": "text"})
        assert answer.status_code == 200, answer.text
        return answer.text

    def output(self, session: str, offset: int = 0) -> bytes:
        """All output from `offset` on that is there now."""
        whole = b""
        while True:
            answer = self.get(f"/sessions/{session}/output", params={"offset": offset, "limit": 1 << 20})
            assert answer.status_code == 200, answer.text
            whole += answer.content
            offset = int(answer.headers["Holdfast-Next-Offset"])
            if offset >= int(answer.headers["Holdfast-Head"]) or not answer.content:
                return whole


class Server:
    """`start`, `kill` (SIGKILL, the web server alone) and `start` again; `close` ends everything."""

    program: tuple[str, ...] = ("wsgi.py",)
    lasting = False  # serves many tests: browsers may keep its code

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.settings = settings
        self.port = 0
        self.url = ""
        self.setup_url: str | None = None
        self.process: subprocess.Popen | None = None
        self.log: list[str] = []
        self._apis: dict[str, Api] = {}
        self._tokens: dict[str, str] = {}

    @property
    def env(self) -> dict[str, str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # to compile the app is a tenth of a start, and there are many
        env |= {
            "HOLDFAST_DATA_DIR": str(self.data_dir),
            "HOLDFAST_PORT": str(self.port),
            "HOLDFAST_SHELL": "/bin/bash",
            "PYTHONUNBUFFERED": "1",
        }
        return env | self.settings

    def start(self) -> Server:
        self.process = subprocess.Popen(
            [sys.executable, *self.program],
            cwd=ROOT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        ready = threading.Event()
        threading.Thread(target=self._read, args=(self.process, ready), daemon=True).start()
        if not ready.wait(START_SECONDS) or not self.url:
            self.process.kill()
            self._stop_keeper()
            raise AssertionError("the server did not start:\n" + "".join(self.log[-50:]))
        return self

    def _read(self, process: subprocess.Popen, ready: threading.Event) -> None:
        for line in process.stdout:
            self.log.append(line)
            if match := re.search(r"Holdfast runs at (http://\S+):(\d+)", line):
                self.url, self.port = f"{match[1]}:{match[2]}", int(match[2])
            elif match := re.search(r"(http://\S+/setup/\S+)", line):
                self.setup_url = match[1]
            if "sessions go on." in line:
                ready.set()
        ready.set()

    def kill(self) -> None:
        """kill -9 of the web server; keeper and programs are untouched."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def restart(self) -> Server:
        self.kill()
        return self.start()

    def close(self) -> None:
        try:
            if self.process and self.process.poll() is None:
                self.terminate()
        finally:
            self.process.kill()
            self._stop_keeper()

    def _stop_keeper(self) -> None:
        """As `python -m app stop` does, without a start of Python and with little patience for programs that stay."""
        directory = self.data_dir / "keeper"
        if not (directory / "keeper.sock").exists():  # the test has stopped it, or the server never started
            return
        keeper = KeeperClient(directory, Deaf())
        try:
            keeper.start()
            keeper.stop(grace=0.2)
        except KeeperError:  # killed, with its vault
            pass
        finally:
            keeper.close()

    def command(self, *args: str, stdin: str | None = None) -> subprocess.CompletedProcess:
        """`python -m app ARGS` with this server's settings."""
        return command(args, env=self.env, stdin=stdin)

    def python(self, *args: str, stdin: str | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *args],
            cwd=ROOT, env=self.env, input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def user(self, name: str, admin: bool = False) -> str:
        """Makes the account (once) and answers its API token."""
        if name not in self._tokens:
            add = ["user", "add", name, "--password-stdin", *(["--admin"] if admin else [])]
            token = ["token", "add", name, *(["--scope", "read,write,admin"] if admin else [])]
            made = command(add, token, env=self.env, stdin=PASSWORD + "\n")
            assert made.returncode == 0, made.stderr
            self._tokens[name] = made.stdout.split()[-1]
        return self._tokens[name]

    def api(self, name: str | None) -> Api:
        """HTTP as that user; None: as nobody."""
        token = self.user(name) if name else None
        api = self._apis.setdefault(name or "", Api(self.url, token))
        api.url = self.url
        return api
