"""The commands about sessions: list them, give them tags and groups. The rule: a server that runs hears of every
change, so a label is changed through its API, with a token that lives as long as the command; where none runs, in the
database."""

from __future__ import annotations

import argparse
import http.client
import json
import time
from typing import Any

from app import audit_commands
from app.commands import Failed, add, age, group, how, keeper_of, line, migrated
from app.commands import existing as existing_user
from app.config import Config
from app.keeper.protocol import State
from app.models.preference import COLOURS, MOST_LABELS, Preference
from app.models.session import STATES, Session
from app.models.token import ApiToken

ASK_SECONDS = 10.0
# As the API allows (app/web/bodies.py).
MOST_TAGS, LONGEST_LABEL = 20, 40
TOKEN_LABEL = "python -m app session"


def enter(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listed = add(commands, "sessions", list_sessions, "the sessions that the keeper holds")
    listed.add_argument("--tag", metavar="TAG", help="only those with this tag")
    listed.add_argument("--group", metavar="GROUP", help="only those in this group")
    listed.add_argument("--state", choices=STATES, help="only those in this state")
    session = group(commands, "session", "tags and groups")
    for name, run, purpose in (
        ("tag", tag, "add these tags to a session"),
        ("untag", untag, "take these tags from a session"),
    ):
        one = add(session, name, run, purpose)
        one.add_argument("id", metavar="ID")
        one.add_argument("tags", metavar="TAG", nargs="+")
    grouped = add(session, "group", put_in_group, "put a session into a group; without one, into none")
    grouped.add_argument("id", metavar="ID")
    grouped.add_argument("group", metavar="GROUP", nargs="?", default="")
    coloured = add(session, "colour", choose_colour, "the colour of a tag or a group on an account's pages")
    coloured.add_argument("name", metavar="NAME", help="the account")
    coloured.add_argument("label", metavar="LABEL", help="a tag, or with --group a group")
    coloured.add_argument("colour", metavar="COLOUR", choices=[*COLOURS, "none"], help=f"{', '.join(COLOURS)}, or none")
    coloured.add_argument("--group", action="store_true", help="the label is a group's")


def list_sessions(config: Config, wanted: argparse.Namespace) -> None:
    """Id, state, age, owner/name, command, group, tags: columns with tabs between them."""
    client = keeper_of(config)
    try:
        states = client.sessions()
    finally:
        client.close()
    migrated(config)
    for state in sorted(states, key=lambda state: state.created_at):
        record = Session.numbered(state.id)
        labels, tags = (record.group, record.tags) if record is not None else ("", [])
        if fits(state, labels, tags, wanted):
            told = (state.id, how(state), age(time.time() - state.created_at), state.label, line(state))
            print("\t".join((*told, labels, ",".join(tags))))


def fits(state: State, in_group: str, tags: list[str], wanted: argparse.Namespace) -> bool:
    return (
        (wanted.tag is None or wanted.tag in tags)
        and (wanted.group is None or wanted.group == in_group)
        and (wanted.state is None or how(state).split()[0] == wanted.state)
    )


def tag(config: Config, wanted: argparse.Namespace) -> None:
    session = existing(config, wanted.id)
    named = [label(word.removeprefix("#")) for word in wanted.tags]
    tags = list(dict.fromkeys([*session.tags, *named]))
    if len(tags) > MOST_TAGS:
        raise Failed(f"a session has at most {MOST_TAGS} tags")
    change(config, session, {"tags": tags})


def untag(config: Config, wanted: argparse.Namespace) -> None:
    session = existing(config, wanted.id)
    change(config, session, {"tags": [one for one in session.tags if one not in wanted.tags]})


def put_in_group(config: Config, wanted: argparse.Namespace) -> None:
    session = existing(config, wanted.id)
    change(config, session, {"group": label(wanted.group) if wanted.group else ""})


def choose_colour(config: Config, wanted: argparse.Namespace) -> None:
    """Pages show it from their next load on."""
    user = existing_user(config, wanted.name)
    name = "group_colours" if wanted.group else "tag_colours"
    colours = dict(Preference.of(user.id).get(name) or {})
    chosen = label(wanted.label if wanted.group else wanted.label.removeprefix("#"))
    colours.pop(chosen, None)
    if wanted.colour != "none":
        colours[chosen] = wanted.colour
    if len(colours) > MOST_LABELS:
        raise Failed(f"an account chooses colours for at most {MOST_LABELS} labels")
    Preference.choose(user.id, {name: colours or None})


def label(text: str) -> str:
    text = text.strip()
    if not text or not text.isprintable() or len(text) > LONGEST_LABEL:
        raise Failed(f"{text[:LONGEST_LABEL]!r}: expected 1 to {LONGEST_LABEL} printable characters")
    return text


def existing(config: Config, session_id: str) -> Session:
    migrated(config)
    session = Session.numbered(session_id)
    if session is None:
        raise Failed(f"there is no session {session_id!r}")
    return session


def change(config: Config, session: Session, facts: dict[str, Any]) -> None:
    token, secret = ApiToken.issue(session.owner_id, TOKEN_LABEL)
    try:
        asked(config, session.id, secret, facts)
    except ConnectionRefusedError:
        session.change(**facts)
        audit_commands.note("session.change", session=session, **facts)
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"the server at {config.host}:{config.port} does not answer: {error}") from None
    finally:
        ApiToken.revoke(session.owner_id, token.id)


def asked(config: Config, session_id: str, secret: str, facts: dict[str, Any]) -> None:
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::", "") else config.host
    server = http.client.HTTPConnection(host, config.port, timeout=ASK_SECONDS)
    try:
        server.request("PATCH", f"/api/v1/sessions/{session_id}", json.dumps(facts),
                       {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})  # fmt: skip
        answer = server.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise Failed(f"the server at {host}:{config.port} answered {answer.status}: {detail_of(said)}")
    finally:
        server.close()


def detail_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return "it is no Holdfast, or not the one of this data directory"
