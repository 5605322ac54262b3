"""What a program tells about itself besides text: title, directory, bells, progress, notifications.

The one rule: everything here was written by an untrusted program, so every string is cut to a length and
freed of control characters before anyone else sees it.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

TITLE_CHARACTERS = 256  # longer than any tab or list shows
DIRECTORY_CHARACTERS = 4096  # PATH_MAX on Linux
NOTIFICATION_CHARACTERS = 1024
NOTIFICATIONS_KEPT = 20

PROGRESS_STATES = ("none", "normal", "error", "busy", "paused")


@dataclass(frozen=True)
class Progress:
    """OSC 9;4: `state` is one of normal, error, busy, paused; `percent` is None where it was left out."""

    state: str
    percent: int | None


@dataclass(frozen=True)
class Notification:
    """OSC 9 or OSC 777: `title` may be empty."""

    title: str
    body: str


@dataclass
class Signs:
    """The signs of one screen. `bells` and `notified` only count up: a reader keeps the last value it saw."""

    title: str = ""
    directory: str | None = None
    bells: int = 0
    progress: Progress | None = None
    notified: int = 0
    notifications: deque[Notification] = field(default_factory=lambda: deque(maxlen=NOTIFICATIONS_KEPT))

    def notify(self, title: bytes, body: bytes) -> None:
        self.notified += 1
        self.notifications.append(
            Notification(clean(title, NOTIFICATION_CHARACTERS), clean(body, NOTIFICATION_CHARACTERS))
        )

    def report_progress(self, state: int, percent: int) -> None:
        name = PROGRESS_STATES[state] if 0 <= state < len(PROGRESS_STATES) else "none"
        self.progress = None if name == "none" else Progress(name, percent if 0 <= percent <= 100 else None)


def clean(raw: bytes, limit: int) -> str:
    """Text of at most `limit` characters without control, format (bidi override!) and private characters."""
    text = raw[: limit * 4].decode("utf-8", "replace")
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))[:limit]


def directory(raw: bytes) -> str | None:
    """The path in an OSC 7 `file://host/path` (OSC 9;9 gives a bare path); None when there is none."""
    text = clean(raw, DIRECTORY_CHARACTERS)
    if text.startswith("file:"):
        try:
            text = clean(unquote(urlsplit(text).path, errors="replace").encode(), DIRECTORY_CHARACTERS)
        except ValueError:  # file://[broken
            return None
    return text if text.startswith("/") else None
