"""The client under eventlet's monkey-patching, as the web server runs it: nothing of it blocks the hub."""

import os
import subprocess
import sys
from pathlib import Path

from tests.keeper.support import Home

ROOT = Path(__file__).parents[2]

SCRIPT = """
import eventlet
eventlet.monkey_patch()
import os, signal, sys
from pathlib import Path
from app.keeper.client import KeeperClient, Refused, ensure
from tests.keeper.support import Acknowledged, Recorder, counted, counting, shell

base = Path(sys.argv[1])
ensure(base / "keeper", sessions_dir=base / "sessions", journal_bytes=1 << 24)

turns = 0
def count_turns():
    global turns
    while True:
        turns += 1
        eventlet.sleep(0.001)
eventlet.spawn(count_turns)

seen = Recorder()
client = KeeperClient(base / "keeper", seen)
client.start()
states = [client.create(counting(50_000)) for _ in range(3)]
for state in states:
    client.follow(state.id)
echo = client.create(shell("stty -echo; echo ready; exec cat"))
client.follow(echo.id)
for state in states:
    assert seen.wait_end(state.id).head == len(counted(50_000))
typed = Acknowledged()
for number in range(200):
    eventlet.spawn(client.input, echo.id, b"x" * 4000 + b"\\n", "anna", number + 1, typed)
assert typed.wait(200) == [None] * 200
os.kill(client.status().pid, signal.SIGKILL)
client.input(echo.id, b"after\\n", done=typed)
assert typed.wait(201)[-1] is None
try:
    client.create(shell("true", cwd="/nowhere"))
except Refused as error:
    print(error.field)
before = turns
seen.wait(lambda seen: len(seen.connections) == 2)
client.upgrade()
assert turns > before, "the hub stood still"
client.close()
print("fine")
"""


def test_the_client_is_green(home: Home) -> None:
    command = [sys.executable, "-c", SCRIPT, str(home.keeper.parent)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["cwd", "fine"], done.stderr
