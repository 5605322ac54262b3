"""What an account chose, over HTTP. The rule: each preference is a field of the table below, with its type and its
bounds; there are no others."""

from __future__ import annotations

from typing import Any, Literal

from flask import Flask

from app.models.preference import Preference
from app.permissions import Actor
from app.web import logins
from app.web.bodies import Body
from app.web.problems import Problem
from app.web.routes import API, SIGNED_IN, Answer, route
from app.web.workspace import Layout
from app.words import said


class Preferences(Body):
    """All may be left out; null takes one back to its default.

    `language`: of the pages; by default what the browser asks for. `layout`: of the workspace."""

    language: Literal["en", "zh"] | None = None
    layout: Layout | None = None


@route("GET", API + "/preferences", SIGNED_IN, Answer(200, Preferences))
def preference_list(actor: Actor) -> Any:
    """What you chose, without what is at its default."""
    return Preference.of(actor.user_id)


@route("PATCH", API + "/preferences", SIGNED_IN, Answer(200, Preferences))
def preference_change(actor: Actor, body: Preferences) -> Any:
    """Changes those that the body names, and answers all."""
    _up_to_date(actor, body.layout)
    Preference.choose(actor.user_id, body.model_dump(mode="json", include=body.model_fields_set))
    return Preference.of(actor.user_id)


def _up_to_date(actor: Actor, layout: Layout | None) -> None:
    """Two devices arrange one workspace: the later may change only what it has seen."""
    if layout is None:
        return
    known = Preference.of(actor.user_id).get("layout")
    if known and known["revision"] + 1 != layout.revision:
        raise Problem(409, said("The layout was changed meanwhile, on another device."))


def register(app: Flask) -> None:
    app.context_processor(lambda: {"preferences": of_visitor()})


def of_visitor() -> dict[str, Any]:
    """For the page itself, which must not ask first: nothing while nobody is signed in."""
    actor = logins.actor()
    return Preference.of(actor.user_id) if actor is not None else {}
