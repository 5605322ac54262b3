"""What a session's output scrolled off, over HTTP: how much there is, rows by number, text in them. The
rule: each handler is one call down."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.live.history.search import Wanted
from app.models.session import Session
from app.permissions import WATCH
from app.web import bodies
from app.web.answers import HistoryBody, HitsBody, RowsBody
from app.web.gate import rooms
from app.web.routes import Answer, route
from app.web.sessions import ONE

HISTORY = ONE + "/history"


@route("GET", HISTORY, WATCH, Answer(200, HistoryBody))
def outline(session: Session, query: bodies.At) -> Any:
    """How many rows the session's output has left, and in which of them the cursor stood at `offset`."""
    return asdict(rooms().histories.outline(session.id, query.offset))


@route("GET", HISTORY + "/rows", WATCH, Answer(200, RowsBody))
def rows(session: Session, query: bodies.Rows) -> Any:
    """At most `count` rows from row `from` on: as ANSI for a terminal of `cols` columns, or as text."""
    page = asdict(rooms().histories.page(session.id, query.start, query.count, query.format))
    return {"history": page.pop("history"), "from": page.pop("start"), "to": page.pop("end")} | page


@route("GET", HISTORY + "/search", WATCH, Answer(200, HitsBody))
def search(session: Session, query: bodies.Search) -> Any:
    """Where that text stands, in lines as they were written, not as they were wrapped."""
    wanted = Wanted(query.q, query.before, query.after, query.limit, query.case)
    found = asdict(rooms().histories.search(session.id, wanted))
    return found | {"hits": [hit._asdict() for hit in found["hits"]]}
