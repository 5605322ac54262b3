"""The audit log over HTTP: what is written into it, and who reads it. The rule: the gate writes down every request that
changed something, but for those in QUIET, each with its reason; a new route is in the log without being asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from flask import current_app, g, render_template, request
from pydantic import BaseModel, Field

from app.live.status import rfc3339
from app.models.audit import Audit, Entry
from app.models.session import ID, Session
from app.permissions import OWNER, Actor
from app.web import audit_words
from app.web.answers import AuditBody
from app.web.bodies import Query
from app.web.hosts import SAFE_METHODS
from app.web.routes import API, SIGNED_IN, Answer, Route, page, route

QUIET = {
    "sessions_type_in": "every key would be an entry; written down by itself, once an hour",
    "sessions_resize": "as often as a window is dragged, and it is undone by another",
    "talk_say": "talk is kept with its author where it belongs, and is erased with the session; the log is not",
    "annotation_annotate": "the same",
    "annotation_reannotate": "the same",
    "glass_break_glass": "written down by itself, before it is done",
    "dashboard_look": "what one has seen, for oneself",
    "notices_put_away": "the same",
    "dashboard_end_several": "written down by itself, one entry a session",
    "preferences_preference_change": "how one likes one's own pages",
    "pages_language": "the same",
    "pages_login": "written down by itself: who it is, is known only afterwards",
    "pages_logout": "the same, before",
    "guests_enter_with_password": "written down by itself: its path is a secret",
    "pages_setup": "the same, after",
    "sign_in_code": "the same",
    "sign_in_reset": "the same",
    "passkeys_sign_in": "the same",
    "passkeys_sign_in_options": "a challenge, which changes nothing",
    "passkeys_options": "the same",
    "proof_options": "the same",
}  # fmt: skip
# GET routes that answer what a program wrote, or people said.
READS = frozenset({
    "pages_session", "pages_session_text", "sessions_screen", "sessions_output", "history_rows", "history_search",
    "files_download", "commands_command_list", "commands_command_output",
    "talk_chat", "annotation_listing", "timeline_timeline",
})  # fmt: skip
# And those that answer what runs there, and what its last command was: of others' sessions they are entries, too.
TELLS = frozenset({"sessions_status", "stats_processes"})
# What of a body is written down: never a command, its environment, input, a password or a token.
TOLD = (
    "name", "tags", "group", "signal", "forget", "role", "user", "label", "rights", "scope", "scopes", "expires_at",
    "expires_in_seconds", "expires_seconds", "admin", "team", "fresh", "asks", "most_viewers", "locked", "paused",
    "record", "disabled", "end_sessions",
)  # fmt: skip
# And of a path: never the secret of a link.
TOLD_OF_PATH = frozenset({"number", "name", "deed", "user", "viewer"})
MOST_ENTRIES = 500
LONGEST_FILTER = 64


def after(row: Route, actor: Actor | None, given: dict[str, Any], path: dict[str, Any], answer: Any) -> None:
    """Called by the gate when a request has been answered without an error."""
    session: Session | None = given.get("session")
    if session is not None and actor is not None:
        auditor = current_app.extensions["rooms"].audit
        if row.name in READS or row.name in TELLS and session.role != OWNER:
            auditor.read(actor, session, address())
        elif row.name == "sessions_type_in":
            auditor.typed(actor, session, address())
    if row.method in SAFE_METHODS or row.name in QUIET:
        return
    made = answer[0] if isinstance(answer, tuple) else answer
    session_id, owner = (session.id, session.owner_id) if session is not None else ("", None)
    if session is None and isinstance(made, dict) and ID.fullmatch(str(made.get("id", ""))):
        session_id, owner = made["id"], actor.user_id if actor is not None else None
    owner = g.get("audit_about", owner)
    details = {name: value for name, value in path.items() if name in TOLD_OF_PATH} | _told(given.get("body"))
    note(actor, row.action, session=session_id, owner_id=owner, details=details)


def about(user_id: int) -> None:
    """This request changes that account: its user reads the entry, too."""
    g.audit_about = user_id


def note(actor: Actor | None, action: str, **facts: Any) -> None:
    """Writes it down, with the address that this request came from, before it is answered."""
    current_app.extensions["rooms"].audit.note(Entry.by(actor, action, address=address(), **facts), wait=True)


def address() -> str:
    return request.remote_addr or ""


def _told(body: BaseModel | None) -> dict[str, Any]:
    if body is None:
        return {}
    given = body.model_dump(mode="json", include=set(TOLD), exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None}


class Page(Query):
    """`before`: older than the entry of this number. `user`: who did it. `action`: a part of its name."""

    before: Annotated[int, Field(ge=1, le=(1 << 63) - 1)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = 100
    session: Annotated[str, Field(pattern=r"^[a-z2-7]{12}$")] | None = None
    user: Annotated[str, Field(max_length=LONGEST_FILTER)] = ""
    action: Annotated[str, Field(max_length=LONGEST_FILTER)] = ""


@route("GET", API + "/audit", SIGNED_IN, Answer(200, AuditBody))
def entries(actor: Actor, query: Page) -> Any:
    """The audit log, the newest first: all of it for administrators; else what you did, and what was done to your
    sessions."""
    return {"entries": [_json(entry) for entry in found(actor, query)]}


@page("GET", "/audit", SIGNED_IN)
def audit_page(actor: Actor, query: Page) -> Any:
    """The audit log to read."""
    rows = [_json(one) for one in found(actor, query, audit_words.called(query.action.strip()))]
    told = [(entry, audit_words.shown(entry)) for entry in rows]
    return render_template("audit.html", entries=told, query=query, everything=actor.administers)


def found(actor: Actor, query: Page, called: Sequence[str] = ()) -> list[Audit]:
    """`called`: actions that are meant, too."""
    reader = None if actor.administers else actor.user_id
    wanted = query.session or "", query.user.strip(), query.action.strip()
    return Audit.page(query.before, query.limit, reader, *wanted, called)


def _json(entry: Audit) -> dict[str, Any]:
    return entry.as_json() | {"at": rfc3339(entry.at)}
