"""The chain of the audit log: whatever is done to it in the database is noticed, or refused by the database."""

import sqlite3

import pytest

from app.models.audit import NO_HASH, Audit, Entry, verify


@pytest.fixture
def log(database):
    Audit.add(*(Entry("session.join", user="alice", session="a" * 12, details={"n": n}) for n in range(3)))
    Audit.add(Entry("login", user="alice", address="::1"), Entry("login.failed"))
    return database


def raw(log, *statements):
    """As somebody would who has the file, without our triggers in the way."""
    with sqlite3.connect(log.database) as connection:
        connection.execute("DROP TRIGGER IF EXISTS audit_no_update")
        connection.execute("DROP TRIGGER IF EXISTS audit_no_delete")
        for statement in statements:
            connection.execute(statement)


def test_an_untouched_log_is_whole(log):
    verdict = verify()
    assert (verdict.number, verdict.broken) == (5, "") and len(verdict.hash) == 64 and verdict.hash != NO_HASH
    assert verify((5, verdict.hash)).broken == ""
    assert [entry.number for entry in Audit.all()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("statement", ["UPDATE audit SET user = 'bob' WHERE number = 2", "DELETE FROM audit"])
def test_the_database_refuses_to_change_it(log, statement):
    with sqlite3.connect(log.database) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)


@pytest.mark.parametrize("column", ["at", "user_id", "user", "via", "address", "action", "session", "owner_id"])
def test_each_changed_column_is_noticed(log, column):
    raw(log, f"UPDATE audit SET {column} = 77 WHERE number = 2")
    assert verify().broken == "entry 2 was changed"


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (["UPDATE audit SET details = '{}' WHERE number = 3"], "entry 3 was changed"),
        (["UPDATE audit SET hash = '00' WHERE number = 3"], "entry 3 was changed"),
        (["DELETE FROM audit WHERE number = 4"], "entry 4 is missing"),
        (["DELETE FROM audit WHERE number = 1"], "entry 1 is missing"),
        (["DELETE FROM audit WHERE number = 2", "UPDATE audit SET number = number - 1 WHERE number > 2"],
         "entry 2 was changed"),
    ],
)  # fmt: skip
def test_what_was_taken_out_or_moved_is_noticed(log, statements, broken):
    raw(log, *statements)
    assert verify().broken == broken


def test_a_log_that_was_cut_off_or_written_anew_is_noticed_by_who_kept_a_hash(log):
    known = verify()
    raw(log, "DELETE FROM audit WHERE number > 3")
    assert verify().broken == "", "the log alone cannot show it"
    assert verify((known.number, known.hash)).broken == "entries after 3 were cut off, up to the known 5"
    raw(log, "DELETE FROM audit")
    Audit.add(*(Entry("login", user="mallory") for _ in range(6)))
    assert verify().broken == ""
    assert verify((known.number, known.hash)).broken.startswith("entry 5 is not the one that was known")


def test_many_writers_at_once_make_one_chain(log):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: Audit.add(Entry("session.read", details={"n": n})), range(100)))
    assert verify()[::2] == (105, "")


def test_a_long_text_is_cut(log):
    Audit.add(Entry("session.change", details={"name": "x" * 5000, "tags": ["y" * 5000]}))
    assert len(Audit.page(None, 1)[0].details) < 700
