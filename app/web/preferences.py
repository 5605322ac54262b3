"""What an account chose, over HTTP. The rule: each preference is a field of the table below, with its type and its
bounds; there are no others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Flask
from pydantic import Field

from app.models.preference import Preference
from app.permissions import Actor
from app.web import logins
from app.web.bodies import Body, Group, Tag
from app.web.routes import API, SIGNED_IN, Answer, route

Colour = Literal["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]
MOST_LABELS = 200


class Preferences(Body):
    """All may be left out; null takes one back to its default.

    `language`: of the pages; by default what the browser asks for. `announce_presence`: whether a session's page says
    who comes and who goes (by default it does). `follow_cursor`: whether zoomed text follows the cursor while one types
    (by default it does). `tag_colours`, `group_colours`: by name; a label without one has a colour by its name.
    `dashboard_view`, `dashboard_sort`, `folded_groups`: how the dashboard was left."""

    language: Literal["en", "zh"] | None = None
    announce_presence: bool | None = None
    follow_cursor: bool | None = None
    tag_colours: Annotated[dict[Tag, Colour], Field(max_length=MOST_LABELS)] | None = None
    group_colours: Annotated[dict[Group, Colour], Field(max_length=MOST_LABELS)] | None = None
    dashboard_view: Literal["cards", "compact"] | None = None
    dashboard_sort: Literal["needs", "activity", "age", "name"] | None = None
    folded_groups: Annotated[list[Group], Field(max_length=MOST_LABELS)] | None = None


@route("GET", API + "/preferences", SIGNED_IN, Answer(200, Preferences))
def preference_list(actor: Actor) -> Any:
    """What you chose, without what is at its default."""
    return Preference.of(actor.user_id)


@route("PATCH", API + "/preferences", SIGNED_IN, Answer(200, Preferences))
def preference_change(actor: Actor, body: Preferences) -> Any:
    """Changes those that the body names, and answers all."""
    Preference.choose(actor.user_id, body.model_dump(mode="json", include=body.model_fields_set))
    return Preference.of(actor.user_id)


def register(app: Flask) -> None:
    app.context_processor(lambda: {"preferences": of_visitor()})


def of_visitor() -> dict[str, Any]:
    """For the page itself, which must not ask first: nothing while nobody is signed in."""
    actor = logins.actor()
    return Preference.of(actor.user_id) if actor is not None else {}
