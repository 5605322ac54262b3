"""What an account chose, over HTTP. The rule: each preference is a field of the table below, with its type and its
bounds; there are no others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Flask
from pydantic import Field

from app.models.preference import Preference
from app.permissions import Actor
from app.web import logins
from app.web.bodies import Body
from app.web.routes import API, SIGNED_IN, Answer, route

# The ids in static/js/helpers/palettes.js; an unknown one is drawn as the default.
Palette = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class Preferences(Body):
    """All may be left out; null takes one back to its default.

    `language`: of the pages; by default what the browser asks for. `announce_presence`: whether a session's page says
    who comes and who goes (by default it does). `follow_cursor`: whether zoomed text follows the cursor while one types
    (by default it does). `theme`: of the pages; by default the system's. `terminal_light_theme`, `terminal_dark_theme`:
    the terminal's palette on a light and on a dark page."""

    language: Literal["en", "zh"] | None = None
    announce_presence: bool | None = None
    follow_cursor: bool | None = None

    # The page, and how terminals look (static/js/models/terminal-choices.js has the defaults).
    theme: Literal["system", "light", "dark"] | None = None
    terminal_light_theme: Palette | None = None
    terminal_dark_theme: Palette | None = None
    terminal_font: Literal["system", "jetbrains-mono", "fira-code", "cascadia-code"] | None = None
    terminal_font_size: Annotated[int, Field(ge=8, le=32)] | None = None
    terminal_line_height: Annotated[float, Field(ge=1, le=2)] | None = None
    terminal_ligatures: bool | None = None
    terminal_contrast: Annotated[float, Field(ge=1, le=21)] | None = None
    terminal_cursor: Literal["block", "bar", "underline"] | None = None
    terminal_cursor_blink: bool | None = None
    # What it does.
    copy_on_select: bool | None = None
    paste_warning: bool | None = None
    program_copy: Literal["ask", "always", "never"] | None = None
    bell_sound: bool | None = None
    bell_flash: bool | None = None
    bell_badge: bool | None = None


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
