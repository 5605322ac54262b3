"""One epoll, its handlers and its timers. Sleeps for ever when nothing is due: idle costs nothing."""

import heapq
import select
import time
from collections.abc import Callable
from itertools import count
from typing import Any

Handler = Callable[[int], None]
EVENTS_A_TURN = 256


class Timer:
    __slots__ = ("call", "due")

    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due, self.call = due, call

    def cancel(self) -> None:
        self.call = _nothing


class Loop:
    """Handlers must bear being called for nothing: a descriptor's number may change hands within a turn."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = count()

    def watch(self, fd: int, events: int, handler: Handler) -> None:
        self._epoll.register(fd, events)
        self._handlers[fd] = handler

    def change(self, fd: int, events: int) -> None:
        self._epoll.modify(fd, events)

    def forget(self, fd: int) -> None:
        """Before the descriptor is closed."""
        if self._handlers.pop(fd, None):
            self._epoll.unregister(fd)

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        timer = Timer(time.monotonic() + seconds, call)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        return timer

    def turn(self, busy: bool) -> None:
        """Waits for the next event (not at all when `busy`) and handles what there is."""
        for fd, events in self._epoll.poll(0 if busy else self._pause(), EVENTS_A_TURN):
            handler = self._handlers.get(fd)
            if handler:
                handler(events)
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2].call()

    def _pause(self) -> float:
        while self._timers and self._timers[0][2].call is _nothing:
            heapq.heappop(self._timers)
        return max(self._timers[0][0] - time.monotonic(), 0) if self._timers else -1


def _nothing(*_: Any) -> None:
    """What a cancelled timer does."""
