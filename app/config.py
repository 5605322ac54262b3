"""Settings: one table that documents itself. The rule: nothing else in the project reads the environment
for a setting, and a name or value that makes no sense stops the start with an error that names it."""

from __future__ import annotations

import difflib
import ipaddress
import os
import pwd
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PREFIX = "HOLDFAST_"
# A shell inside a session inherits HOLDFAST_SESSION; starting a second server from there is legitimate.
IGNORED = frozenset({"HOLDFAST_SESSION"})

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")


class ConfigError(ValueError):
    """A setting that cannot be used; the message says which one and what was expected."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: {expected}")
        self.name = name
        self.expected = expected


LIMITED = 2  # the first level of isolation at which sessions have limits


@dataclass(frozen=True)
class Config:
    host: str
    port: int
    data_dir: Path
    database_url: str
    redis_url: str | None
    shell: str
    session_lifetime: int
    scrollback_lines: int
    journal_bytes: int
    max_sessions: int
    account_bytes: int
    account_connections: int
    address_connections: int
    snapshot_seconds: int
    allowed_hosts: tuple[str, ...]
    workers: int
    upload_bytes: int
    shell_integration: bool
    record: str
    isolation: int
    session_memory: int
    session_cpu: int
    session_tasks: int
    proxy_user_header: str
    proxy_addresses: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    proxy_creates_users: bool
    oidc_issuer: str
    oidc_client_id: str
    oidc_secret_file: Path | None
    oidc_claim: str
    oidc_creates_users: bool

    @property
    def record_always(self) -> bool:
        return self.record == "always"

    @property
    def limits(self) -> dict[str, int]:
        """Of each session, as the keeper is told them."""
        return {"memory": self.session_memory, "cpu": self.session_cpu, "tasks": self.session_tasks}

    @property
    def keeper_dir(self) -> Path:
        return self.data_dir / "keeper"

    @property
    def sessions_dir(self) -> Path:
        return self.data_dir / "sessions"

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def secret_path(self) -> Path:
        return self.data_dir / "secret"


class Setting(NamedTuple):
    name: str
    kind: str
    default: str
    unit: str
    why: str
    parse: Callable[[str], Any]

    @property
    def field(self) -> str:
        return self.name.removeprefix(PREFIX).lower()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", text) or not low <= int(text) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}, got {text!r}")
        return int(text)

    return parse


def _whole_or_none(low: int, high: int) -> Callable[[str], int]:
    """0: none."""

    def parse(text: str) -> int:
        if text == "0":
            return 0
        try:
            return _whole(low, high)(text)
        except ValueError as error:
            raise ValueError(f"{error}; or 0") from None

    return parse


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        if not HOST_NAME.match(text.lower()):
            raise ValueError(f"expected an address or host name to listen on, got {text!r}") from None
        return text.lower()


def _directory(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"expected a directory, but {text!r} is not one")
    return path


def _database(text: str) -> str:
    if not text:
        return ""
    path = text.removeprefix("sqlite:///")
    if path == text or not path or path.startswith(":") or "?" in path or path.endswith("/"):
        raise ValueError("expected sqlite:/// and a path to a file, such as sqlite:////srv/holdfast.db")
    return f"sqlite:///{Path(path).expanduser().absolute()}"


def _redis(text: str) -> str | None:
    if text and urlsplit(text).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("expected a URL that begins with redis://, rediss:// or unix://")
    return text or None


def _shell(text: str) -> str:
    path = text or pwd.getpwuid(os.getuid()).pw_shell or "/bin/sh"
    if not os.path.isabs(path):
        raise ValueError(f"expected the absolute path of a shell, got {path!r}")
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        raise ValueError(f"expected a program that exists and may be run, got {path!r}")
    return path


def allowed_host(entry: str) -> str:
    """A host name or address, with a port or without, in the form in which requests are compared."""
    name, port = entry.lower(), ""
    if (match := re.fullmatch(r"(\[[^\]]+\]|[^:]+):([0-9]{1,5})", name)) is not None:
        name, port = match.group(1), ":" + match.group(2)
    bare = name.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
        return (f"[{address}]" if address.version == 6 else str(address)) + port
    except ValueError:
        if not HOST_NAME.match(name):
            raise ValueError(f"expected host names separated by commas, got {entry!r}") from None
    return name + port


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"expected 1 (on) or 0 (off), got {text!r}")
    return text == "1"


def _record(text: str) -> str:
    if text not in ("choice", "always"):
        raise ValueError(f"expected choice or always, got {text!r}")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(allowed_host(entry.strip()) for entry in text.split(",") if entry.strip())


def _header(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", text):
        raise ValueError(f"expected the name of a header, such as Remote-User, got {text!r}")
    if text.lower() in ("authorization", "cookie", "host", "origin") or text.lower().startswith("x-forwarded"):
        raise ValueError(f"{text} means something else already")
    return text


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(entry.strip()) for entry in text.split(",") if entry.strip())
    except ValueError:
        raise ValueError(f"expected addresses or networks (10.0.0.7, 10.1.0.0/16), got {text!r}") from None


def _file(text: str) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if text and (parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError(f"expected the provider's https:// address, got {text!r}")
    if text and parts.scheme == "http" and not local:
        raise ValueError("expected https://: who listens in between could sign in as anybody")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "HOLDFAST_HOST",
        "address",
        "127.0.0.1",
        "",
        "address to listen on; anything but loopback is for use behind TLS or in a trusted network",
        _host,
    ),
    Setting(
        "HOLDFAST_PORT",
        "number",
        "8000",
        "",
        "0 to 65535; 0 takes a free port and prints it",
        _whole(0, 65535),
    ),
    Setting(
        "HOLDFAST_DATA_DIR",
        "path",
        "./data",
        "",
        "database, secret, journals, sockets; created private (0700)",
        _directory,
    ),
    Setting(
        "HOLDFAST_DATABASE_URL",
        "URL",
        "",
        "",
        "sqlite:///PATH; empty: holdfast.db in the data directory",
        _database,
    ),
    Setting(
        "HOLDFAST_REDIS_URL", "URL", "", "", "redis://, rediss:// or unix://; empty: no Redis is used", _redis
    ),
    Setting(
        "HOLDFAST_SHELL", "path", "", "", "shell of new sessions; empty: the account's login shell", _shell
    ),
    Setting(
        "HOLDFAST_SESSION_LIFETIME",
        "number",
        "604800",
        "seconds",
        "a session is ended after so long without output, input or a client; 0: never; at most 10 years",
        _whole(0, 315_360_000),
    ),
    Setting(
        "HOLDFAST_SCROLLBACK_LINES",
        "number",
        "5000",
        "lines",
        "kept above the screen, in memory, for each session; 0 to 100000 (100000 lines take about 160 MB)",
        _whole(0, 100_000),
    ),
    Setting(
        "HOLDFAST_JOURNAL_BYTES",
        "number",
        "268435456",
        "bytes",
        "of output kept on disk for each session, the oldest goes first; from 1 MiB",
        _whole(1_048_576, 1_099_511_627_776),
    ),
    Setting(
        "HOLDFAST_MAX_SESSIONS",
        "number",
        "100",
        "sessions",
        "running at once for each user; 1 to 10000",
        _whole(1, 10_000),
    ),
    Setting(
        "HOLDFAST_ACCOUNT_BYTES",
        "number",
        "0",
        "bytes",
        "that all sessions of one account together keep on disk; who has as many starts no further session until ended"
        " ones are forgotten, and what runs goes on; 0: no limit",
        _whole(0, 1_125_899_906_842_624),
    ),
    Setting(
        "HOLDFAST_ACCOUNT_CONNECTIONS",
        "number",
        "500",
        "connections",
        "open at once for one account (each tab has one), in each web process; 0: no limit",
        _whole(0, 20_000),
    ),
    Setting(
        "HOLDFAST_ADDRESS_CONNECTIONS",
        "number",
        "1000",
        "connections",
        "open at once from one address (of IPv6: one /64), in each web process; loopback is not counted; 0: no limit",
        _whole(0, 20_000),
    ),
    Setting(
        "HOLDFAST_SNAPSHOT_SECONDS",
        "number",
        "10",
        "seconds",
        "between saved screens of a session whose screen changes; 1 to 3600",
        _whole(1, 3_600),
    ),
    Setting(
        "HOLDFAST_ALLOWED_HOSTS",
        "names",
        "",
        "",
        "Host names accepted besides loopback, separated by commas, each with :PORT where it needs one",
        _hosts,
    ),
    Setting(
        "HOLDFAST_WORKERS",
        "number",
        "1",
        "processes",
        "web processes that share the port, each able to serve every session; 1 to 64; more than cores is no use",
        _whole(1, 64),
    ),
    Setting(
        "HOLDFAST_UPLOAD_BYTES",
        "number",
        "1073741824",
        "bytes",
        "of one file that is uploaded into a session's directory, at most; 0: no uploads",
        _whole(0, 1_099_511_627_776),
    ),
    Setting(
        "HOLDFAST_SHELL_INTEGRATION",
        "switch",
        "1",
        "",
        "1: bash, zsh and fish in new sessions mark their prompts and commands; 0: shells are started as they are",
        _switch,
    ),
    Setting(
        "HOLDFAST_RECORD",
        "word",
        "choice",
        "",
        "choice: who starts a session may say that it is not recorded (docs/recording.md); always: every one is",
        _record,
    ),
    Setting(
        "HOLDFAST_ISOLATION",
        "number",
        "0",
        "level",
        "0: every shell runs as the account that started the server; 1: each account's as its own operating-system"
        " user, for which the server is started as root; 2: and each session within the three limits that follow",
        _whole(0, 2),
    ),
    Setting(
        "HOLDFAST_SESSION_MEMORY",
        "number",
        "2147483648",
        "bytes",
        "at level 2: of all processes of a session together, swap included; from 16 MiB; 0: no limit",
        _whole_or_none(16 << 20, 1 << 50),
    ),
    Setting(
        "HOLDFAST_SESSION_CPU",
        "number",
        "0",
        "percent",
        "at level 2: of one processor, for all processes of a session together (250: two and a half); 0: no limit",
        _whole_or_none(1, 100_000),
    ),
    Setting(
        "HOLDFAST_SESSION_TASKS",
        "number",
        "1024",
        "tasks",
        "at level 2: processes and threads of a session; from 8; 0: no limit",
        _whole_or_none(8, 1 << 22),
    ),
    Setting(
        "HOLDFAST_PROXY_USER_HEADER",
        "header",
        "",
        "",
        "in which a proxy in front says whom it has signed in (docs/signing-in.md); empty: nobody is believed",
        _header,
    ),
    Setting(
        "HOLDFAST_PROXY_ADDRESSES",
        "addresses",
        "",
        "",
        "addresses or networks of that proxy, separated by commas; from anywhere else the header counts for nothing",
        _networks,
    ),
    Setting(
        "HOLDFAST_PROXY_CREATES_USERS",
        "switch",
        "0",
        "",
        "1: a name that the proxy says gets an account when there is none",
        _switch,
    ),
    Setting(
        "HOLDFAST_OIDC_ISSUER",
        "URL",
        "",
        "",
        "OpenID provider at which people may sign in (docs/signing-in.md); empty: none",
        _issuer,
    ),
    Setting("HOLDFAST_OIDC_CLIENT_ID", "text", "", "", "by which that provider knows this server", str),
    Setting(
        "HOLDFAST_OIDC_SECRET_FILE",
        "path",
        "",
        "",
        "file with the secret that the provider gave for it; not a value, which /proc would show",
        _file,
    ),
    Setting(
        "HOLDFAST_OIDC_CLAIM",
        "text",
        "preferred_username",
        "",
        "in which the provider says the account's name; people must not be able to choose it freely there",
        str,
    ),
    Setting(
        "HOLDFAST_OIDC_CREATES_USERS",
        "switch",
        "0",
        "",
        "1: a name that the provider says gets an account when there is none",
        _switch,
    ),
)


def load(environ: Mapping[str, str]) -> Config:
    """The settings of this process. An empty value counts as not set."""
    _refuse_unknown(environ)
    values = {setting.field: _value(setting, environ) for setting in SETTINGS}
    if not values["database_url"]:
        values["database_url"] = f"sqlite:///{values['data_dir'] / 'holdfast.db'}"
    if bool(values["proxy_user_header"]) != bool(values["proxy_addresses"]):
        raise ConfigError("HOLDFAST_PROXY_USER_HEADER", "needs HOLDFAST_PROXY_ADDRESSES, and the other way round")
    if values["oidc_issuer"] and not (values["oidc_client_id"] and values["oidc_secret_file"]):
        raise ConfigError("HOLDFAST_OIDC_ISSUER", "needs HOLDFAST_OIDC_CLIENT_ID and HOLDFAST_OIDC_SECRET_FILE")
    return Config(**values)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {setting.name for setting in SETTINGS}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and name not in IGNORED:
            bare = [one.removeprefix(PREFIX) for one in known]  # the prefix makes all of them alike
            nearest = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1, cutoff=0.5)
            hint = (
                f"; did you mean {PREFIX}{nearest[0]}?" if nearest else "; `python -m app config` lists all"
            )
            raise ConfigError(name, "there is no such setting" + hint)


def _value(setting: Setting, environ: Mapping[str, str]) -> Any:
    try:
        return setting.parse(environ.get(setting.name, "").strip() or setting.default)
    except ValueError as error:
        raise ConfigError(setting.name, str(error)) from None


def described(config: Config) -> str:
    """Every setting with its present value, as `python -m app config` prints it."""
    blocks = []
    for setting in SETTINGS:
        value = _shown(getattr(config, setting.field))
        unit = f" {setting.unit}" if setting.unit else ""
        default = setting.default or "empty"
        blocks.append(f"{setting.name}={value}\n    {setting.kind}, default {default}{unit}. {setting.why}")
    return "\n".join(blocks) + "\n"


def _shown(value: Any) -> str:
    """A URL may carry a password; what is printed ends up in bug reports."""
    if isinstance(value, bool):
        return str(int(value))
    text = ",".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    return re.sub(r"(://[^:@/]*:)[^@/]*@", r"\1***@", text)
