"""What an account chose, over HTTP. The rule: each preference is a field of the table below, with its type and its
bounds; there are no others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Flask
from pydantic import Field, StringConstraints

from app.models.preference import MOST_LABELS, Colour, Preference
from app.permissions import Actor
from app.web import logins
from app.web.bodies import Body, Group, Tag
from app.web.problems import Problem
from app.web.routes import API, SIGNED_IN, Answer, route
from app.web.workspace import Layout
from app.words import said

# The ids in static/js/helpers/palettes.js; an unknown one is drawn as the default.
Palette = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]

# As in static/js/helpers/keys.js; a test compares.
Key = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:ctrl|alt|shift|esc|tab|enter|backspace|pipe|slash|tilde|dash|underscore|backslash|colon|star|dollar"
        r"|quote|backtick|up|down|left|right|home|end|ins|del|pgup|pgdn|f[1-9]|f1[0-2]|ctrl-[cdzlraekuw]"
        r"|text:[^\x00-\x08\x0b-\x1f\x7f]{1,200})$",
    ),
]


class Preferences(Body):
    """All may be left out; null takes one back to its default.

    `language`: of the pages; by default what the browser asks for. `announce_presence`: whether a session's page says
    who comes and who goes (by default it does). `follow_cursor`: whether zoomed text follows the cursor while one types
    (by default it does). `tag_colours`, `group_colours`: by name; a label without one has a colour by its name.
    `dashboard_view`, `dashboard_sort`, `folded_groups`: how the dashboard was left. `key_bar`: the keys of the phone's
    key bar, in order, each a name or `text:` and what it types. `composing`: whether words that a keyboard composes are
    sent letter by letter or when they are finished; by default as fits the keyboard. `screen_reader`: whether terminals
    speak to one (by default they do not). `theme`: of the pages; by default the system's. `terminal_light_theme`,
    `terminal_dark_theme`: the terminal's palette on a light and on a dark page. `layout`: of the workspace.
    `stats_range`: of the charts of a session; by default an hour. `command_marks`: whether marks stand beside the
    commands of a shell (by default they do). `shell_integration`: whether shells in new sessions mark their commands,
    where the order does not say it (by default they do)."""

    language: Literal["en", "zh"] | None = None
    announce_presence: bool | None = None
    follow_cursor: bool | None = None
    tag_colours: Annotated[dict[Tag, Colour], Field(max_length=MOST_LABELS)] | None = None
    group_colours: Annotated[dict[Group, Colour], Field(max_length=MOST_LABELS)] | None = None
    dashboard_view: Literal["cards", "compact"] | None = None
    dashboard_sort: Literal["needs", "activity", "age", "name"] | None = None
    folded_groups: Annotated[list[Group], Field(max_length=MOST_LABELS)] | None = None
    key_bar: list[Key] | None = Field(default=None, max_length=40)
    composing: Literal["live", "held"] | None = None
    screen_reader: bool | None = None
    layout: Layout | None = None
    stats_range: Literal["hour", "day", "month"] | None = None
    command_marks: bool | None = None
    shell_integration: bool | None = None

    # The page, and how terminals look (static/js/models/terminal-choices.js has the defaults).
    theme: Literal["system", "light", "dark"] | None = None
    terminal_light_theme: Palette | None = None
    terminal_dark_theme: Palette | None = None
    terminal_font: Literal["system", "jetbrains-mono", "fira-code", "cascadia-code"] | None = None
    terminal_font_size: Annotated[int, Field(ge=8, le=32)] | None = None
    terminal_line_height: Annotated[float, Field(ge=1, le=2)] | None = None
    terminal_ligatures: bool | None = None
    terminal_pictures: bool | None = None
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
