"""Shutting an account out at the server's command line. In this process: a start of Python for each would take a
minute."""

from __future__ import annotations

import io
import os
import time

import pytest

from app.cli import main
from app.models.audit import Audit
from app.models.login import Login
from app.models.passkey import Passkey
from app.models.reset_link import ResetLink
from app.models.session import Session, new_id
from app.models.token import ApiToken
from app.models.user import User

PASSWORD = "correct horse battery"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HOLDFAST_SHELL", "/bin/sh")
    monkeypatch.setattr("os.umask", lambda mask: mask)

    def run(*words, typed=PASSWORD):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        code, said = main(words), capsys.readouterr()
        return (code, said.out) if code == 0 else (code, said.err)

    assert run("user", "add", "alice", "--admin", "--password-stdin")[0] == 0
    assert run("user", "add", "bob", "--password-stdin")[0] == 0
    return run


def test_a_token_ends_and_does_not_administer_unless_that_is_asked(run):
    usual = run("token", "add", "alice")[1].strip()
    endless = run("token", "add", "alice", "--expires", "never")[1].strip()
    actor = ApiToken.actor_for(usual)
    assert actor.scopes == {"read", "write"} and 89 * 86_400 < actor.until - time.time() <= 90 * 86_400
    assert ApiToken.actor_for(endless).until is None
    power = run("token", "add", "alice", "--scope", "read,write,admin", "--name", "power")[1].strip()
    assert ApiToken.actor_for(power).scopes == {"read", "write", "admin"}
    listed = [line.split("\t") for line in run("token", "list", "alice")[1].splitlines()]
    assert [(row[1], row[5] == "-", row[6]) for row in listed] == [
        ("read,write", False, "-"), ("read,write", True, "-"), ("read,write,admin", False, "power")]  # fmt: skip
    assert run("token", "revoke", "alice", listed[0][0]) == (0, "1 tokens of alice were revoked.\n")
    assert ApiToken.actor_for(usual) is None and ApiToken.actor_for(endless)
    assert run("token", "revoke", "alice", "999")[0] == 1 and run("token", "revoke", "bob", listed[1][0])[0] == 1
    assert run("token", "revoke", "alice", "--all")[1].startswith("2 tokens") and run("token", "list", "alice")[1] == ""


def test_a_new_password_by_command_ends_every_other_way_in(run):
    bob = User.named("bob")
    token, _ = ApiToken.issue(bob.id)
    Passkey.add(bob.id, "key", "localhost", "c", b"k", 0)
    login, _ = Login.begin(bob.id, "", "")
    kept = run("user", "passwd", "bob", "--password-stdin", "--keep-tokens")[1]
    assert "1 API tokens and 1 passkeys still open the account" in kept and Login.alive([login.id]) == set()
    assert ApiToken.alive([token.id]) == {token.id}
    assert "1 API tokens and 1 passkeys were ended" in run("user", "passwd", "bob", "--password-stdin")[1]
    assert ApiToken.alive([token.id]) == set() and Passkey.of(bob.id) == []


def test_disabled_enabled_and_never_the_last_administrator(run):
    token = ApiToken.issue(User.named("bob").id)[1]
    for words in (("disable", "alice"), ("admin", "alice", "--remove"), ("delete", "alice")):
        code, said = run("user", *words)
        assert code == 1 and "last administrator" in said
    assert run("user", "disable", "bob") == (0, "bob is disabled.\n")
    assert ApiToken.actor_for(token) is None and User.by_password("bob", PASSWORD) is None
    assert run("user", "list")[1].splitlines()[1].split("\t")[0::4] == ["bob", "disabled"]
    assert run("user", "password", "bob")[0] == 1
    assert run("user", "admin", "bob")[0] == 0 and run("user", "disable", "alice")[0] == 1, "a disabled one is none"
    assert run("user", "enable", "bob")[0] == 0 and ApiToken.actor_for(token).name == "bob"
    assert run("user", "disable", "alice")[0] == 0 and run("user", "admin", "bob", "--remove")[0] == 1


def test_deleting_asks_for_the_end_of_what_runs(run):
    bob = User.named("bob")
    facts = {"command": ["cat"], "cwd": "/", "rows": 24, "cols": 80}
    session = Session.begin(id=new_id(), owner=bob, name="job", **facts)
    code, said = run("user", "delete", "bob")
    assert code == 1 and "--end-sessions" in said and User.named("bob").disabled_at is None
    session.change(state="ended")
    assert run("user", "delete", "bob")[0] == 0
    assert User.named("bob") is None and Session.numbered(session.id) is None
    assert any(entry.action == "user.delete" and entry.owner_id == bob.id for entry in Audit.all())
    assert run("user", "add", "carol", "--link")[0] == 0
    assert User.named("carol").id > bob.id and not User.named("carol").has_password


def test_single_ways_in(run):
    bob = User.named("bob")
    login, _ = Login.begin(bob.id, "", "")
    for number in range(2):
        Passkey.add(bob.id, f"key {number}", "localhost", f"c{number}", b"k", 0)
    assert run("user", "logout", "bob")[1].startswith("1 logins") and Login.alive([login.id]) == set()
    rows = [line.split("\t") for line in run("user", "passkeys", "bob")[1].splitlines()]
    assert [row[4] for row in rows] == ["key 0", "key 1"]
    assert run("user", "passkeys", "bob", "--remove", rows[0][0])[0] == 0 and len(Passkey.of(bob.id)) == 1
    assert run("user", "passkeys", "bob", "--remove", rows[0][0])[0] == 1
    assert run("user", "passkeys", "bob", "--remove-all")[0] == 0 and Passkey.of(bob.id) == []
    link = run("user", "password", "bob", "--revoke")[1].strip().rpartition("/")[2]
    assert ResetLink.whose(link).name == "bob"
