"""Who typed, and when: read from a session's timeline, in which the keeper notes the name of who types (never what,
nor how much). The rule: a stretch begins whenever somebody else types, and ends when that one pauses; what programs ask
of a terminal and the server answers is nobody's.

The name that the keeper is told begins with the number of the account, or minus that of the guest."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app.keeper import timeline
from app.keeper.protocol import CLIENT_BYTES
from app.live.status import rfc3339
from app.models.user import User

# Who pauses for longer (seconds) begins another stretch.
PAUSE_SECONDS = 10.0
_AUTHOR = re.compile(rb"(-?\d{1,18}):")


def typist(user_id: int, client: str = "") -> str:
    """What the keeper is told. A long client's name is stood for by its hash here, or the keeper's own hash would be
    all that is left."""
    whole = f"{user_id}:{client}"
    if len(whole.encode()) <= CLIENT_BYTES:
        return whole
    return f"{user_id}:{hashlib.blake2b(client.encode(), digest_size=20).hexdigest()}"


class Stretch(NamedTuple):
    """Somebody typed while the output went from offset `start` to `end`. Times are seconds since 1970."""

    user_id: int
    start: int
    end: int
    began: float
    ended: float


def stretches(directory: Path, since: int = 0) -> list[Stretch]:
    """The oldest first, from the journal's segment on in which `since` lies. In a native thread."""
    return list(_joined(typed(directory, since)))


def typed(directory: Path, since: int = 0) -> Iterator[Stretch]:
    """As the keeper noted it: at most once a second, and whenever somebody else typed."""
    for event in timeline.inputs(directory, since):
        if match := _AUTHOR.match(event.data):
            yield Stretch(int(match[1]), event.offset, event.offset, event.time, event.time)


def _joined(noted: Iterable[Stretch]) -> Iterator[Stretch]:
    last: Stretch | None = None
    for one in noted:
        if last is not None and one.user_id == last.user_id and one.began - last.ended <= PAUSE_SECONDS:
            last = last._replace(end=one.end, ended=one.ended)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def last_before(directory: Path, offsets: list[int]) -> list[int | None]:
    """By whom was typed last before the output at each of these offsets; None: the timeline does not say."""
    noted = list(typed(directory, min(offsets, default=0)))
    starts = [one.start for one in noted]
    found = [bisect_left(starts, offset) for offset in offsets]
    return [noted[index - 1].user_id if index else None for index in found]


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Accounts by their names, guests as they are listed."""
    wanted = {one for one in user_ids if one is not None}
    names = User.names([one for one in wanted if one > 0])
    return {one: names.get(one, f"user {one}") if one > 0 else f"Guest {-one}" for one in wanted}


def stretch_json(one: Stretch, names: dict[int, str]) -> dict[str, Any]:
    return {
        "author": names[one.user_id], "guest": one.user_id < 0, "from": one.start, "to": one.end,
        "began_at": rfc3339(one.began), "ended_at": rfc3339(one.ended),
    }  # fmt: skip
