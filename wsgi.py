"""The web server process: `python wsgi.py`, or `python -m app serve`. The rule: it owns nothing that must
survive it. Programs belong to the keeper, bytes to the journal, accounts to the database."""

# ruff: noqa: E402, I001  (the order of these imports is what this file is about)
from __future__ import annotations

import gc
import os
import sys
import warnings

from app import supervisor

# First of all: with several workers this process serves nothing, and a worker goes when its supervisor does.
PLACE = supervisor.place_of(sys.argv)
if PLACE is not None:
    supervisor.settle_in(PLACE)
elif __name__ == "__main__":
    supervisor.enter(os.environ)

# Nothing that is imported becomes garbage: looking for some meanwhile took a tenth of the start (see warm_up).
gc.disable()

# Known, and weighed: docs/architecture.md says what leaving eventlet would cost.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

# Before the patch: native threads rebuild screens, and a green lock inside cffi would wake its waiter in
# the wrong thread (seen: "Cannot switch to a different thread", then a dead hub).
import app.screen.engine  # noqa: F401

from app import green  # it knows what of eventlet need not be loaded

import eventlet

eventlet.monkey_patch()

import logging
import socket
from typing import NoReturn

from app import isolation
from app.config import Config, ConfigError, load
from app.factory import create
from app.keeper.client import KeeperError, ensure
from app.listening import CannotStart, listen, lock_of
from app.models import base
from app.models.session import RUNNING, Session
from app.models.setup_link import SetupLink


def main() -> NoReturn:
    """Serves until SIGTERM or Ctrl-C; sessions go on. Exits with 1 and the cause when it cannot start."""
    try:
        config = load(os.environ)
        isolation.check(config)
        serve(config)
        # Nothing of ours needs an orderly end, and waiting for native threads would only keep the port.
        os._exit(0)
    except (ConfigError, CannotStart, base.NewerDatabase, KeeperError) as error:
        print(f"holdfast: {error}", file=sys.stderr)
        sys.exit(1)


def serve(config: Config) -> None:
    # Native threads write snapshots out in pure Python; 5 ms (the default) of the interpreter at a time
    # would be 5 ms in which no key is echoed.
    sys.setswitchinterval(0.0005)
    worker = "" if PLACE is None else f"worker {PLACE.number} "
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s {worker}%(name)s: %(message)s")
    logging.getLogger("engineio.server").setLevel(logging.CRITICAL)
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = lock_of(config.data_dir) if PLACE is None else PLACE.lock
    listener = listen(config.host, config.port) if PLACE is None else socket.socket(fileno=PLACE.listener)
    base.migrate(base.bind(config.database_url))
    ensure(config.keeper_dir, sessions_dir=config.sessions_dir, journal_bytes=config.journal_bytes)
    os.umask(0o077)  # after the keeper's start: programs keep the umask of whoever started the server
    holdfast = create(config, PLACE.number if PLACE is not None else 1)
    warm_up()
    holdfast.rooms.start()
    stop = green.Stop()
    if PLACE is None or PLACE.first:
        announce(config, listener.getsockname()[1])
    if PLACE is not None:
        supervisor.is_ready(PLACE)
    green.serve(listener, holdfast.wsgi, stop)
    if PLACE is None:
        print("\nThe web server stopped; sessions go on. `make run` brings them back.", flush=True)
    os.close(lock)


def warm_up() -> None:
    """The first screen of a process costs more than others: not in somebody's first key. And what is there by now
    stays: the garbage collector need not look through it again and again (5 ms each time)."""
    screen = app.screen.engine.Screen(1, 1)
    screen.feed("\x1b[m\u00e9".encode())
    screen.close()
    gc.freeze()
    gc.enable()


def announce(config: Config, port: int) -> None:
    """Where to go; on the very first run also the one-time link that makes the owner's account."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    url = f"http://{'localhost' if config.host in ('0.0.0.0', '[::]') else host}:{port}"
    print(f"Holdfast runs at {url}", flush=True)
    secret = SetupLink.issue()
    if secret is not None:
        print(f"Create the owner's account (once, within the hour): {url}/setup/{secret}", flush=True)
    print(isolation.told(config), flush=True)
    of_before = [session.id for session in Session.in_state(RUNNING) if config.isolation and not session.os_user]
    if of_before:
        print(isolation.left_over(of_before), flush=True)
    print("Ctrl-C stops the web server; sessions go on.", flush=True)


if __name__ == "__main__":
    main()
