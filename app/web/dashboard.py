"""What the dashboard does beside the list: what you saw and pinned, and several sessions at once. The rule: a look is
the asking account's own, whoever owns the session."""

from __future__ import annotations

from typing import Any

from app.live.looks import look_json
from app.live.several import end_all, may_end
from app.models.look import Look
from app.models.session import Session
from app.permissions import WATCH, Actor
from app.web import audit, bodies
from app.web.answers import LookBody, SeveralBody
from app.web.gate import rooms
from app.web.problems import not_found
from app.web.routes import API, SIGNED_IN, Answer, route
from app.web.spoken import tell
from app.words import said

NOT_YOURS = said("There is nothing here that you may end.")


@route("PATCH", API + "/sessions/<id>/look", WATCH, Answer(200, LookBody))
def look(session: Session, actor: Actor, body: bodies.LookChanges) -> Any:
    """Keeps it on top of your dashboard, or not; or says that you have seen all of it. Answers your look."""
    if body.pinned is not None:
        rooms().looks.pin(actor.user_id, session, body.pinned)
    if body.seen:
        rooms().looks.seen(actor.user_id, session)
    return look_json(Look.of(actor.user_id).get(session.id) or Look())


@route("POST", API + "/sessions/end", SIGNED_IN, Answer(200, SeveralBody))
def end_several(actor: Actor, body: bodies.Several) -> Any:
    """Ends these sessions, or forgets them; those that you may not see or end are `left`. With `after_seconds` it is
    done so much later, whether or not you are still there, unless you take the `deed` back."""
    may = may_end(actor, body.ids, body.forget)
    known = [session.id for session in may]
    left: dict[str, str] = {one: NOT_YOURS for one in body.ids if one not in known}
    done: list[str] = []
    deed = None
    if not body.after_seconds:
        done, failed = end_all(rooms(), may, body.forget)
        left |= failed
        action = "session.forget" if body.forget else "session.end"
        rooms().audit.ended(actor, action, [one for one in may if one.id in done], audit.address())
    elif known:
        deed = rooms().deeds.later(actor, known, body.forget, body.after_seconds).id
    told = [{"id": one, "detail": tell(why)} for one, why in left.items()]
    return {"done": done, "left": told, "deed": deed}


@route("DELETE", API + "/sessions/end/<deed>", SIGNED_IN, Answer(204))
def end_undo(actor: Actor, deed: str) -> Any:
    """Takes back what was to be done later. 404 when it has been done."""
    if not rooms().deeds.undo(actor, deed):
        raise not_found()
    return "", 204
