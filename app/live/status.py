"""The status JSON of a session: what the row says, and, while it runs, what is true this moment."""

from __future__ import annotations

import shlex
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.live.processes import directory_of, printable
from app.models.command import Ran
from app.permissions import ADMIT, OWNER, allows
from app.screen.signs import DIRECTORY_CHARACTERS

if TYPE_CHECKING:
    from app.live.following import Following
    from app.models.session import Session


def rfc3339(seconds: float | None) -> str | None:
    """RFC 3339, UTC, milliseconds: the contract's form of every moment."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def command_text(argv: list[str]) -> str:
    """One line for people; programs read the argv in `command`."""
    return shlex.join(argv)


@dataclass
class Status:
    """The contract's fields, then our additions: `command_line` (one line for people), `size_holder` (who set the
    size last, and still looks), `size_holder_viewer` (its id), `bells`, `progress` (OSC 9;4), `disk_full`,
    `restarted_from`, `group`, `output_lines`, `output_rate` (bytes a second), `input_bytes`, `foreground` (the command
    that has the terminal), `at_prompt` (whether its shell waits for a command; None where it does not say),
    `last_command` (the newest one: number, text, started_at, ended_at, exit_code; while the session runs), `role` (of
    whoever asked), `end_reason` (`out_of_memory`: its program was killed for `memory_limit`, in bytes), `oom_kills` (of
    its processes, for that), `recorded` (False: what it writes is not kept), `locked` (only the owner types), `paused`
    (no other is in it), `glass` (for the owner: administrators who broke it, with id, name, role, reason, until),
    `lobby_waiting` (how many wait to be let in; None for who may let nobody in)."""

    id: str
    name: str
    owner: str
    command: list[str]
    cwd: str | None
    title: str | None
    tags: list[str]
    state: str
    alive: bool
    running_in_background: bool
    connected_clients: int
    viewers: list[dict[str, object]]
    rows: int
    cols: int
    pid: int | None
    exit_code: int | None
    exit_signal: str | None
    created_at: str | None
    ended_at: str | None
    uptime_seconds: float
    last_output_at: str | None
    last_input_at: str | None
    output_bytes: int
    cpu_percent: float | None
    memory_bytes: int | None
    process_count: int | None
    expires_at: str | None
    command_line: str = ""
    size_holder: str | None = None
    size_holder_viewer: str | None = None
    bells: int = 0
    progress: dict[str, object] | None = None
    disk_full: bool = False
    restarted_from: str | None = None
    group: str = ""
    output_lines: int | None = None
    output_rate: float = 0.0
    input_bytes: int | None = None
    foreground: str | None = None
    role: str | None = None
    locked: bool = False
    paused: bool = False
    glass: list[dict[str, object]] = field(default_factory=list)
    at_prompt: bool | None = None
    last_command: dict[str, object] | None = None
    recorded: bool = True
    end_reason: str | None = None
    memory_limit: int | None = None
    oom_kills: int = 0
    lobby_waiting: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def seen_as(self, role: str | None, guest: bool = False) -> dict[str, Any]:
        """For whom that is his role. A guest is told what the page needs, the rest is as of a session without it."""
        glass = self.glass if role == OWNER else []
        waiting = self.lobby_waiting if not guest and allows(role, ADMIT) else None
        mine = {"role": role, "glass": glass, "lobby_waiting": waiting}
        return self.as_json() | mine | (NOT_FOR_GUESTS if guest else {})


# What a link does not share: how the program was started, where, and what the machine knows of it.
NOT_FOR_GUESTS: dict[str, Any] = {
    "command": [], "command_line": "", "cwd": None, "tags": [], "group": "", "pid": None, "foreground": None,
    "cpu_percent": None, "memory_bytes": None, "process_count": None, "restarted_from": None, "expires_at": None,
    "at_prompt": None, "last_command": None,
}  # fmt: skip


def status_of(rooms: Following, session: Session, role: str | None = None) -> Status:
    """The status from what is in memory; waits for nothing."""
    room = rooms.rooms.get(session.id)
    alive = session.state == "running" and (room is None or not room.finished.raised)
    following = alive and room is not None and rooms.keeper_connected
    usage = rooms.processes.usage(session.pid) if alive else None
    signs = room.screen.signs if room is not None else None
    expires = rooms.books.expires_at(session, room) if alive else None
    viewers = room.everybody() if room is not None else rooms.workers.elsewhere(session.id)
    holder = room.held_by() if room is not None else None
    # As soon as the keeper has said so, which is before whoever asked for it is answered.
    rows, cols = room.size_due if room else (session.rows, session.cols)
    return Status(
        id=session.id,
        name=session.name,
        owner=session.owner.name,
        command=session.command,
        # A directory may be named with anything, and whoever the session is shared with reads it.
        cwd=printable(
            (alive and ((signs and signs.directory) or directory_of(session.pid))) or session.cwd, DIRECTORY_CHARACTERS
        ),
        title=(signs.title if signs else session.title) or None,
        tags=session.tags,
        state=session.state,
        alive=alive,
        running_in_background=following,
        connected_clients=len(viewers) + rooms.workers.unnamed(session.id),
        viewers=[viewer.as_json() for viewer in viewers],
        rows=rows,
        cols=cols,
        pid=session.pid,
        exit_code=session.exit_code,
        exit_signal=session.exit_signal,
        created_at=rfc3339(session.created_at),
        ended_at=rfc3339(session.ended_at),
        uptime_seconds=round((session.ended_at or time.time()) - session.created_at, 3),
        last_output_at=rfc3339(room.last_output_at if room else session.last_output_at),
        last_input_at=rfc3339((room and room.last_input_at) or session.last_input_at),
        output_bytes=room.head if room else session.output_bytes,
        cpu_percent=usage.cpu_percent if usage else None,
        memory_bytes=usage.memory_bytes if usage else None,
        process_count=usage.process_count if usage else None,
        expires_at=rfc3339(expires),
        command_line=session.command_text or command_text(session.command),
        size_holder=holder.user if holder else None,
        size_holder_viewer=holder.id if holder else None,
        bells=signs.bells if signs else session.bells,
        progress=asdict(signs.progress) if signs and signs.progress else None,
        disk_full=room.pressure if room else False,
        restarted_from=session.restarted_from_id,
        group=session.group,
        output_lines=room.tally.lines if room else session.output_lines,
        output_rate=round(room.tally.rate(), 1) if room and alive else 0.0,
        input_bytes=room.tally.input_bytes if room else session.input_bytes,
        foreground=usage.foreground if usage else None,
        role=role,
        locked=session.locked,
        paused=session.paused,
        glass=glass_json(session) if role in (None, OWNER) else [],
        at_prompt=room.marks.at_prompt if room and alive else None,
        recorded=session.recorded,
        end_reason=session.end_reason,
        memory_limit=session.memory_limit,
        oom_kills=room.oom_kills if room and alive else session.oom_kills,
        lobby_waiting=rooms.lobby.count(session.id) if role is None or allows(role, ADMIT) else None,
        last_command=last_command(room.marks.last) if room and room.marks.last and alive else None,
    )


def glass_json(session: Session) -> list[dict[str, object]]:
    return [
        {"id": int(user_id), **facts, "until": rfc3339(facts["until"])}
        for user_id, facts in session.glass.items()
        if facts["until"] > time.time()
    ]


def last_command(ran: Ran) -> dict[str, object]:
    return {
        "number": ran.number, "text": ran.text, "started_at": rfc3339(ran.started_at),
        "ended_at": rfc3339(ran.ended_at), "exit_code": ran.exit_code,
    }  # fmt: skip
