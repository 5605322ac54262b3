"""The chat beside a session over HTTP. The rule: as the events of the same names, for who is not connected."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from app.models.message import MESSAGE_LENGTH, speech
from app.models.session import Session
from app.permissions import TALK, WATCH, Actor
from app.web.answers import Time
from app.web.bodies import LARGEST, Body, Query
from app.web.gate import rooms
from app.web.routes import Answer, route
from app.web.sessions import ONE

MOST_AT_ONCE = 100


class MessageBody(BaseModel):
    """`offset`: of the session's output, when it was said. `author`: a user, or a guest as it is listed."""

    number: int
    author: str
    guest: bool
    at: Time
    offset: int
    text: str


class MessagesBody(BaseModel):
    """`more`: there are older ones."""

    messages: list[MessageBody]
    more: bool


class SaidBody(BaseModel):
    number: int


class NewMessage(Body):
    text: Annotated[str, Field(max_length=MESSAGE_LENGTH), AfterValidator(speech)]


class ChatPage(Query):
    """The newest first; `before`: those with smaller numbers."""

    before: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 50


@route("GET", ONE + "/chat", WATCH, Answer(200, MessagesBody))
def chat(session: Session, actor: Actor, query: ChatPage) -> Any:
    """What was said beside the session, the newest first."""
    return rooms().talk.page(session.id, actor, query.before, query.limit)


@route("POST", ONE + "/chat", TALK, Answer(201, SaidBody))
def say(session: Session, actor: Actor, body: NewMessage) -> Any:
    """Says something to everybody in the session; text, nothing else."""
    return {"number": rooms().talk.say(session.id, actor, body.text)}, 201
