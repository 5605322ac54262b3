"""Teams over HTTP. The rule: only administrators make them and say who is in them, by a browser with a fresh proof;
none seats himself, and the owner of what is shared with a team is told who came into it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.models.grant import Grant
from app.models.session import Session
from app.models.team import Team
from app.models.user import User
from app.permissions import Actor
from app.web import audit
from app.web.bodies import Body
from app.web.gate import rooms
from app.web.problems import Problem, bad_field, not_found
from app.web.routes import ADMIN, ADMIN_BROWSER, API, Answer, route
from app.words import said

DONE = Answer(204)
TEAMS = API + "/teams"
MEMBER = TEAMS + "/<name>/members/<user>"


class TeamBody(BaseModel):
    name: str
    members: list[str]


class TeamsBody(BaseModel):
    teams: list[TeamBody]


class NewTeam(Body):
    name: Annotated[str, Field(max_length=32)]


@route("GET", TEAMS, ADMIN, Answer(200, TeamsBody))
def listed() -> Any:
    """All teams and who is in them."""
    return {"teams": [{"name": name, "members": members} for name, members in Team.all_members().items()]}


@route("POST", TEAMS, ADMIN_BROWSER, Answer(201, TeamBody), fresh=True)
def begin(body: NewTeam) -> Any:
    """A new team, without members."""
    return {"name": Team.begin(body.name).name, "members": []}, 201


@route("DELETE", TEAMS + "/<name>", ADMIN_BROWSER, DONE, fresh=True)
def erase(name: str) -> Any:
    """Ends a team; what was shared with it is shared with its members no more."""
    team = existing(name)
    sessions = Grant.sessions_of(team)
    team.erase()
    rooms().shares.changed_all(sessions)
    return "", 204


@route("PUT", MEMBER, ADMIN_BROWSER, DONE, fresh=True)
def join(actor: Actor, name: str, user: str) -> Any:
    """Puts another user into a team. The owners of what is shared with it are told."""
    team, member = existing(name), User.named(user)
    if member is None:
        raise bad_field("user", said("there is no such user"), 404)
    if member.id == actor.user_id:
        # It would be a way into others' sessions past the glass, with no reason that the owner reads.
        raise Problem(
            403, said("Nobody puts himself into a team: break the glass, or let another administrator do it.")
        )
    if not team.has(member):
        # First written down, then done.
        rooms().audit.seated(actor, member.name, team.name, Session.shared_with(team, member), audit.address())
        team.add(member)
    rooms().shares.changed_all(Grant.sessions_of(team))
    return "", 204


@route("DELETE", MEMBER, ADMIN_BROWSER, DONE, fresh=True)
def leave(name: str, user: str) -> Any:
    """Takes a user out of a team, and out of what is shared with it."""
    team, member = existing(name), User.named(user)
    if member is None or not team.remove(member):
        raise not_found()
    rooms().shares.changed_all(Grant.sessions_of(team))
    return "", 204


def existing(name: str) -> Team:
    team = Team.named(name)
    if team is None:
        raise not_found()
    return team
