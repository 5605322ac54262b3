"""Green threads, native threads and the server loop: the one place (with wsgi.py and the socket
transport) that names eventlet. The rule: whatever may take longer than a few milliseconds leaves the hub."""

from __future__ import annotations

import functools
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, TypeVar

# eventlet's own name resolver costs a third of a command's start, and nothing here resolves names.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
# Nor is anything here served over TLS. eventlet would load pyOpenSSL, which passkeys bring along, and with it all of
# cryptography (25 ms, a sixth of a command's start), for the names of three exceptions.
_openssl = sys.modules.setdefault("OpenSSL", None)  # type: ignore[arg-type]

import eventlet  # noqa: E402
import eventlet.wsgi  # noqa: E402
from eventlet import patcher, tpool  # noqa: E402
from eventlet.event import Event as _Event  # noqa: E402

if _openssl is None:
    del sys.modules["OpenSSL"]

T = TypeVar("T")

# More than one session per viewer is usual, and eventlet.wsgi hangs the 1025th websocket by default.
MAX_CONNECTIONS = 20_000
# Seconds an HTTP connection may be silent in mid-request (slow-loris); websockets set their own.
HTTP_SILENCE_SECONDS = 60

Timeout = eventlet.Timeout
Semaphore = eventlet.Semaphore


def patched() -> bool:
    """Whether the standard library is green in this process (the web server), or not (commands, tests)."""
    return bool(patcher.is_monkey_patched("socket"))


def spawn(function: Callable[..., Any], *args: Any) -> Any:
    """Runs `function` in a green thread of its own and returns that thread (it has `.kill()`)."""
    return eventlet.spawn(function, *args)


def sleep(seconds: float = 0) -> None:
    """Lets other green threads run for `seconds` (0: one turn each)."""
    eventlet.sleep(seconds)


def offload(function: Callable[..., T], *args: Any) -> T:
    """Runs `function` in a native thread while other green threads go on; its exceptions come back.
    Not to be called by code that logs or takes green locks: those belong to the hub's thread."""
    if patched():
        return tpool.execute(function, *args)
    return function(*args)


def resolve_off_hub() -> None:
    """From now on names are looked up in native threads: a slow name server must not stop everybody's keys. For who
    asks other servers something, which few do; eventlet's own resolver is left out (see above)."""
    if patched() and not getattr(socket.getaddrinfo, "off_hub", False):
        native = patcher.original("socket").getaddrinfo

        def getaddrinfo(*args: Any, **kwargs: Any) -> Any:
            return offload(functools.partial(native, *args, **kwargs))

        getaddrinfo.off_hub = True  # type: ignore[attr-defined]
        socket.getaddrinfo = getaddrinfo


def native_lock() -> Any:
    """A real re-entrant lock, for what both the hub and offloaded functions touch."""
    return patcher.original("threading").RLock()


class Signal:
    """Wakes one waiting green thread; raising it before the wait is not lost. Not a queue."""

    def __init__(self) -> None:
        self._raised = False
        self._event: _Event | None = None

    def set(self) -> None:
        self._raised = True
        if self._event is not None and not self._event.ready():
            self._event.send()

    def wait(self, timeout: float | None = None) -> bool:
        """Returns whether the signal was raised within `timeout` seconds (None: for ever); lowers it."""
        if not self._raised:
            self._event = _Event()
            try:
                with Timeout(timeout, False):
                    self._event.wait()
            finally:
                self._event = None
        raised, self._raised = self._raised, False
        return raised


class Bell:
    """Wakes all green threads that wait at that moment, and is forgotten."""

    def __init__(self) -> None:
        self._event = _Event()

    def ring(self) -> None:
        rung, self._event = self._event, _Event()
        rung.send()

    def wait(self, timeout: float) -> None:
        with Timeout(timeout, False):
            self._event.wait()


class Flag:
    """Raised once, for ever; any number of green threads may wait for it."""

    def __init__(self) -> None:
        self._event = _Event()

    def set(self) -> None:
        if not self._event.ready():
            self._event.send()

    @property
    def raised(self) -> bool:
        return bool(self._event.ready())

    def wait(self, timeout: float) -> bool:
        """Returns whether it was raised within `timeout` seconds."""
        if self.raised:
            return True
        with Timeout(timeout, False):
            self._event.wait()
        return self.raised


class Stop:
    """SIGTERM and SIGINT, from the moment this is made. A handler that raises would end whichever green
    thread happens to run, and be lost there (seen: a server that ignored SIGTERM in a flood). So the
    handler does nothing, and the byte that Python writes for it wakes whoever waits."""

    def __init__(self) -> None:
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def wait(self) -> None:
        while self._woken.recv(1)[0] not in (signal.SIGTERM, signal.SIGINT):
            pass


def serve(listener: socket.socket, app: Callable[..., Any], stop: Stop) -> None:
    """Serves HTTP and websockets on `listener` until it is told to stop; then returns at once."""
    server = eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        max_size=MAX_CONNECTIONS,
        log_output=False,
        debug=False,
        socket_timeout=HTTP_SILENCE_SECONDS,
    )
    stop.wait()
    server.kill()
