"""The database file and its migrations."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from peewee import IntegrityError, InterfaceError
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from app.models import base
from app.models.base import db
from app.models.login import Login
from app.models.look import Look
from app.models.outside import Outside
from app.models.passkey import Passkey, SpentChallenge
from app.models.reset_link import ResetLink
from app.models.second_factor import RecoveryCode, SecondFactor
from app.models.session import Session
from app.models.setup_link import SetupLink
from app.models.snapshot import Snapshot
from app.models.token import ApiToken
from app.models.user import User

ROOT = Path(__file__).resolve().parents[2]
MODELS = [
    User, ApiToken, Login, SetupLink, Session, Snapshot, Look, Passkey, SpentChallenge, SecondFactor, RecoveryCode,
    ResetLink, Outside,
]  # fmt: skip


def test_the_files_are_private_whatever_the_umask(tmp_path):
    made = base.bind(f"sqlite:///{tmp_path}/data/holdfast.db")
    base.migrate(made)
    with db.connection_context():
        db.execute_sql("SELECT 1")
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert set(modes.values()) == {0o600} and "holdfast.db-wal" in modes
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_migrating_twice_does_nothing(tmp_path):
    made = base.bind(f"sqlite:///{tmp_path}/x.db")
    assert base.migrate(made) == [path.stem for path in sorted(base.MIGRATIONS.glob("0*.py"))]
    assert base.migrate(made) == []


def test_the_migrations_make_what_the_models_expect(database):
    with db.connection_context():
        assert not diff_models(database, MODELS)


def test_two_processes_migrate_at_once(tmp_path):
    code = f"from app.models import base; print(len(base.migrate(base.bind('sqlite:///{tmp_path}/x.db'))))"
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    counts = sorted(int(process.communicate(timeout=60)[0]) for process in both)
    assert counts == [0, len(list(base.MIGRATIONS.glob("0*.py")))]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database, tmp_path):
    newer = tmp_path / "migrations"
    newer.mkdir()
    for path in base.MIGRATIONS.glob("0*.py"):
        (newer / path.name).write_text(path.read_text())
    (newer / "9999_from_the_future.py").write_text("def up(migrator, db):\n    pass\n")
    assert base.migrate(database, newer) == ["9999_from_the_future"]
    with pytest.raises(base.NewerDatabase, match="9999_from_the_future.*newer Holdfast"):
        base.migrate(database)
    with db.connection_context():
        assert "9999_from_the_future" in Runner(database, str(newer)).applied()


def test_a_failing_migration_changes_nothing(database, tmp_path):
    broken = tmp_path / "migrations"
    broken.mkdir()
    for path in base.MIGRATIONS.glob("0*.py"):
        (broken / path.name).write_text(path.read_text())
    (broken / "9999_broken.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('CREATE TABLE half (id)')\n    raise RuntimeError('no')\n"
    )
    with pytest.raises(RuntimeError):
        base.migrate(database, broken)
    with db.connection_context():
        assert not db.table_exists("half")
    assert base.migrate(database) == []


def test_nothing_is_read_outside_of_a_connection_context(database):
    with pytest.raises(InterfaceError):
        User.select().first()


def test_foreign_keys_count(people):
    with pytest.raises(IntegrityError):
        ApiToken.issue(999)


def test_a_writer_waits_for_another(people, monkeypatch):
    """What another process holds for a moment is waited for, not an error."""
    held, release = threading.Event(), threading.Event()

    def hold():
        with db.connection_context(), db.atomic("IMMEDIATE"):
            held.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    writer = threading.Thread(target=ApiToken.issue, args=(people["alice"].id,))
    writer.start()
    assert User.named("alice") is not None  # readers do not wait
    release.set()
    writer.join(10)
    holder.join(10)
    assert len(ApiToken.of(people["alice"].id)) == 1


def test_a_connection_that_is_used_again_sees_what_others_wrote(people, tmp_path):
    """A query whose result was not read to its end must not hold the next user in the past."""
    rows = []
    with db.connection_context():
        half = User.select().iterator()
        rows.append(next(iter(half)))
        first = db.connection()
    code = f"from app.models import base; base.bind('sqlite:///{tmp_path}/data/holdfast.db');"
    code += "from app.models.token import ApiToken; print(ApiToken.issue(1, 'other process')[1])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    with db.connection_context():
        assert db.connection() is first
    assert ApiToken.actor_for(run.stdout.strip()).name == "alice"


GREEN = """
import sys, eventlet
eventlet.monkey_patch()
from app import green
from app.models import base
base.bind("sqlite:///" + sys.argv[1])
sys.setswitchinterval(1e-6)  # native threads take turns as often as they can
wrong = []

def native():
    for _ in range(1000):
        with base.db.connection_context(), base.db.atomic():
            base.db.execute_sql("select 1").fetchall()

def on_the_hub():
    for _ in range(1000):
        with base.db.connection_context():
            base.db.execute_sql("select 1").fetchall()
        eventlet.sleep(0)

def guarded(work, *args):
    try:
        work(*args)
    except Exception as error:
        wrong.append(repr(error))

jobs = [(green.offload, native)] * 3 + [(on_the_hub,)] * 3
for thread in [eventlet.spawn(guarded, *job) for job in jobs]:
    thread.wait()
print(wrong)
"""


def test_native_and_green_threads_do_not_get_one_anothers_connection(tmp_path):
    """eventlet's threading.local is not made for native threads: a request found another one's transaction open."""
    command = [sys.executable, "-W", "ignore", "-c", GREEN, str(tmp_path / "test.db")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.stdout == "[]\n", ran.stdout + ran.stderr
