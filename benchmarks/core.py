"""Figures of the core, this server beside a bare PTY in one run: `make bench`.

echo      one keystroke to `cat` and back: over the websocket, and over a PTY in this process; interleaved,
          so that whatever disturbs the machine disturbs both
memory    PSS of web server, keeper and vault with 1 and with N idle sessions
kill9     kill -9 of web server and keeper in mid-flood, so many tries: programs and bytes lost
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
import websocket

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.server import Server
from tests.support.viewer import Viewer

# One byte comes back for one byte typed: the program's, not the terminal's echo as well.
ECHO = ["bash", "-c", "stty raw -echo; printf '!'; exec cat"]
FLOOD = ["bash", "-c", "i=0; while :; do echo line-$((i++)); done"]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class BarePty:
    """The same program on a PTY of this process: the limit of what any server could do."""

    def __init__(self) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(ECHO[0], ECHO)
        assert os.read(self.fd, 1) == b"!"

    def echo(self) -> float:
        began = time.perf_counter()
        os.write(self.fd, b"x")
        os.read(self.fd, 10)
        return time.perf_counter() - began

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class RawSocket:
    """The thinnest Socket.IO client there is, so that the client is not what is measured."""

    def __init__(self, server: Server, session: str) -> None:
        self.session = session
        self.ws = websocket.create_connection(
            server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            timeout=10, sockopt=[(6, 1, 1)],
        )  # fmt: skip
        self.ws.recv()
        self.ws.send('40{"token":"%s"}' % server.user("alice"))
        self.ws.recv()
        self.ws.send('420["join",{"session":"%s"}]' % session)
        while not isinstance(self.ws.recv(), bytes):
            pass

    def echo(self) -> float:
        """From the key leaving to the bytes of its echo arriving."""
        began = time.perf_counter()
        self.ws.send('42["input",{"session":"%s","data":"x"}]' % self.session)
        while True:
            message = self.ws.recv()
            if message == "2":
                self.ws.send("3")
            if isinstance(message, bytes):
                return time.perf_counter() - began


def echo(server: Server, count: int) -> None:
    api = server.api("alice")
    session = api.start(ECHO)["id"]
    while api.status(session)["output_bytes"] != 1:
        pass
    socket, bare = RawSocket(server, session), BarePty()
    for name, floods in (("idle", 0), ("beside one flooding session", 1), ("beside four", 4)):
        flooding = [api.start(FLOOD)["id"] for _ in range(floods)]
        ours, limit = [], []
        for _ in range(count):
            ours.append(socket.echo() * 1000)
            limit.append(bare.echo() * 1000)
            time.sleep(0.002)
        for one in flooding:
            api.call("DELETE", f"/sessions/{one}?forget=true")
        a, b = statistics.median(ours), statistics.median(limit)
        print(
            f"echo {name}: websocket p50 {a:.2f} ms p99 {percentile(ours, 0.99):.2f} ms;"
            f" bare PTY p50 {b:.3f} ms p99 {percentile(limit, 0.99):.3f} ms; above it p50 {a - b:.2f} ms"
        )
    bare.close()


def processes_of(server: Server) -> dict[str, psutil.Process]:
    text = server.command("keeper", "status").stdout
    web = psutil.Process(server.process.pid)
    keeper = psutil.Process(int(re.search(r"\bpid\D+(\d+)", text)[1]))
    return {"web": web, "keeper": keeper, "vault": keeper.parent()}


def memory(server: Server, most: int) -> None:
    api, made = server.api("alice"), 0
    for count in (1, most):
        while made < count:
            api.start(["sleep", "100000"])
            made += 1
        time.sleep(3)
        parts = processes_of(server)
        pss = {name: p.memory_full_info().pss / 1e6 for name, p in parts.items()}
        cpu = {name: p.cpu_percent(0) for name, p in parts.items()}
        time.sleep(5)
        cpu = {name: p.cpu_percent(0) for name, p in parts.items()}
        shown = ", ".join(f"{name} {pss[name]:.1f} MB {cpu[name]:.1f} % CPU" for name in parts)
        print(f"memory with {count} idle sessions: {sum(pss.values()):.1f} MB PSS ({shown})")


def kill9(server: Server, tries: int) -> None:
    api = server.api("alice")
    for victim in ("web", "keeper"):
        session, lost, away = api.start(FLOOD), 0, []
        for _ in range(tries):
            viewer = Viewer(server.url, server.user("alice"))
            viewer.join(session["id"])
            mark = viewer.offset
            viewer.wait(lambda v, mark=mark: v.offset > mark + 20_000)
            processes = processes_of(server)
            began = time.perf_counter()
            if victim == "web":
                viewer.close()
                server.restart()
                viewer = Viewer(server.url, server.user("alice"))
                viewer.join(session["id"])
            else:
                os.kill(processes["keeper"].pid, signal.SIGKILL)
            mark = viewer.offset
            viewer.wait(lambda v, mark=mark: v.offset > mark + 1000)
            away.append(time.perf_counter() - began)
            lost += not psutil.pid_exists(session["pid"])
            viewer.close()
        api.call("DELETE", f"/sessions/{session['id']}")
        watcher = Viewer(server.url, server.user("alice"))
        watcher.join(session["id"])
        if api.status(session["id"])["alive"]:
            watcher.wait(lambda v: v.of("ended"))
        watcher.close()
        print(
            f"kill -9 of the {victim} in mid-flood, {tries} tries: {lost} programs lost,"
            f" {wrong_lines(server, session['id'])}; viewers live again after median"
            f" {statistics.median(away) * 1000:.0f} ms, worst {max(away) * 1000:.0f} ms"
        )


def wrong_lines(server: Server, session: str) -> str:
    """Counts lines of the flood that are missing, repeated or torn in the journal."""
    head = server.api("alice").status(session)["output_bytes"]
    output = server.api("alice").output(session)
    expected, wrong, first = None, 0, True
    for line in output[: output.rindex(b"\r\n")].split(b"\r\n"):
        match = re.fullmatch(rb"line-(\d+)", line)
        number = int(match[1]) if match else None
        if not first and number != expected:
            wrong += 1
        expected = number + 1 if number is not None else None
        first = False
    return f"{wrong} lines wrong in the {len(output) / 1e6:.0f} MB kept of {head / 1e6:.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", help="echo, memory, kill9; all when none is named")
    parser.add_argument("--echoes", type=int, default=2000)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--tries", type=int, default=20)
    options = parser.parse_args()
    todo = options.what or ["echo", "memory", "kill9"]
    for name in todo:
        with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as directory:
            server = Server(Path(directory) / "data", HOLDFAST_MAX_SESSIONS="10000").start()
            try:
                if name == "echo":
                    echo(server, options.echoes)
                elif name == "memory":
                    memory(server, options.sessions)
                elif name == "kill9":
                    kill9(server, options.tries)
                else:
                    parser.error(f"unknown benchmark {name!r}")
            finally:
                server.close()


if __name__ == "__main__":
    main()
