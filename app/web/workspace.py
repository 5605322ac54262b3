"""The workspace: several sessions in one page, and the layout that an account keeps of them. The rule: a layout is
bounded and whole, or it is refused; whether its sessions still exist is for whoever shows it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import render_template
from pydantic import Field, model_validator

from app.models.session import Session
from app.permissions import Actor
from app.web.bodies import Body
from app.web.gate import rooms
from app.web.routes import SIGNED_IN, page
from app.words import said

MOST_TABS = 20
MOST_LEAVES = 12
MOST_DEPTH = 6

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class Leaf(Body):
    session: Id


class Split(Body):
    """`ratio` is the share of the first."""

    way: Literal["row", "column"]
    ratio: Annotated[float, Field(ge=0.05, le=0.95)]
    first: Node
    second: Node


Node = Leaf | Split


class Tab(Body):
    id: Id
    name: Annotated[str, Field(max_length=60)] | None = None
    focus: Id
    zoomed: bool = False
    root: Node

    @model_validator(mode="after")
    def bounded(self) -> Tab:
        leaves = leaves_of(self.root)
        if len(leaves) > MOST_LEAVES:
            raise ValueError(said("at most %(count)s panes in a tab", count=MOST_LEAVES))
        if self.focus not in leaves:
            raise ValueError(said("the focus is not one of the tab's sessions"))
        return self


class Layout(Body):
    """`revision` is one more than that of the layout it was made from: so nobody overwrites what he has not seen."""

    version: Literal[1] = 1
    revision: Annotated[int, Field(ge=1, le=2**53 - 1)]
    active: Id | None = None
    tabs: Annotated[list[Tab], Field(max_length=MOST_TABS)]

    @model_validator(mode="after")
    def once_each(self) -> Layout:
        sessions = [session for tab in self.tabs for session in leaves_of(tab.root)]
        ids = [tab.id for tab in self.tabs]
        if len(set(sessions)) < len(sessions) or len(set(ids)) < len(ids):
            raise ValueError(said("each tab and each session at most once"))
        if self.tabs and self.active not in ids:
            raise ValueError(said("the active tab is not one of the tabs"))
        return self


def leaves_of(node: Leaf | Split, depth: int = 0) -> list[str]:
    if isinstance(node, Leaf):
        return [node.session]
    if depth >= MOST_DEPTH:
        raise ValueError(said("at most %(count)s splits inside one another", count=MOST_DEPTH))
    return leaves_of(node.first, depth + 1) + leaves_of(node.second, depth + 1)


@page("GET", "/workspace", SIGNED_IN)
def workspace(actor: Actor) -> Any:
    """Several of your sessions in one page. `?open=ID,ID` adds them as a tab; `?open=ID&split=right` splits it."""
    found = rooms().statuses(Session.visible_to(actor))
    return render_template("workspace.html", session={}, sessions=[status.as_json() for status in found])
