"""What schemathesis is told (SCHEMATHESIS_HOOKS): which sessions there are, that what it starts is harmless, and that
of another's session there is nothing to be had. The rule: what was made wrong on purpose stays as it is."""

from __future__ import annotations

import os
import zlib
from collections import deque

import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

URL, FOREIGN = os.environ.get("FUZZED_URL", ""), os.environ.get("FUZZED_FOREIGN", "")
HEADERS = dict(line.split(": ", 1) for line in os.environ.get("FUZZED_HEADERS", "").splitlines())
DIRECTORY, PROGRAM = os.environ.get("FUZZED_DIRECTORY", ""), ["cat"]
# An account, and the owner of FOREIGN.
OTHER = "bob"
STARTS, MOST = ("sessions_start", "sessions_again"), 30
mine, begun = "", deque()


def own_session(used_up: bool) -> str:
    """A session that runs; one that is `used_up` by the request is started for that."""
    global mine
    if mine and not used_up:
        return mine
    order = {"command": PROGRAM, "cwd": DIRECTORY, "name": "fuzzed"}
    answer = requests.post(f"{URL}/api/v1/sessions", json=order, headers=HEADERS, timeout=30)
    answer.raise_for_status()
    new = answer.json()["id"]
    if not used_up:
        mine = new
    return new


def wrong_on_purpose(case, location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta is not None else None
    return component is not None and component.mode == GenerationMode.NEGATIVE


@schemathesis.hook
def before_call(context, case, kwargs):
    name = context.operation.definition.raw["operationId"]
    path = case.path_parameters or {}
    if "id" in path and not wrong_on_purpose(case, ParameterLocation.PATH):
        # By the text itself, so that a repetition meets the same.
        chosen = zlib.crc32(repr(path["id"]).encode()) % 8
        if chosen < 5:
            path["id"] = own_session(name in ("sessions_end", "sessions_signal"))
        elif chosen < 7 and name != "glass_break_glass":  # an administrator may do just that
            path["id"] = FOREIGN
    if path.get("name") == OTHER:  # a new password for whom an administrator likes
        path["name"] = "nobody"
    if name == "sessions_start" and isinstance(case.body, dict) and not wrong_on_purpose(case, ParameterLocation.BODY):
        case.body["command"] = PROGRAM
        case.body["cwd"] = DIRECTORY


@schemathesis.hook
def after_call(context, case, response):
    """An account may have so many sessions; the oldest that were asked for make room."""
    if response.status_code == 201 and context.operation.definition.raw["operationId"] in STARTS:
        begun.append(response.json()["id"])
    while len(begun) > MOST:
        url = f"{URL}/api/v1/sessions/{begun.popleft()}"
        requests.delete(url, params={"forget": "true"}, headers=HEADERS, timeout=30)


@schemathesis.check
def what_is_not_yours_is_not_there(context, response, case):
    # 413, 415: refused before anybody asked whose it is.
    if (case.path_parameters or {}).get("id") == FOREIGN and case.method == case.operation.method.upper():
        assert response.status_code in (404, 413, 415), f"{response.status_code} of another's session"
