"""Notes on lines of a session's output over HTTP. The rule: as the events of docs/events.md, for who is not
connected."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from app.live.history.anchors import LOWEST
from app.models.annotation import ANNOTATION_LENGTH
from app.models.message import speech
from app.models.session import Session
from app.permissions import TALK, WATCH, Actor
from app.web.answers import Time
from app.web.bodies import LARGEST, Body
from app.web.gate import rooms
from app.web.routes import NUMBER, Answer, route
from app.web.sessions import ONE

NOTES = ONE + "/annotations"


class AnnotationBody(BaseModel):
    """`offset`: at which its line began; `row`: in which of the history it stands, null where it is not kept; `line`:
    what stood there when the note was written."""

    number: int
    author: str
    guest: bool
    at: Time
    edited_at: Time | None
    offset: int
    line: str
    text: str
    row: int | None


class AnnotationsBody(BaseModel):
    """`history`: the numbering of the rows, null where there are no notes."""

    me: str
    history: str | None
    annotations: list[AnnotationBody]


Text = Annotated[str, Field(max_length=ANNOTATION_LENGTH), AfterValidator(speech)]


class NewAnnotation(Body):
    """On the line `up` rows above the one in which the cursor stood at `offset`; null: now."""

    text: Text
    offset: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    up: Annotated[int, Field(ge=-LOWEST, le=LARGEST)] = 0


class NewText(Body):
    text: Text


@route("GET", NOTES, WATCH, Answer(200, AnnotationsBody, also=(429, 503)))
def listing(session: Session, actor: Actor) -> Any:
    """The notes that people fixed to lines of the output, in the order of these."""
    found = rooms().annotations.listed(session.id, actor)
    return {name: found[name] for name in AnnotationsBody.model_fields}


@route("POST", NOTES, TALK, Answer(201, AnnotationBody, also=(410,)))
def annotate(session: Session, actor: Actor, body: NewAnnotation) -> Any:
    """Fixes a note to a line; everybody in the session sees it beside that."""
    made = rooms().annotations.add(session.id, actor, body.text, body.offset, body.up)
    return {name: made[name] for name in AnnotationBody.model_fields}, 201


@route("PATCH", NOTES + f"/{NUMBER}", TALK, Answer(200, AnnotationBody))
def reannotate(session: Session, actor: Actor, number: int, body: NewText) -> Any:
    """Another text, by its author."""
    made = rooms().annotations.change(session.id, actor, number, body.text)
    return {name: made[name] for name in AnnotationBody.model_fields}


@route("DELETE", NOTES + f"/{NUMBER}", TALK, Answer(204))
def unannotate(session: Session, actor: Actor, number: int) -> Any:
    """Deletes a note: its author, the owner and operators may."""
    rooms().annotations.remove(session.id, actor, session.role, number)
    return "", 204
