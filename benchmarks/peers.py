"""What is measured: this server and its peers, each with how it is installed, started and given a program.

The rule: a peer is run as its own users run it, from a pinned version in an environment of its own (.bench/),
and one that cannot be had says why instead of being left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from benchmarks.clients import Spec
from benchmarks.jobs import Job
from tests.support.server import Server

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".bench"
ROWS, COLS = 24, 80
START_SECONDS = 20
PINNED = {"terminado": ["terminado==0.18.1", "tornado==6.6.1", "ptyprocess==0.7.0"], "wetty": ["wetty@3.2.0"]}


class NotHere(Exception):
    """Why this peer cannot be measured on this machine."""


class Peer:
    name = ""
    title = ""
    shared = False  # several viewers may follow one session
    detached = False  # a session goes on without a viewer
    stays = False  # a session goes on when the server is killed

    def install(self) -> None:
        """Makes the peer ready to start. Raises NotHere."""

    def version(self) -> str:
        return ""

    def start(self, directory: Path) -> None:
        """Starts the server; it answers when this returns."""

    def alive(self) -> bool:
        return True

    def open(self, job: Job) -> Spec:
        """A session that runs the job; at the latest when the first client connects."""
        raise NotImplementedError

    def launch(self, job: Job) -> Spec:
        """The same, already running, without a client. For those that are `detached`."""
        return self.open(job)

    def forget(self, spec: Spec, job: Job) -> None:
        job.kill()

    def processes(self) -> list[psutil.Process]:
        """All that serve: not the programs in the sessions."""
        return []

    def close(self) -> None:
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ran(command: list[str], why: str, seconds: float = 600, **env: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, check=False, env=os.environ | env,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHere(f"{why}: {error}") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise NotHere(f"{why}: {last[:200]}")
    return done.stdout.strip()


def answering(port: int, process: subprocess.Popen) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    process.kill()
    raise NotHere("the server did not start")


class Holdfast(Peer):
    name, title = "holdfast", "Holdfast"
    shared = detached = stays = True
    workers = "1"

    def version(self) -> str:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return commit.stdout.strip()

    def start(self, directory: Path) -> None:
        settings = {"HOLDFAST_MAX_SESSIONS": "10000", "HOLDFAST_WORKERS": self.workers}
        self.server = Server(directory / "data", **settings).start()
        self.api = self.server.api("alice")
        self.token = self.server.user("alice")

    def alive(self) -> bool:
        return self.server.process is not None and self.server.process.poll() is None

    def open(self, job: Job) -> Spec:
        session = self.api.start(job.argv, rows=ROWS, cols=COLS)["id"]
        return {"kind": "holdfast", "port": self.server.port, "token": self.token, "session": session}

    def forget(self, spec: Spec, job: Job) -> None:
        job.kill()
        self.api.call("DELETE", f"/sessions/{spec['session']}?forget=true")

    def parts(self) -> dict[str, psutil.Process]:
        pid = self.keeper_pid()
        assert pid is not None, "there is no keeper"
        keeper = psutil.Process(pid)
        vault = psutil.Process(int((self.server.data_dir / "keeper" / "lock").read_text()))
        web = psutil.Process(self.server.process.pid)
        workers = {f"worker {number}": child for number, child in enumerate(web.children(), 1)}
        return {"web": web, **workers, "keeper": keeper, "vault": vault}

    def keeper_pid(self) -> int | None:
        """The vault's one child that is a keeper; programs are its other children only after a keeper's death."""
        vault = psutil.Process(int((self.server.data_dir / "keeper" / "lock").read_text()))
        for child in vault.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "app.keeper" in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                    return child.pid
        return None

    def processes(self) -> list[psutil.Process]:
        return list(self.parts().values())

    def close(self) -> None:
        self.server.close()


class HoldfastTwo(Holdfast):
    """Where it is worth a line beside the others: what several web processes cost."""

    name, title = "holdfast-2", "Holdfast, 2 workers"
    workers = "2"


class BarePty(Peer):
    name, title = "pty", "bare PTY (the limit)"

    def version(self) -> str:
        return f"Linux {os.uname().release}"

    def open(self, job: Job) -> Spec:
        return {"kind": "pty", "argv": job.argv, "rows": ROWS, "cols": COLS}


class Served(Peer):
    """A peer that is one process with a port."""

    process: subprocess.Popen

    def begin(self, directory: Path, command: list[str], **env: str) -> None:
        self.orders = directory / "orders"
        self.orders.mkdir(parents=True)
        with open(directory / "log", "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | env, cwd=directory
            )
        answering(self.port, self.process)

    def alive(self) -> bool:
        return self.process.poll() is None

    def processes(self) -> list[psutil.Process]:
        return [psutil.Process(self.process.pid)]

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Terminado(Served):
    name, title = "terminado", "terminado (JupyterLab)"
    shared = detached = True
    python = HOME / "terminado" / "bin" / "python"

    def install(self) -> None:
        wanted = " ".join(PINNED["terminado"])
        stamp = HOME / "terminado" / "installed"
        if not stamp.exists() or stamp.read_text() != wanted:
            ran([sys.executable, "-m", "venv", "--clear", str(HOME / "terminado")], "no environment")
            pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            ran([*pip, *PINNED["terminado"]], "pip install failed")
            stamp.write_text(wanted)

    def version(self) -> str:
        return ", ".join(PINNED["terminado"][:2]).replace("==", " ")

    def start(self, directory: Path) -> None:
        self.port = free_port()
        script = str(ROOT / "benchmarks" / "terminado_server.py")
        self.begin(directory, [str(self.python), script, str(self.port), str(directory / "orders")])

    def open(self, job: Job) -> Spec:
        (self.orders / job.path.name).write_text(json.dumps(job.argv))
        return {"kind": "terminado", "port": self.port, "session": job.path.name}

    def launch(self, job: Job) -> Spec:
        from benchmarks.clients import connect

        spec = self.open(job)
        client = connect(spec)
        while job.pid is None:
            time.sleep(0.005)
        client.close()
        return spec


class Wetty(Served):
    """Started as for an ssh host; the `ssh` it finds runs the program here, so that no sshd is measured."""

    name, title = "wetty", "wetty"
    SSH = '#!/bin/sh\nfor last; do :; done\nexec "$BENCH_ORDERS/$last"\n'

    def install(self) -> None:
        if shutil.which("npm") is None or shutil.which("node") is None:
            raise NotHere("there is no node and npm on this machine")
        wanted = " ".join(PINNED["wetty"])
        stamp = HOME / "wetty" / "installed"
        if not stamp.exists() or stamp.read_text() != wanted:
            (HOME / "wetty").mkdir(parents=True, exist_ok=True)
            quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
            ran(["npm", "install", "--prefix", str(HOME / "wetty"), *quiet, *PINNED["wetty"]], "npm install failed")
            module = HOME / "wetty" / "node_modules" / "node-pty"
            ran(["node", "-e", f"require({json.dumps(str(module))})"], "node-pty has no build for this machine")
            stamp.write_text(wanted)

    def version(self) -> str:
        return f"{PINNED['wetty'][0].replace('@', ' ')}, node {ran(['node', '--version'], 'node')}"

    def start(self, directory: Path) -> None:
        self.port = free_port()
        (directory / "bin").mkdir(parents=True)
        (directory / "bin" / "ssh").write_text(self.SSH)
        (directory / "bin" / "ssh").chmod(0o755)
        main = HOME / "wetty" / "node_modules" / "wetty" / "build" / "main.js"
        command = [
            "node", str(main), "--host", "127.0.0.1", "--port", str(self.port), "--base", "/wetty", "--force-ssh",
            "--allow-remote-command", "--log-level", "error",
        ]  # fmt: skip
        path = f"{directory / 'bin'}:{os.environ['PATH']}"
        self.begin(directory, command, PATH=path, BENCH_ORDERS=str(directory / "orders"), NODE_ENV="production")

    def open(self, job: Job) -> Spec:
        order = self.orders / job.path.name
        order.write_text(f"#!/bin/sh\nexec {shlex.join(job.argv)}\n")
        order.chmod(0o755)
        return {"kind": "wetty", "port": self.port, "session": job.path.name}


class Tmux(Peer):
    """`tmux attach` on a PTY: sends what the screen looks like, not what the program wrote."""

    name, title = "tmux", "tmux (attached on a PTY)"
    shared = detached = True
    CONF = "set -g status off\nset -g history-limit 5000\nset -g exit-empty off\n"

    def install(self) -> None:
        if shutil.which("tmux") is None:
            raise NotHere("tmux is not installed")

    def version(self) -> str:
        return ran(["tmux", "-V"], "tmux")

    def start(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "conf").write_text(self.CONF)
        self.base = ["tmux", "-S", str(directory / "socket"), "-f", str(directory / "conf")]
        ran([*self.base, "start-server", ";", "new-session", "-d", "-s", "first", "sleep 1000000"], "tmux", 20)
        self.server = int(ran([*self.base, "display-message", "-p", "#{pid}"], "tmux", 20))

    def alive(self) -> bool:
        return psutil.pid_exists(self.server)

    def open(self, job: Job) -> Spec:
        name, size = job.path.name, ["-x", str(COLS), "-y", str(ROWS)]
        ran([*self.base, "new-session", "-d", *size, "-s", name, shlex.join(job.argv)], "tmux", 20, TERM="xterm")
        return {"kind": "pty", "argv": [*self.base, "attach", "-t", name], "rows": ROWS, "cols": COLS}

    def processes(self) -> list[psutil.Process]:
        """The server, and the attached clients: they are on the way too."""
        found = [psutil.Process(self.server)]
        clients = subprocess.run(
            [*self.base, "list-clients", "-F", "#{client_pid}"], capture_output=True, text=True, check=False
        )
        return found + [psutil.Process(int(pid)) for pid in clients.stdout.split()]

    def close(self) -> None:
        subprocess.run([*self.base, "kill-server"], capture_output=True, check=False)


class Ttyd(Served):
    """Measured where Debian (or whoever) has installed it."""

    name, title = "ttyd", "ttyd"

    def install(self) -> None:
        if shutil.which("ttyd") is None:
            raise NotHere("ttyd is not installed here, and this machine's package sources do not have it")
        raise NotHere("ttyd is installed, but this harness has not been tried with it yet")


ALL: dict[str, type[Peer]] = {peer.name: peer for peer in (Holdfast, BarePty, Terminado, Wetty, Tmux, Ttyd)}
# With those that only single groups measure.
EVERY: dict[str, type[Peer]] = {HoldfastTwo.name: HoldfastTwo, **ALL}
