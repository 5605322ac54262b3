"""One log line a request. The rule: method, route, status, time and user; never a body, a query, a token, or
the path of a setup link."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("holdfast.http")

# Asked every few seconds by machines; their successes would fill the log.
QUIET = frozenset({"/livez", "/readyz", "/metrics", "/api/v1/sessions/<id>/status", "/static/<path:filename>"})


def note(response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "(no such route)"
    if rule in QUIET and response.status_code < 400:
        return response
    place = request.path if "<id>" in rule else rule
    took = (time.perf_counter() - g.began) * 1000 if "began" in g else 0.0
    who = g.actor.name if g.get("actor") else "-"
    log.info("%s %s %d %.0fms %s %s", request.method, place, response.status_code, took, who, request.remote_addr)
    return response


def register(app: Flask) -> None:
    app.after_request(note)
