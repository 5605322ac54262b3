"""What responses look like, for the OpenAPI description. The rule: a test holds real responses to these."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Time = str  # RFC 3339, UTC


class ErrorField(BaseModel):
    field: str
    message: str


class ProblemBody(BaseModel):
    """RFC 9457 problem details, application/problem+json. `reason` "prove": POST /api/v1/proof first, then again."""

    title: str
    status: int
    detail: str
    errors: list[ErrorField] = []
    reason: str | None = None


class ViewerBody(BaseModel):
    model_config = ConfigDict(extra="allow")

    viewer: str
    user: str
    role: str
    rows: int | None = None
    cols: int | None = None
    hidden: bool = False
    device: str = "desktop"
    joined_at: Time | None = None
    typed_at: Time | None = None
    view: dict[str, Any] | None = None
    asks: bool = False
    lent: bool = False


class StatusBody(BaseModel):
    """A session's status. `state` is running, ended or lost (the machine or keeper went away under it).
    `lobby_waiting`: how many wait to be let in; null: you may let nobody in."""

    model_config = ConfigDict(extra="allow")

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
    viewers: list[ViewerBody]
    rows: int
    cols: int
    pid: int | None
    exit_code: int | None
    exit_signal: str | None
    created_at: Time
    ended_at: Time | None
    uptime_seconds: float
    last_output_at: Time | None
    last_input_at: Time | None
    output_bytes: int
    cpu_percent: float | None
    memory_bytes: int | None
    process_count: int | None
    expires_at: Time | None
    lobby_waiting: int | None = None


class LookBody(BaseModel):
    """What your account has seen of a session: output below `offset` and `bells` bells, at `at` (null: never)."""

    offset: int
    bells: int
    at: Time | None
    pinned: bool


class SessionsBody(BaseModel):
    """`looks` by session id; a session that you never saw has none."""

    sessions: list[StatusBody]
    looks: dict[str, LookBody]


class LeftBody(BaseModel):
    id: str
    detail: str


class SeveralBody(BaseModel):
    """`left`: those with which it could not be done, and why. `deed`: by which what comes later is taken back."""

    done: list[str]
    left: list[LeftBody]
    deed: str | None


class ScreenBody(BaseModel):
    """`lines`: one a row, the oldest first, each a list of runs of equal style."""

    offset: int
    rows: int
    cols: int
    alternate: bool
    cursor: dict[str, Any]
    lines: list[Any]


class HistoryBody(BaseModel):
    """Rows `first` to `end` (exclusive) exist. `complete` is false while a long journal is still being read, up to
    `indexed`: ask again. `cursor_row` is null without `offset`, or where that is not kept or not read yet."""

    history: str
    first: int
    end: int
    head: int
    complete: bool
    indexed: int
    cursor_row: int | None


class RowsBody(BaseModel):
    """Rows `from` to `to` (exclusive), wrapped at `cols`. `wrapped`: those, counted from `from`, that go on in the
    next row; `continues`: the first goes on from the one before."""

    model_config = ConfigDict(populate_by_name=True)

    history: str
    start: int = Field(alias="from")
    end: int = Field(alias="to")
    cols: int
    format: str
    data: str
    continues: bool
    wrapped: list[int]


class HitBody(BaseModel):
    """In row `row` from cell `col` on, `length` cells, counted on over the wraps."""

    row: int
    col: int
    length: int


class HitsBody(BaseModel):
    """`more`: there may be more beyond `searched_to`: ask again with it as `before` or `after`."""

    history: str
    hits: list[HitBody]
    more: bool
    searched_to: int
    complete: bool


class CommandBody(BaseModel):
    """`text`: null where the shell did not say it, or the line began with a blank. Offsets are of the session's output;
    `output_end`, `ended_at` and `seconds` are null while it runs. `exit_code` also where the shell did not say it.
    `typed_by`: who pressed Enter, as far as the timeline says. `prompt_row`, `output_row`, `end_row`: of the history
    `history`, null where they are not kept or not asked for."""

    number: int
    text: str | None
    cwd: str | None
    started_at: Time
    ended_at: Time | None
    seconds: float | None
    exit_code: int | None
    prompt_offset: int
    output_start: int
    output_end: int | None
    typed_by: str | None = None
    prompt_row: int | None = None
    output_row: int | None = None
    end_row: int | None = None


class CommandsBody(BaseModel):
    """`more`: there are older ones: ask again with the last number as `before`."""

    commands: list[CommandBody]
    more: bool
    at_prompt: bool | None
    history: str | None = None


class StoredBody(BaseModel):
    """`name`: what the file is called now; `path`: null where it cannot be written as text."""

    name: str
    directory: str
    path: str | None
    bytes: int


class AuditEntryBody(BaseModel):
    """`via`: by which login, token or link, or by a command. `hash` covers the entry and the hash of the one before."""

    number: int
    at: Time
    user_id: int | None
    user: str
    via: str
    address: str
    action: str
    session: str
    owner_id: int | None
    details: dict[str, Any]
    hash: str


class AuditBody(BaseModel):
    entries: list[AuditEntryBody]


class LoginBody(BaseModel):
    id: int
    created_at: Time
    last_seen_at: Time
    user_agent: str
    address: str
    way: str
    current: bool


class LoginsBody(BaseModel):
    logins: list[LoginBody]


class TokenBody(BaseModel):
    """`session`: the only one that it is for."""

    id: int
    name: str
    scopes: list[str]
    session: str | None
    created_at: Time
    last_used_at: Time | None
    expires_at: Time | None
    expired: bool


class TokensBody(BaseModel):
    tokens: list[TokenBody]


class NewTokenBody(TokenBody):
    """`token` is the secret; it is shown this once."""

    token: str


class OptionsBody(BaseModel):
    """`options`: for navigator.credentials, with its bytes as base64url."""

    options: dict[str, Any]


class PasskeyBody(BaseModel):
    """`host`: the name of this server that it is for."""

    id: int
    name: str
    host: str
    created_at: Time
    last_used_at: Time | None


class PasskeysBody(BaseModel):
    passkeys: list[PasskeyBody]


class SignedInBody(BaseModel):
    user: str


class ProofBody(BaseModel):
    """`ways`: of password and passkey those that you have here."""

    fresh: bool
    until: Time | None
    ways: list[str]


class SecondFactorBody(BaseModel):
    on: bool
    since: Time | None
    recovery_codes_left: int


class SeedBody(BaseModel):
    """`qr`: an SVG as a data: address, of `uri`. Shown this once."""

    seed: str
    uri: str
    qr: str


class CodesBody(BaseModel):
    """Shown this once."""

    recovery_codes: list[str]


class AccountBody(BaseModel):
    """`password`: whether there is one. `disabled`: since when it may not sign in; null: it may."""

    name: str
    admin: bool
    disabled: Time | None
    created_at: Time
    password: bool
    second_factor: bool
    passkeys: int


class AccountsBody(BaseModel):
    accounts: list[AccountBody]


class ResetLinkBody(BaseModel):
    """Shown this once."""

    link: str
    expires_at: Time


class NewAccountBody(AccountBody, ResetLinkBody):
    """`link`: by which the first password is set."""


class OneAccountBody(AccountBody):
    """`running`: how many of its sessions run. `keys`: its passkeys."""

    running: int
    logins: list[LoginBody]
    tokens: list[TokenBody]
    keys: list[PasskeyBody]


class ReadyBody(BaseModel):
    database: str
    keeper: str


class OpenApiBody(BaseModel):
    model_config = ConfigDict(extra="allow")

    openapi: str
