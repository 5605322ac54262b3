"""What requests may say. The rule: types are strict, unknown fields are refused, every text and list is
bounded; whatever passes here can be handed to the floors below as it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from app.expected import MOMENT
from app.live.errors import TooLarge
from app.models.session import STATES
from app.words import said

INPUT_BYTES = 1 << 20
# JSON may write one byte as six (\u0003).
INPUT_BODY_BYTES = 6 * INPUT_BYTES + 1024
# What the keeper takes: a command travels in every list of sessions.
COMMAND_BYTES = 32 << 10
# Linux refuses one argument or variable of 128 KiB or more.
VALUE_BYTES = (128 << 10) - 1
MOST_VARIABLES = 100
ENVIRONMENT_BYTES = 128 << 10
MOST_TAGS = 20
MOST_AT_ONCE = 500
OUTPUT_BYTES = 8 << 20
PAGE_ROWS = 2000
# A key, a signature, some certificates.
CREDENTIAL_BODY_BYTES = 64 << 10
LONGEST_TOKEN_SECONDS = 10 * 366 * 86_400
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
LARGEST = 2**63 - 1
SIGNALS = Literal["HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "TERM", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "WINCH"]


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError(said("must not contain a NUL character"))
    return text


def _no_controls(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError(said("must not contain control characters: no row does"))
    return text


def _printable(text: str) -> str:
    text = text.strip()
    if not text or not text.isprintable():
        raise ValueError(said("expected printable characters, not only blanks"))
    return text


def _label(text: str) -> str:
    text = text.strip()
    if not text.isprintable():
        raise ValueError(said("expected printable characters"))
    return text


def _no_number(value: Any) -> Any:
    """Pydantic would also take seconds since 1970, also written as text."""
    if not isinstance(value, str) or ":" not in value:
        raise ValueError(MOMENT)
    return value


def _short(text: str) -> str:
    if len(text.encode()) > VALUE_BYTES:
        raise ValueError(said("at most %(count)s bytes", count=VALUE_BYTES))
    return text


Size = Annotated[int, Field(ge=1, le=1000)]
Name = Annotated[str, Field(max_length=100), AfterValidator(_printable)]
Tag = Annotated[str, Field(max_length=40), AfterValidator(_printable)]
Group = Annotated[str, Field(max_length=40), AfterValidator(_label)]
Text = Annotated[str, AfterValidator(_no_nul)]
Value = Annotated[Text, AfterValidator(_short)]
# Not strict: behind a validator of ours pydantic takes the text for a value of Python's, and would refuse it.
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_no_number)]


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS), AfterValidator(_distinct)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """From the address: all values are text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid")


class NewSession(Body):
    """`command` is an argv list, or a string for the shell; without one, a login shell. `shell_integration`: whether a
    bash, zsh or fish marks its prompts and commands; as the account prefers, where nothing is said. `record`: false:
    what it writes is kept nowhere but on its screen."""

    name: Name | None = None
    command: list[Text] | Text | None = None
    cwd: Annotated[Text, Field(min_length=1, max_length=4095)] | None = None
    env: dict[str, Value] | None = None
    rows: Size = 24
    cols: Size = 80
    tags: Tags = []
    group: Group = ""
    shell_integration: bool | None = None
    record: bool = True

    @field_validator("command", mode="before")
    @classmethod
    def _command(cls, command: Any) -> Any:
        if command is None:
            return None
        words = [command] if isinstance(command, str) else command
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError(said("expected a list of texts (argv), or one text for the shell"))
        if not words or not words[0].strip():
            raise ValueError(said("must not be empty; leave it out for a login shell"))
        if sum(len(word) + 1 for word in words) > COMMAND_BYTES:
            raise ValueError(said("at most %(count)s characters; put a longer one into a script", count=COMMAND_BYTES))
        return command

    @field_validator("env")
    @classmethod
    def _environment(cls, env: dict[str, str] | None) -> dict[str, str] | None:
        for name in env or {}:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", name):
                raise ValueError(said("names are letters, digits and underscores, and begin with no digit"))
            if name.startswith("HOLDFAST_"):
                raise ValueError(said("names that begin with HOLDFAST_ are reserved"))
        if env and (len(env) > MOST_VARIABLES or sum(map(len, env.values())) > ENVIRONMENT_BYTES):
            raise ValueError(
                said(
                    "at most %(variables)s variables and %(count)s characters",
                    variables=MOST_VARIABLES,
                    count=ENVIRONMENT_BYTES,
                )
            )
        return env


class SessionChanges(Body):
    """An empty `group`: none."""

    name: Name | None = None
    tags: Tags | None = None
    group: Group | None = None


class LookChanges(Body):
    """`pinned`: keep it on top of your dashboard. `seen`: you have seen all of it."""

    pinned: bool | None = None
    seen: Literal[True] | None = None


class Several(Body):
    """`forget` also erases them. `after_seconds`: not yet, so that it can be taken back."""

    ids: Annotated[list[Annotated[str, Field(pattern=r"^[a-z2-7]{12}$")]], Field(min_length=1, max_length=MOST_AT_ONCE)]
    forget: bool = False
    after_seconds: Annotated[int, Field(ge=0, le=60)] = 0


class Input(Body):
    data: str = Field(min_length=1)

    def raw(self) -> bytes:
        data = self.data.encode()
        if len(data) > INPUT_BYTES:
            raise TooLarge(said("At most %(count)s bytes of input at once.", count=INPUT_BYTES), "data")
        return data


class NewSize(Body):
    rows: Size
    cols: Size


class Signal(Body):
    signal: SIGNALS

    @field_validator("signal", mode="before")
    @classmethod
    def _without_sig(cls, name: Any) -> Any:
        return name.upper().removeprefix("SIG") if isinstance(name, str) else name


class NewToken(Body):
    """Without `scopes`: read and write. `session`: for this one only. `expires_at`: RFC 3339; without it, never."""

    name: Annotated[str, Field(max_length=100)] = ""
    scopes: Annotated[list[Literal["read", "write", "admin"]], Field(min_length=1, max_length=3)] | None = None
    session: Annotated[str, Field(pattern=r"^[a-z2-7]{12}$")] | None = None
    expires_at: Moment | None = None

    @field_validator("expires_at")
    @classmethod
    def _ahead(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and not 0 < (moment - datetime.now(UTC)).total_seconds() <= LONGEST_TOKEN_SECONDS:
            raise ValueError(said("expected a time in the future, at most 10 years from now"))
        return moment


class NewPassword(Body):
    """Without `current`: right after you have proved who you are in another way."""

    current: Annotated[str, Field(max_length=1024)] | None = None
    new: Annotated[str, Field(max_length=1024)]


class PasskeyName(Body):
    name: Name


class PasskeyAnswer(Body):
    """`credential`: what navigator.credentials gave, as its toJSON() writes it."""

    credential: dict[str, Any]


class NewPasskey(PasskeyAnswer):
    name: Name


class Proof(Body):
    """One of the two."""

    password: Annotated[str, Field(max_length=1024)] | None = None
    credential: dict[str, Any] | None = None


class Code(Body):
    code: Annotated[str, Field(max_length=64)]


class SessionFilter(Query):
    """`q` is looked for in name, command, directory, title, tags and group; `state` is a list with commas."""

    q: Annotated[str, Field(max_length=200)] = ""
    tag: Annotated[str, Field(max_length=40)] = ""
    group: Annotated[str, Field(max_length=40)] = ""
    state: str = ""

    @field_validator("state")
    @classmethod
    def _states(cls, state: str) -> str:
        if not set(filter(None, state.split(","))) <= set(STATES):
            raise ValueError(said("expected some of %(states)s", states=",".join(STATES)))
        return state

    def states(self) -> set[str]:
        return set(filter(None, self.state.split(",")))


class Forget(Query):
    forget: bool = False


class ScreenAs(Query):
    format: Literal["text", "ansi", "json"] = "text"
    scrollback: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class At(Query):
    """`offset`: where the answer says in which row the cursor stood."""

    offset: Annotated[int, Field(ge=0, le=LARGEST)] | None = None


class Rows(Query):
    start: Annotated[int, Field(ge=0, le=LARGEST, alias="from")]
    count: Annotated[int, Field(ge=1, le=PAGE_ROWS)] = 500
    format: Literal["ansi", "text"] = "ansi"


class Search(Query):
    """Without `before` and `after`: from the end backwards."""

    q: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_controls)]
    before: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    after: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    case: bool = False

    @field_validator("after")
    @classmethod
    def _one_way(cls, after: int | None, others: ValidationInfo) -> int | None:
        if after is not None and others.data.get("before") is not None:
            raise ValueError(said("before and after exclude each other"))
        return after


class CommandPage(Query):
    """The newest first; `before`: those with smaller numbers. `rows`: say in which rows of the history they stand."""

    before: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    rows: bool = False


class DownloadAs(Query):
    format: Literal["text", "ansi", "raw"] = "text"


class DownloadOf(Query):
    format: Literal["text", "ansi", "raw", "asciicast"] = "text"
    annotations: bool = False


class Slice(Query):
    """A larger `limit` than 8 MiB is taken as 8 MiB: Holdfast-Next-Offset says how far it went."""

    offset: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST)] = 1 << 20

    def most(self) -> int:
        return min(self.limit, OUTPUT_BYTES)
