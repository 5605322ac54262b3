"""Sharing a session, for its owner: roles for users and teams, links for who has no account, and the door. The rule:
each change holds, for open sockets too and in every process, when its call returns."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

from flask import request
from pydantic import BaseModel, Field, model_validator

from app.live.status import glass_json, rfc3339
from app.models.grant import Grant
from app.models.link import MOST_LINKS, Link
from app.models.session import Session
from app.models.team import Team
from app.models.user import User
from app.permissions import SHARE
from app.web.answers import Time
from app.web.bodies import Body, Group
from app.web.gate import rooms
from app.web.problems import Problem, bad_field, not_found
from app.web.routes import NUMBER, Answer, route
from app.web.sessions import ONE
from app.words import said

DONE = Answer(204)
Given = Literal["operator", "writer", "viewer"]
DAY = 86_400


class GrantBody(BaseModel):
    """Of a `user` or of a `team`. `role` "none": was shown the door, and stays out."""

    id: int
    user: str | None
    team: str | None
    role: str


class GrantsBody(BaseModel):
    grants: list[GrantBody]


class GlassBody(BaseModel):
    """An administrator who broke the glass. `id`: by which the owner ends it."""

    id: int
    name: str
    role: str
    reason: str
    until: Time


class LinkBody(BaseModel):
    """`fresh`: its guests see nothing from before it was made. `asks`: they wait to be let in. `password`: whether it
    asks for one. `viewers`: the ids of those who are connected by it."""

    id: int
    label: str
    role: str
    fresh: bool
    asks: bool
    password: bool
    most_viewers: int | None
    created_at: Time
    expires_at: Time | None
    viewers: list[str]


class LinksBody(BaseModel):
    links: list[LinkBody]


class NewLinkBody(LinkBody):
    """`url` has the link's secret, which is in this answer and nowhere else."""

    url: str


class HereBody(BaseModel):
    """`link`: the one that it came by, null for an account."""

    viewer: str
    user: str
    role: str
    link: int | None


class SharingBody(GrantsBody, LinksBody):
    """`locked`: only the owner types. `paused`: only the owner is in it. `here`: who is connected, the owner aside."""

    locked: bool
    paused: bool
    here: list[HereBody]
    glass: list[GlassBody]


class NewGrant(Body):
    """To a `user` or to a `team`, by name."""

    user: Annotated[str, Field(max_length=32)] | None = None
    team: Annotated[str, Field(max_length=32)] | None = None
    role: Given

    @model_validator(mode="after")
    def _one(self) -> NewGrant:
        if (self.user is None) == (self.team is None):
            raise ValueError(said("expected either user or team"))
        return self


class NewRole(Body):
    role: Given


class NewLink(Body):
    """`expires_seconds`: from now on; null: until it is taken back. `fresh`: nothing from before now is shown.
    `asks`: who comes by it waits until the owner or an operator lets it in."""

    label: Annotated[Group, Field(max_length=60)] = ""
    role: Literal["writer", "viewer"] = "viewer"
    expires_seconds: Annotated[int, Field(ge=1, le=366 * DAY)] | None = DAY
    most_viewers: Annotated[int, Field(ge=1, le=1000)] | None = None
    fresh: bool = False
    asks: bool = False
    password: Annotated[str, Field(min_length=4, max_length=1024)] | None = None


class Moderation(Body):
    locked: bool | None = None
    paused: bool | None = None


@route("GET", ONE + "/sharing", SHARE, Answer(200, SharingBody))
def sharing(session: Session) -> Any:
    """All about who may be in the session, and who is."""
    return everything(session)


@route("PATCH", ONE + "/sharing", SHARE, Answer(200, SharingBody))
def moderate(session: Session, body: Moderation) -> Any:
    """"Only I type" (`locked`), or nobody but me is in it (`paused`); links and roles stay."""
    changes = body.model_dump(exclude_none=True)
    if changes:
        session.change(**changes)
        rooms().shares.changed(session.id, take_back=bool(body.locked))
    return everything(session)


@route("GET", ONE + "/grants", SHARE, Answer(200, GrantsBody))
def grants(session: Session) -> Any:
    """Who was given a role, by name."""
    return {"grants": [grant_json(grant) for grant in Grant.of(session.id)]}


@route("POST", ONE + "/grants", SHARE, Answer(201, GrantBody))
def grant_give(session: Session, body: NewGrant) -> Any:
    """Gives a user or a team a role, or another one than it has."""
    grant = Grant.give(session.id, body.role, **receiver(session, body))
    rooms().shares.changed(session.id)
    return grant_json(grant), 201


@route("PATCH", ONE + f"/grants/{NUMBER}", SHARE, DONE)
def grant_change(session: Session, number: int, body: NewRole) -> Any:
    """Another role."""
    if not Grant.change(session.id, number, body.role):
        raise not_found()
    rooms().shares.changed(session.id)
    return "", 204


@route("DELETE", ONE + f"/grants/{NUMBER}", SHARE, DONE)
def grant_take(session: Session, number: int) -> Any:
    """Takes the role away."""
    if not Grant.take(session.id, number):
        raise not_found()
    rooms().shares.changed(session.id)
    return "", 204


@route("GET", ONE + "/links", SHARE, Answer(200, LinksBody))
def links(session: Session) -> Any:
    """The share links that open this session, without their secrets, which nobody knows any more."""
    return {"links": everything(session)["links"]}


@route("POST", ONE + "/links", SHARE, Answer(201, NewLinkBody))
def link_make(session: Session, body: NewLink) -> Any:
    """A new share link; read-only, and for a day, if nothing else is said."""
    head = rooms().status(session).output_bytes
    made = Link.make(
        session.id, body.password, label=body.label, role=body.role, most_viewers=body.most_viewers,
        asks=body.asks,
        fresh_from=head if body.fresh else None,
        expires_at=time.time() + body.expires_seconds if body.expires_seconds is not None else None,
    )  # fmt: skip
    if made is None:
        raise Problem(409, said("This session has %(count)s links; take some back first.", count=MOST_LINKS))
    link, secret = made
    return link_json(link, []) | {"url": f"{request.url_root}s/{secret}"}, 201


@route("DELETE", ONE + f"/links/{NUMBER}", SHARE, DONE)
def link_revoke(session: Session, number: int) -> Any:
    """Takes a link back: it opens nothing any more, and whoever came by it is out."""
    if not Link.revoke(session.id, number):
        raise not_found()
    rooms().shares.changed(session.id)
    return "", 204


@route("DELETE", ONE + "/viewers/<viewer>", SHARE, DONE)
def viewer_remove(session: Session, viewer: str) -> Any:
    """Shows a viewer the door. An account stays out until its grant is changed or taken; a guest may come anew by its
    link while that holds."""
    rooms().shares.remove(session, viewer)
    return "", 204


@route("PUT", ONE + "/viewers/<viewer>/keyboard", SHARE, DONE)
def keyboard_give(session: Session, viewer: str) -> Any:
    """Lets a viewer type until it leaves or the keyboard is taken back; also while only you type."""
    rooms().shares.lend(session.id, viewer, True)
    return "", 204


@route("DELETE", ONE + "/viewers/<viewer>/keyboard", SHARE, DONE)
def keyboard_take(session: Session, viewer: str) -> Any:
    """Takes it back; or says no to a viewer that asks for it."""
    rooms().shares.lend(session.id, viewer, False)
    return "", 204


def receiver(session: Session, body: NewGrant) -> dict[str, Any]:
    if body.team is not None:
        team = Team.named(body.team)
        if team is None:
            raise bad_field("team", said("there is no such team"))
        return {"team": team}
    user = User.named(body.user or "")
    if user is None:
        raise bad_field("user", said("there is no such user"))
    if user.id == session.owner_id:
        raise bad_field("user", said("this is the owner"))
    return {"user": user}


def everything(session: Session) -> dict[str, Any]:
    others = [one for one in rooms().shares.here(session.id) if one.role != "owner"]
    by_link: dict[int, list[str]] = {}
    for one in others:
        by_link.setdefault(one.link, []).append(one.id)
    return {
        "locked": session.locked,
        "paused": session.paused,
        "grants": [grant_json(grant) for grant in Grant.of(session.id)],
        "links": [link_json(link, by_link.get(link.id, [])) for link in Link.of(session.id)],
        "here": [
            {"viewer": one.id, "user": one.user, "role": one.role, "link": one.link or None} for one in others
        ],
        "glass": glass_json(session),
    }


def grant_json(grant: Grant) -> dict[str, Any]:
    user, team = grant.user, grant.team
    return {
        "id": grant.id, "user": user.name if user else None, "team": team.name if team else None, "role": grant.role,
    }  # fmt: skip


def link_json(link: Link, viewers: list[str]) -> dict[str, Any]:
    return {
        "id": link.id, "label": link.label, "role": link.role, "fresh": link.fresh_from is not None, "asks": link.asks,
        "password": link.password_hash is not None, "most_viewers": link.most_viewers,
        "created_at": rfc3339(link.created_at), "expires_at": rfc3339(link.expires_at), "viewers": viewers,
    }  # fmt: skip
