"""What goes wrong, said well: problem+json for programs, a page for people. The rule: every refusal has the
right status and names the field or cause; an unexpected error is logged and tells the outside nothing."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from app.expected import expected
from app.live.errors import Crowded, InputFull, LiveError, Unavailable
from app.models.secrets import PATIENCE_SECONDS, Busy
from app.models.user import Refused
from app.web.logins import TooSoon
from app.web.spoken import tell
from app.words import said

log = logging.getLogger("holdfast.web")

STATUS_OF_CODE = {
    "bad_request": 422,
    "forbidden": 403,
    "not_found": 404,
    "ended": 409,
    "conflict": 409,
    "gone": 410,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
    "no_space": 507,
}
# When to come back, where that is known to help: what is full drains, and the keeper is found again.
RETRY_AFTER_SECONDS = {InputFull: 1, Crowded: 1, Unavailable: 2}


TITLES = {
    400: said("Bad Request"),
    401: said("Unauthorized"),
    403: said("Forbidden"),
    404: said("Not Found"),
    405: said("Method Not Allowed"),
    409: said("Conflict"),
    410: said("Gone"),
    413: said("Request Entity Too Large"),
    415: said("Unsupported Media Type"),
    422: said("Unprocessable Entity"),
    429: said("Too Many Requests"),
    500: said("Internal Server Error"),
    503: said("Service Unavailable"),
}


class Problem(Exception):
    def __init__(self, status: int, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.retry_after: int | None = None
        self.reason = ""

    def as_json(self) -> dict[str, Any]:
        """In the reader's language."""
        errors = [{"field": one["field"], "message": tell(one["message"])} for one in self.errors]
        detail = tell(self.detail) or "; ".join(f"{one['field']}: {one['message']}" for one in errors[:3])
        body: dict[str, Any] = {"title": tell(title(self.status)), "status": self.status, "detail": detail}
        body |= {"reason": self.reason} if self.reason else {}
        return body | ({"errors": errors} if errors else {})


def title(status: int) -> str:
    return TITLES.get(status) or HTTPStatus(status).phrase


def not_found() -> Problem:
    """The same for what is not there and for what somebody else owns."""
    return Problem(404, said("There is nothing here, or nothing that you may see."))


def bad_field(field: str, message: str, status: int = 422) -> Problem:
    return Problem(
        status, said("%(field)s: %(what)s", field=field, what=message), [{"field": field, "message": message}]
    )


def from_validation(error: ValidationError) -> Problem:
    """Names fields and expectations, never the value: it may be a password."""
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return Problem(400, said("The body is not valid JSON."), [{"field": "body", "message": said("not valid JSON")}])
    errors = [{"field": _path(one["loc"]), "message": expected(dict(one))} for one in found]
    return Problem(422, "", errors)


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"


def register(app: Flask) -> None:
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, lambda error: answer(_from_http(error), error.get_headers()))
    app.register_error_handler(LiveError, lambda error: answer(_from_live(error)))
    app.register_error_handler(ValidationError, lambda error: answer(from_validation(error)))
    app.register_error_handler(Refused, lambda error: answer(bad_field(error.field, error.message)))
    app.register_error_handler(TooSoon, lambda error: answer(from_too_soon(error)))
    app.register_error_handler(Busy, lambda _: answer(from_too_soon(TooSoon(PATIENCE_SECONDS))))
    app.register_error_handler(Exception, _unexpected)


def from_too_soon(error: TooSoon) -> Problem:
    seconds = max(1, math.ceil(error.seconds))
    problem = Problem(429, said("Too many attempts. Try again in %(count)s seconds.", count=seconds))
    problem.retry_after = seconds
    return problem


def _from_live(error: LiveError) -> Problem:
    errors = [{"field": error.field, "message": error.message}] if error.field else None
    problem = Problem(STATUS_OF_CODE.get(error.code, 500), error.message, errors)
    problem.retry_after = RETRY_AFTER_SECONDS.get(type(error))
    return problem


def _from_http(error: HTTPException) -> Problem:
    status = error.code or 500
    if status == 404:
        return not_found()
    detail = {
        413: said("The body is too large."),
        405: said("%(method)s is not possible here.", method=request.method),
    }
    return Problem(status, detail.get(status, error.description or title(status)))


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url_rule, exc_info=error)
    return answer(Problem(500, said("Something went wrong in the server. Its log says what.")))


def answer(problem: Problem, headers: Any = ()) -> Response:
    if _for_people():
        page = render_template("error.html", **problem.as_json())
        response = Response(page, problem.status, mimetype="text/html")
    else:
        body = current_app.json.dumps(problem.as_json())
        response = Response(body, problem.status, mimetype="application/problem+json")
    for name, value in dict(headers).items():
        if name.lower() in ("allow", "www-authenticate"):
            response.headers[name] = value
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="holdfast"'
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _for_people() -> bool:
    return (
        not request.path.startswith("/api/")
        and request.accept_mimetypes.accept_html
        and ("text/html" in request.headers.get("Accept", ""))
    )
