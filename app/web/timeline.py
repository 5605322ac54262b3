"""Who typed into a session, and when, over HTTP. The rule: never what, nor how much of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app import green
from app.live.typists import names_of, stretch_json, stretches
from app.models.session import Session
from app.permissions import WATCH
from app.web.answers import Time
from app.web.bodies import Moment, Query
from app.web.gate import rooms
from app.web.routes import Answer, route
from app.web.sessions import ONE

MOST_STRETCHES = 500
MILLISECOND = 0.001  # what the timeline tells apart

class StretchBody(BaseModel):
    """`author` typed while the output went from offset `from` to `to`; a pause of 10 s ends it."""

    model_config = ConfigDict(populate_by_name=True)

    author: str
    guest: bool
    start: int = Field(alias="from")
    end: int = Field(alias="to")
    began_at: Time
    ended_at: Time


class TimelineBody(BaseModel):
    """`more`: there are older ones: ask again with the last `began_at` as `before`."""

    typed: list[StretchBody]
    more: bool


class TimelinePage(Query):
    """The newest first; `before`: those that began before that moment."""

    before: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_STRETCHES)] = 100


@route("GET", ONE + "/timeline", WATCH, Answer(200, TimelineBody))
def timeline(session: Session, query: TimelinePage) -> Any:
    """Who typed when, as far as the journal goes back."""
    found = green.offload(stretches, rooms().config.sessions_dir / session.id)
    if query.before is not None:
        found = [one for one in found if one.began < query.before.timestamp() - MILLISECOND / 2]
    shown = found[-query.limit :][::-1]
    names = names_of(one.user_id for one in shown)
    return {"typed": [stretch_json(one, names) for one in shown], "more": len(found) > len(shown)}
