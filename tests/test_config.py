"""Settings: one table, and errors that name what is wrong."""

import os
from pathlib import Path

import pytest

from app import config
from app.config import SETTINGS, ConfigError, load

ROOT = Path(__file__).resolve().parent.parent
BASE = {"HOLDFAST_DATA_DIR": "/srv/holdfast", "HOLDFAST_SHELL": "/bin/sh"}


def test_the_defaults_are_the_contracts():
    made = load({"PATH": "/bin"})
    assert (made.host, made.port, made.redis_url, made.allowed_hosts) == ("127.0.0.1", 8000, None, ())
    assert made.data_dir == Path("data").absolute()
    assert made.database_url == f"sqlite:///{Path('data/holdfast.db').absolute()}"
    assert (made.session_lifetime, made.scrollback_lines, made.journal_bytes) == (604_800, 5000, 268_435_456)
    assert (made.max_sessions, made.snapshot_seconds) == (100, 10)
    assert os.access(made.shell, os.X_OK)


def test_the_contract_names_every_setting():
    names = "HOST PORT DATA_DIR DATABASE_URL REDIS_URL SHELL SESSION_LIFETIME SCROLLBACK_LINES JOURNAL_BYTES"
    names += " MAX_SESSIONS SNAPSHOT_SECONDS ALLOWED_HOSTS"
    assert {f"HOLDFAST_{name}" for name in names.split()} <= {setting.name for setting in SETTINGS}


@pytest.mark.parametrize(
    ("name", "value", "field", "meant"),
    [
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("HOST", "[::1]", "host", "::1"),
        ("PORT", "0", "port", 0),
        ("PORT", " 80 ", "port", 80),
        ("PORT", "", "port", 8000),
        ("SESSION_LIFETIME", "0", "session_lifetime", 0),
        ("DATABASE_URL", "sqlite:////a/b.db", "database_url", "sqlite:////a/b.db"),
        ("REDIS_URL", "redis://:secret@box/0", "redis_url", "redis://:secret@box/0"),
        ("ALLOWED_HOSTS", "Term.Example.com, box:8443 ,[FE80::1]:80,10.0.0.1", "allowed_hosts",
         ("term.example.com", "box:8443", "[fe80::1]:80", "10.0.0.1")),
    ],
)  # fmt: skip
def test_good_values(name, value, field, meant):
    assert getattr(load(BASE | {f"HOLDFAST_{name}": value}), field) == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOST", "not a host"), ("HOST", "http://x"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "8k"),
     ("PORT", "\uff18\uff10"), ("DATA_DIR", "/etc/passwd"), ("DATABASE_URL", "mysql://x/y"),
     ("DATABASE_URL", "sqlite:///:memory:"), ("REDIS_URL", "localhost:6379"), ("SHELL", "bash"),
     ("SHELL", "/no/such/shell"), ("SHELL", "/etc/passwd"), ("SESSION_LIFETIME", "7d"),
     ("SESSION_LIFETIME", "9" * 25), ("SCROLLBACK_LINES", "-5"), ("JOURNAL_BYTES", "1"),
     ("MAX_SESSIONS", "0"), ("SNAPSHOT_SECONDS", "0"), ("SNAPSHOT_SECONDS", "1.5"),
     ("ALLOWED_HOSTS", "http://term.example.com"), ("ALLOWED_HOSTS", "a b"), ("ALLOWED_HOSTS", "*")],
)  # fmt: skip
def test_a_bad_value_names_the_setting_and_what_was_expected(name, value):
    with pytest.raises(ConfigError) as error:
        load(BASE | {f"HOLDFAST_{name}": value})
    assert error.value.name == f"HOLDFAST_{name}"
    assert str(error.value).startswith(f"HOLDFAST_{name}: expected ")


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ConfigError, match="HOLDFAST_SCROLLBACK: .* did you mean HOLDFAST_SCROLLBACK_LINES"):
        load(BASE | {"HOLDFAST_SCROLLBACK": "1"})
    with pytest.raises(ConfigError, match="python -m app config"):
        load(BASE | {"HOLDFAST_XYZZY": "1"})


def test_a_shell_in_a_session_may_start_a_server():
    assert load(BASE | {"HOLDFAST_SESSION": "aaaaaaaaaaaa"}).port == 8000


def test_paths_hang_on_the_data_directory():
    made = load(BASE)
    assert made.keeper_dir == Path("/srv/holdfast/keeper")
    assert made.sessions_dir == Path("/srv/holdfast/sessions")
    assert made.secret_path == Path("/srv/holdfast/secret")
    assert made.database_path == Path("/srv/holdfast/holdfast.db")


def test_every_setting_is_printed_and_passwords_are_not():
    text = config.described(load(BASE | {"HOLDFAST_REDIS_URL": "redis://me:s3cret@box/0"}))
    for setting in SETTINGS:
        assert f"{setting.name}=" in text and setting.why in text
    assert "s3cret" not in text and "redis://me:***@box/0" in text


def test_the_documentation_lists_every_setting_with_its_default():
    rows = [
        row for row in (ROOT / "docs/settings.md").read_text().splitlines() if row.startswith("| `HOLDFAST_")
    ]
    described = {row.split("`")[1]: row for row in rows}
    assert set(described) == {setting.name for setting in SETTINGS}
    for setting in SETTINGS:
        assert setting.why in described[setting.name]
        assert f"`{setting.default}`" in described[setting.name] or not setting.default
