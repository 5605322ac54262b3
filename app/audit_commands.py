"""The commands of the audit log: check it, print it. And what other commands write into it. The rule: whoever can give
commands here can write the database, so the log says so plainly instead of pretending to guard against them."""

from __future__ import annotations

import argparse
import getpass
import json
import re
from typing import Any

from app.commands import Failed, add, group, migrated, moment
from app.config import Config
from app.models import base
from app.models.audit import Audit, Entry
from app.models.audit import verify as verified
from app.models.session import Session

KNOWN = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def enter(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    log = group(commands, "audit", "who did what to what, from where, when")
    check = add(log, "verify", verify, "whether an entry was changed or is missing; prints the newest NUMBER:HASH")
    check.add_argument("--known", metavar="NUMBER:HASH", help="as printed before, and kept on another machine")
    add(log, "export", export, "all entries, a JSON object a line, the oldest first")


def verify(config: Config, wanted: argparse.Namespace) -> None:
    known = None
    if wanted.known is not None:
        match = KNOWN.fullmatch(wanted.known)
        if match is None:
            raise Failed("--known: expected NUMBER:HASH as `audit verify` prints it")
        known = int(match[1]), match[2]
    migrated(config)
    verdict = verified(known)
    if verdict.broken:
        raise Failed(f"the audit log is not as it was written: {verdict.broken}")
    print(f"{verdict.number}:{verdict.hash}")


def export(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    for entry in Audit.all():
        print(json.dumps(entry.as_json() | {"at": moment(entry.at)}))


def note(action: str, about: int | None = None, session: Session | None = None, **details: Any) -> None:
    """By the operating system's user; `about` an account, or a `session`: its user, or owner, reads it too. The
    database has to be bound. A server that runs looks at once what has changed."""
    told = {name: value for name, value in details.items() if value not in (None, "")}
    place, owner = (session.id, session.owner_id) if session is not None else ("", about)
    Audit.add(Entry(action, user=getpass.getuser(), via="command", session=place, owner_id=owner, details=told))
    base.tell_server()
