"""The description of every route. The rule: it is made from the table that the gate works by."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import current_app
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app import scopes
from app.permissions import NEEDS
from app.web.answers import OpenApiBody, ProblemBody
from app.web.routes import (
    ADMIN,
    ADMIN_BROWSER,
    API,
    BROWSER,
    HTML,
    LOOK,
    NOTHING,
    NUMBER_DIGITS,
    OCTETS,
    ROUTES,
    SIGNED_IN,
    Answer,
    Route,
    route,
)

REFS = "#/components/schemas/{model}"
FORM = "application/x-www-form-urlencoded"
# By Werkzeug's names; what is not here is text.
KINDS: dict[str, dict[str, Any]] = {
    "number": {"type": "integer", "minimum": 0, "maximum": 10**NUMBER_DIGITS - 1},
}
PARAMETER = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z]+)>")


@route("GET", API + "/openapi.json", NOTHING, Answer(200, OpenApiBody))
def described() -> Any:
    """This description."""
    name = current_app.config["SESSION_COOKIE_NAME"]
    schemes = SECURITY | {"login": SECURITY["login"] | {"name": name}}
    whole = description()
    return whole | {"components": whole["components"] | {"securitySchemes": schemes}}


@cache
def description() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for row in ROUTES:
        paths.setdefault(PARAMETER.sub(r"{\g<name>}", row.path), {})[row.method.lower()] = operation(row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": "1",
            "description": "Terminal sessions that outlive everything. Unsafe methods with the login cookie"
            " need the CSRF token in X-CSRFToken. What you may not see is a 404.",
        },
        "paths": paths,
        "components": {"schemas": schemas(), "securitySchemes": SECURITY},
    }


SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "login": {"type": "apiKey", "in": "cookie", "name": "holdfast_login_PORT"},
}
WAYS_IN: dict[str, list[dict[str, list[str]]]] = {
    NOTHING: [],
    SIGNED_IN: [{"token": []}, {"login": []}],
    BROWSER: [{"login": []}],
    ADMIN_BROWSER: [{"login": []}],
    ADMIN: [{"token": []}, {"login": []}],
    LOOK: [{}, {"token": []}, {"login": []}],
}


def operation(row: Route) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "operationId": row.name,
        "summary": (row.handler.__doc__ or "").strip(),
        "x-need": row.need,
        "x-scope": scopes.scope_of(row.need, row.method),
        "x-fresh": row.fresh,
        "security": WAYS_IN.get(row.need, WAYS_IN[SIGNED_IN]),
        "parameters": path_parameters(row) + query_parameters(row),
        "responses": responses(row),
    }
    if row.body is not None:
        whole["requestBody"] = {"content": {"application/json": {"schema": ref(row.body)}}}
    if row.form:
        fields = {"type": "object", "properties": {name: {"type": "string"} for name in row.form}}
        whole["requestBody"] = {"content": {FORM: {"schema": fields}}}
    if row.raw:
        whole["requestBody"] = {"content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}}
    return whole


def path_parameters(row: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": found["name"],
            "in": "path",
            "required": True,
            "schema": KINDS.get(found["kind"] or "", {"type": "string"}),
        }
        for found in PARAMETER.finditer(row.path)
    ]


def query_parameters(row: Route) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    schema = row.query.model_json_schema()
    return [{"name": name, "in": "query", "schema": one} for name, one in schema["properties"].items()]


def responses(row: Route) -> dict[str, Any]:
    answers = row.answers
    good: dict[str, Any] = {"description": HTTPStatus(answers.status).phrase}
    content: dict[str, Any] = {kind: text_as(kind) for kind in answers.kinds}
    if isinstance(answers.body, str):
        content[answers.body] = text_as(answers.body)
    elif answers.body is not None:
        content["application/json"] = {"schema": ref(answers.body)}
    if content:
        good["content"] = content
    if answers.headers:
        good["headers"] = {name: {"schema": {"type": "string"}} for name in answers.headers}
    return {str(answers.status): good, **{str(code): other(row, code) for code in failures(row)}}


def text_as(kind: str) -> dict[str, Any]:
    return {"schema": {"type": "object" if kind.endswith("json") else "string"}}


def other(row: Route, code: int) -> dict[str, Any]:
    """Where a browser is led on there is nothing to read; and an address that is too long never reaches us."""
    told: dict[str, Any] = {"description": HTTPStatus(code).phrase}
    if code >= 400 and code != HTTPStatus.REQUEST_URI_TOO_LONG:
        problem = {"application/problem+json": {"schema": ref(ProblemBody)}}
        told["content"] = problem | ({HTML: text_as(HTML)} if row.page else {})
    return told


def failures(row: Route) -> list[int]:
    # 403 is also what a token gets whose scopes are for less.
    codes = set(row.answers.also) | (set() if row.need == NOTHING else {401, 403})
    if row.page and row.need != NOTHING:
        codes.add(302)
    if row.query is not None or "<" in row.path:
        codes.add(414)
    if row.method != "GET":
        codes.add(403)
    if row.need in NEEDS or "<" in row.path:
        codes.add(404)
    if row.need in NEEDS and row.method != "GET":
        codes |= {409, 429, 503}
    if "/history" in row.path:
        codes |= {429, 503}
    if row.body is not None or row.form:
        codes.add(413)
    if row.body is not None:
        codes |= {400, 415}
    if row.raw:
        codes |= {413, 415, 422, 507}
    if row.body is not None or row.query is not None:
        codes.add(422)
    return sorted(codes)


def ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFS.format(model=model.__name__)}


def schemas() -> dict[str, Any]:
    asked: list[type[BaseModel]] = [row.body for row in ROUTES if row.body is not None]
    told: list[type[BaseModel]] = [row.answers.body for row in ROUTES if isinstance(row.answers.body, type)]
    # One that is asked and told has one description: in two it would have two names.
    others = [model for model in (*told, ProblemBody) if model not in asked]
    models = [(model, "validation") for model in asked] + [(model, "serialization") for model in others]
    _, whole = models_json_schema(models, ref_template=REFS)  # type: ignore[arg-type]
    return whole["$defs"]
