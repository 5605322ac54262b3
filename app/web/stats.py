"""What sessions and the machine use, over HTTP. The rule: each handler is one call down; series are columns, one
entry a span, null where nobody sampled."""

from __future__ import annotations

import re
import time
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, field_validator

from app import green
from app.live.status import rfc3339
from app.models import sample
from app.models.sample import KEEP, Series
from app.models.session import ID, Session
from app.permissions import WATCH, Actor
from app.web.answers import Time
from app.web.bodies import Moment, Query
from app.web.gate import rooms
from app.web.routes import API, SIGNED_IN, Answer, route
from app.web.sessions import ONE
from app.words import said

# Of one question about many sessions, and the spans of the answer: what a card shows.
MOST_SESSIONS = 200
CARD_POINTS = 30


class Column(BaseModel):
    step: int
    start: Time


class SeriesBody(Column):
    """Entry i is of the `step` seconds from `start` + i * `step` on. Rates are per second."""

    cpu_percent: list[float | None]
    memory_bytes: list[int | None]
    process_count: list[int | None]
    viewers: list[int | None]
    output_rate: list[float | None]
    line_rate: list[float | None]
    input_rate: list[float | None]


class CardBody(BaseModel):
    cpu_percent: list[float | None]
    output_rate: list[float | None]


class CardsBody(Column):
    sessions: dict[str, CardBody]


class ProcessBody(BaseModel):
    pid: int
    parent: int | None
    name: str
    arguments: str
    state: str
    foreground: bool
    cpu_seconds: float
    memory_bytes: int
    started_at: Time


class ProcessesBody(BaseModel):
    """Parents before their children. `count`: of all, also of those that are too many to list."""

    count: int
    foreground: str | None
    processes: list[ProcessBody]


class MachineNow(BaseModel):
    cpu_percent: float
    cpu_count: int
    load: list[float]
    memory_bytes: int
    memory_total_bytes: int
    disk_bytes: int
    disk_total_bytes: int
    uptime_seconds: float


class MachineSeries(Column):
    cpu_percent: list[float | None]
    load: list[float | None]
    memory_bytes: list[int | None]
    disk_bytes: list[int | None]


class MachineBody(BaseModel):
    now: MachineNow
    series: MachineSeries


def _number(text: Any) -> Any:
    return int(text) if isinstance(text, str) and re.fullmatch(r"\d{1,6}", text) else text


class Span(Query):
    """`step`: 10 (kept for an hour), 60 (a day) or 900 (30 days); `since`: RFC 3339, all that is kept by default."""

    step: Annotated[Literal[10, 60, 900], BeforeValidator(_number)] = 10
    since: Moment | None = None

    def begin(self, now: float) -> float:
        return self.since.timestamp() if self.since else now - KEEP[self.step]


class Several(Query):
    """`sessions`: ids with commas."""

    sessions: Annotated[str, Field(max_length=13 * MOST_SESSIONS)] = ""

    @field_validator("sessions")
    @classmethod
    def _ids(cls, sessions: str) -> str:
        if not all(ID.fullmatch(one) for one in filter(None, sessions.split(","))):
            raise ValueError(said("expected ids of sessions, with commas"))
        return sessions

    def ids(self) -> set[str]:
        return set(filter(None, self.sessions.split(",")))


@route("GET", ONE + "/stats", WATCH, Answer(200, SeriesBody))
def series(session: Session, query: Span) -> Any:
    """What the session used over time: processor, memory, output, input, viewers."""
    now = time.time()
    found = green.offload(sample.series, session.id, query.step, query.begin(now), now)
    columns = found.columns
    return {
        **_place(found),
        "cpu_percent": _rounded(columns["cpu"]),
        "memory_bytes": columns["memory"],
        "process_count": columns["processes"],
        "viewers": columns["viewers"],
        "output_rate": _rate(columns["output"], found.step),
        "line_rate": _rate(columns["lines"], found.step),
        "input_rate": _rate(columns["input"], found.step),
    }


@route("GET", ONE + "/processes", WATCH, Answer(200, ProcessesBody))
def processes(session: Session) -> Any:
    """The session's processes now, as a tree, and which of them the keys go to."""
    found, count = rooms().processes.tree(session.pid) if session.state == "running" else ([], 0)
    listed = [asdict(one) | {"started_at": rfc3339(one.started_at)} for one in found]
    front = [one.name for one in found if one.foreground]
    return {"count": count, "foreground": front[0] if front else None, "processes": listed}


@route("GET", API + "/stats", SIGNED_IN, Answer(200, CardsBody))
def cards(actor: Actor, query: Several) -> Any:
    """The last five minutes of several sessions at once; those that you may not see are left out."""
    wanted = query.ids()
    mine = [one.id for one in Session.visible_to(actor) if one.id in wanted] if wanted else []
    now, step = time.time(), sample.FINEST
    found = green.offload(sample.many, mine, step, now - CARD_POINTS * step, now)
    figures = {
        one: {"cpu_percent": _rounded(made.columns["cpu"]), "output_rate": _rate(made.columns["output"], step)}
        for one, made in found.items()
    }
    start = sample.start_of(step, now - CARD_POINTS * step, now)
    return {"step": step, "start": rfc3339(start), "sessions": figures}


@route("GET", API + "/machine", SIGNED_IN, Answer(200, MachineBody))
def machine(query: Span) -> Any:
    """What the whole machine uses, now and over time; the disk is the one with the data directory."""
    now = time.time()
    found = green.offload(sample.machine_series, query.step, query.begin(now), now)
    columns = found.columns
    past = {
        "cpu_percent": _rounded(columns["cpu"]),
        "load": _rounded(columns["load"], 2),
        "memory_bytes": columns["memory"],
        "disk_bytes": columns["disk"],
    }
    return {"now": asdict(rooms().machine.now()), "series": {**_place(found), **past}}


def _place(found: Series) -> dict[str, Any]:
    return {"step": found.step, "start": rfc3339(found.start)}


def _rounded(values: list[Any], digits: int = 1) -> list[Any]:
    return [None if value is None else round(value, digits) for value in values]


def _rate(values: list[Any], step: int) -> list[Any]:
    return _rounded([None if value is None else value / step for value in values])
