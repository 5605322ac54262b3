"""Teams over HTTP. The rule: only administrators make them and say who is in them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.models.grant import Grant
from app.models.team import Team
from app.models.user import User
from app.web.bodies import Body
from app.web.gate import rooms
from app.web.problems import not_found
from app.web.routes import ADMIN, API, Answer, route

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


@route("POST", TEAMS, ADMIN, Answer(201, TeamBody))
def begin(body: NewTeam) -> Any:
    """A new team, without members."""
    return {"name": Team.begin(body.name).name, "members": []}, 201


@route("DELETE", TEAMS + "/<name>", ADMIN, DONE)
def erase(name: str) -> Any:
    """Ends a team; what was shared with it is shared with its members no more."""
    team = existing(name)
    sessions = Grant.sessions_of(team)
    team.erase()
    rooms().shares.changed_all(sessions)
    return "", 204


@route("PUT", MEMBER, ADMIN, DONE)
def join(name: str, user: str) -> Any:
    """Puts a user into a team."""
    team, member = existing(name), User.named(user)
    if member is None:
        raise not_found()
    team.add(member)
    rooms().shares.changed_all(Grant.sessions_of(team))
    return "", 204


@route("DELETE", MEMBER, ADMIN, DONE)
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
