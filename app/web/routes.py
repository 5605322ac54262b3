"""The table of routes: each is a method, a path, what it needs, and a handler. The rule: operations are data.
The gate, the OpenAPI description and the tests all read this one table."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel

from app.permissions import NEEDS

API = "/api/v1"
# What a route may need besides a role in the session that its path names.
NOTHING = "nothing"  # anybody may come
SIGNED_IN = "signed in"  # by cookie or token
BROWSER = "browser login"  # by cookie: a stolen token must not make more tokens
ADMIN_BROWSER = "administrator's login"  # by cookie, of who administers the server
LOOK = "metrics"  # from this machine, or an admin
ADMIN = "administrator"  # by cookie or token
EVERY_NEED = frozenset((NOTHING, SIGNED_IN, BROWSER, ADMIN_BROWSER, ADMIN, LOOK, *NEEDS))

# Bytes of a request's body; a route that takes more says so.
BODY_BYTES = 1 << 20
# What a raw body is, and other kinds.
OCTETS, HTML, TEXT = "application/octet-stream", "text/html", "text/plain"
# An id. SQLite's integers end a little above; a longer number matches no route.
NUMBER, NUMBER_DIGITS = "<number:number>", 18


@dataclass(frozen=True)
class Answer:
    """The status of success, and what its body is: a model, or a media type. `kinds`: other media types that it has
    where the query says so. `also`: what it may answer besides what follows from the rest of the row."""

    status: int = 200
    body: type[BaseModel] | str | None = None
    headers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    need: str
    handler: Callable[..., Any]
    answers: Answer
    body_bytes: int
    raw: bool  # the body is bytes, of any length: the handler reads and bounds it
    fresh: bool  # whoever sits there must have proved lately who he is
    form: tuple[str, ...]  # fields of a page's form
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    takes: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.handler.__module__.rpartition('.')[2]}_{self.handler.__name__}"

    @property
    def action(self) -> str:
        """What the audit log calls it."""
        return f"{self.handler.__module__.rpartition('.')[2]}.{self.handler.__name__}"

    @property
    def page(self) -> bool:
        return self.answers.body == HTML


ROUTES: list[Route] = []


def route(
    method: str,
    path: str,
    need: str,
    answers: Answer | None = None,
    body_bytes: int = BODY_BYTES,
    raw: bool = False,
    fresh: bool = False,
    form: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Puts a handler into the table. It is called with those of `session`, `actor`, `body` and `query`
    that it names, and the numbers in its path; the types of `body` and `query` say how they are checked."""
    if need not in EVERY_NEED:
        raise ValueError(f"{path}: no such need: {need!r}")

    def enter(handler: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(handler)
        takes = frozenset(inspect.signature(handler).parameters)
        row = Route(
            method,
            path,
            need,
            handler,
            answers or Answer(),
            body_bytes,
            raw,
            fresh,
            form,
            hints.get("body"),
            hints.get("query"),
            takes,
        )
        ROUTES.append(row)
        return handler

    return enter


def page(
    method: str, path: str, need: str, also: tuple[int, ...] = (), form: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return route(method, path, need, Answer(200, HTML, also=also), body_bytes=64 << 10, form=form)
