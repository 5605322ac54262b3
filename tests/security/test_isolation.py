"""HOLDFAST_ISOLATION=1: from a shell of one account nothing of another's can be reached, nor anything of the server's.

Each attempt that can be made without harm is first made by root, with success: so it fails for whom it fails, and not
because it is written wrong."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from app.live import deputy
from app.live.launch import open_to_all
from tests.browser.people import eventually
from tests.keeper.support import children
from tests.security.os_users import KEYCTL, isolated_server, needs_root, os_users

ROOT = Path(__file__).resolve().parents[2]
VICTIM = r"""
umask 077; echo planted-in-a-file > "$HOME/private"; exec 3<"$HOME/private"
PLANTED=in-the-environment exec sh -c 'printf "here is the victim\r\n"; exec cat'
"""
# SEIZE, unlike ATTACH, leaves a process that root may trace undisturbed.
PTRACE = {"x86_64": 101, "aarch64": 117}

# name, command, whether root's own attempt is made first (those that would do harm are not)
ATTEMPTS = [
    ("its journal", "cat $DATA/sessions/$ID/*.out $DATA/sessions/$ID/00000000000000000000.out", False),
    ("its journal, by a name that is known", "cat $DATA/sessions/$ID/00000000000000000000.out", True),
    ("its timeline", "cat $DATA/sessions/$ID/00000000000000000000.time", True),
    ("its record", "cat $DATA/sessions/$ID/session.json", True),
    ("its table of inputs, mapped by the keeper", "cat $DATA/sessions/$ID/inputs", True),
    ("to list all sessions", "ls $DATA/sessions", True),
    ("to list one's own session's directory", "ls $DATA/sessions/$HOLDFAST_SESSION/", False),
    ("to enter the data directory", "cd $DATA", True),
    ("the database, with its snapshots", "head -c 1 $DATA/holdfast.db", True),
    ("what is new in the database", "head -c 1 $DATA/holdfast.db-wal", True),
    ("to write into the database", ": >> $DATA/holdfast.db", True),
    ("the secret of the login cookies", "cat $DATA/secret", True),
    ("the keeper's log", "cat $DATA/keeper/keeper.log", True),
    ("the keeper's socket", "connect $DATA/keeper/keeper.sock", True),
    ("the keeper's socket, by another way", "connect /proc/$KEEPER/root$DATA/keeper/keeper.sock", True),
    ("to put another data directory in place", "mv $DATA $DATA.gone", False),
    ("to change the server's code", "touch $CODE/__init__.py", True),
    ("its environment", "grep -q PLANTED /proc/$PID/environ", True),
    ("its memory", ": < /proc/$PID/mem", True),
    ("where things are in its memory", "grep -q stack /proc/$PID/maps", True),
    ("its descriptors", "ls /proc/$PID/fd/", True),
    ("a file that it has open", "cat /proc/$PID/fd/3", True),
    ("its directory, by its process", "ls /proc/$PID/cwd/", True),
    ("its root, by its process", "ls /proc/$PID/root/", True),
    ("to trace it", "attach $PID", True),
    ("to read its terminal", "terminal read $TTY", True),
    ("to write to its terminal", ": > $TTY", True),
    ("to type into its terminal (TIOCSTI)", "terminal type $TTY", False),
    ("to change its terminal's size", "stty -F $TTY rows 7", False),
    ("to see its terminal by the keeper", "ls /proc/$KEEPER/fd/", True),
    ("to kill its program", "kill -KILL $PID", False),
    ("to stop its program", "kill -STOP $PID", False),
    ("to signal its program at all", "kill -0 $PID", True),
    ("to signal any of its guardians", "signal_any", True),
    ("to kill the keeper", "kill -KILL $KEEPER", False),
    ("to kill the vault", "kill -KILL $VAULT", False),
    ("to kill the web server", "kill -KILL $WEB", False),
    ("to trace the keeper", "attach $KEEPER", True),
    ("to trace the web server", "attach $WEB", True),
    ("the keeper's memory", ": < /proc/$KEEPER/mem", True),
    ("what the vault has in hand", "ls /proc/$VAULT/fd/", True),
    ("the web server's environment", "cat /proc/$WEB/environ", True),
    ("the web server's descriptors", "ls /proc/$WEB/fd/", True),
    ("the web server's directory", "ls /proc/$WEB/cwd/", True),
    ("to limit the keeper", "prlimit --pid $KEEPER --core=0:0", True),
    ("to slow the keeper down", "renice -n 1 -p $KEEPER", False),
    ("to have the keeper killed for memory", "echo 1000 > /proc/$KEEPER/oom_score_adj", False),
    ("to have oneself spared for memory", "echo -1 > /proc/self/oom_score_adj", False),
    ("its home", "ls $HOME_OF/", True),
    ("a file in its home", "cat $HOME_OF/private", True),
    ("to write into its home", "touch $HOME_OF/left", False),
    ("to become root", "become 0", True),
    ("to become the other", "become $UID_OF", True),
    ("to take root's group", "join 0", True),
    ("powers that are left", "grep -qE '^Cap(Prm|Eff|Amb):.*[1-9a-f]' /proc/self/status", True),
    ("descriptors of the keeper's that are left", "more_descriptors", False),
    ("an abstract socket of the server's", "abstract", False),
    ("memory shared by root", "grep -q . /dev/shm/holdfast-* 2>/dev/null", False),
    ("root's keys", "keyring_of_root", False),
]  # fmt: skip

LOOK = r"""
printf fds=; for fd in /proc/$$/fd/*; do [ -e $fd ] && printf '%s ' ${fd##*/}; done; echo
echo "uid=$(id -u) gid=$(id -g) groups=$(id -G)"; echo "env=$HOME $USER $LOGNAME $SHELL"; echo "umask=$(umask)"
echo "tty=$(stat -c "%U %G %a" "$(tty)")"; echo "cwd=$PWD"; echo "path=$PATH"
echo "oom=$(cat /proc/self/oom_score_adj)"; echo "leaks=$(env | grep -ic planted)"; echo said
"""

TOOLS = r"""
connect() { perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(Peer => $ARGV[0])' "$1"; }
attach() { perl -e 'exit(syscall($ENV{PTRACE} + 0, 0x4206, $ARGV[0] + 0, 0, 0) != 0)' "$1"; }
terminal() { perl -MFcntl -e '
    sysopen(my $t, $ARGV[1], O_RDWR | O_NOCTTY | O_NONBLOCK) or exit 1;
    exit 0 if $ARGV[0] eq "read";
    exit !ioctl($t, 0x5412, my $key = "x")' "$1" "$2"; }
become() { perl -MPOSIX -e 'exit !(POSIX::setuid($ARGV[0] + 0) && $> == $ARGV[0])' "$1"; }
join() { perl -MPOSIX -e '$) = "$ARGV[0] $ARGV[0]"; exit($) ne "$ARGV[0] $ARGV[0]")' "$1"; }
signal_any() { perl -e 'exit !grep { kill 0, $_ } @ARGV' $PID $KEEPER $VAULT $WEB; }
more_descriptors() { perl -e 'opendir(my $d, "/proc/self/fd"); exit !grep { /^\d+$/ && $_ > 3 && -e "/proc/self/fd/$_" } readdir $d'; }
abstract() { grep -aqE '@.*(holdfast|keeper)' /proc/net/unix; }
keyring_of_root() { perl -e '
    my $text = "\0" x 200; my $got = syscall($ENV{KEYCTL} + 0, 6, -3, $text, 200);
    exit 1 if $got < 0; exit(((split /;/, $text)[1]) != 0)'; }
"""  # noqa: E501


class Cast:
    """Alice, who is attacked, Mallory, who has a shell of her own, and the server between them."""

    def __init__(self, server, alice, mallory) -> None:
        self.server, self.alice_user, self.mallory_user = server, alice, mallory
        self.alice, self.mallory = server.api("alice"), server.api("mallory")
        maps = [["user", "map", account, user.name] for account, user in (("alice", alice), ("mallory", mallory))]
        both = f"import sys; from app.cli import main; sys.exit(any([main(words) for words in {maps}]))"
        done = server.python("-c", both)
        assert done.returncode == 0, done.stderr
        self.session = self.alice.start(["bash", "-c", VICTIM])["id"]
        eventually(lambda: "here is the victim" in self.alice.screen(self.session))
        self.alice.post(f"/sessions/{self.session}/input", {"data": "a secret\n"})
        eventually(lambda: self.alice.screen(self.session).count("a secret") == 2)
        self.screen = self.alice.screen(self.session)

    def pids(self) -> dict[str, int]:
        vault = int((self.server.data_dir / "keeper/lock").read_text())
        [keeper] = [pid for pid in children(vault) if b"app.keeper.server" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return {"KEEPER": keeper, "VAULT": vault, "WEB": self.server.process.pid}

    def facts(self) -> dict[str, str]:
        status = self.alice.status(self.session)
        return {name: str(value) for name, value in self.pids().items()} | {
            "DATA": str(self.server.data_dir), "ID": self.session, "PID": str(status["pid"]),
            "TTY": os.readlink(f"/proc/{status['pid']}/fd/0"), "HOME_OF": str(self.alice_user.home),
            "UID_OF": str(self.alice_user.uid), "CODE": str(ROOT / "app"),
        }  # fmt: skip


@pytest.fixture(scope="module")
def cast():
    needs_root()
    with os_users("alice", "mallory") as (alice, mallory), isolated_server(PLANTED="server") as server:
        yield Cast(server, alice, mallory)


def script_of(attempts, facts) -> str:
    """Says `name=status` of each: 0 where it was possible."""
    machine = os.uname().machine
    facts = facts | {"PTRACE": str(PTRACE[machine]), "KEYCTL": str(KEYCTL[machine])}
    given = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in facts.items())
    tries = (
        f"( {command} ) </dev/null >/dev/null 2>&1; echo {shlex.quote(f'@{number}')}=$?@"
        for number, (_, command, _) in enumerate(attempts)
    )
    return "\n".join((given, TOOLS, *tries, "echo all-done"))


def possible(attempts, output: str) -> list[str]:
    found = dict(re.findall(r"@(\d+)=(\d+)@", output))
    assert len(found) == len(attempts), output
    return [attempts[int(number)][0] for number, status in found.items() if status == "0"]


def attack(cast) -> None:
    facts, before = cast.facts(), cast.pids()
    script = cast.mallory_user.home / "attempts"
    script.write_text(script_of(ATTEMPTS, facts))
    script.chmod(0o644)
    shell = cast.mallory.start(["bash", str(script)], rows=200)["id"]
    eventually(lambda: "all-done" in cast.mallory.screen(shell))
    assert possible(ATTEMPTS, cast.mallory.screen(shell)) == []
    status = cast.alice.status(cast.session)
    assert (str(status["pid"]), status["alive"], status["rows"]) == (facts["PID"], True, 24)
    assert Path(f"/proc/{facts['PID']}/stat").read_text().rpartition(")")[2].split()[0] == "S"
    assert cast.alice.screen(cast.session) == cast.screen
    assert cast.pids() == before
    assert not (cast.alice_user.home / "left").exists()


def test_root_could_do_what_is_attempted(cast):
    harmless = [attempt for attempt in ATTEMPTS if attempt[2]]
    done = subprocess.run(
        ["bash", "-c", script_of(harmless, cast.facts())], capture_output=True, text=True, timeout=60, check=True
    )
    assert [name for name, _, _ in harmless if name not in possible(harmless, done.stdout)] == []
    assert len(ATTEMPTS) >= 30


def test_none_of_the_attempts_works(cast):
    attack(cast)


def look(api) -> dict[str, str]:
    """What a session is, as its own first program sees it."""
    session = api.start(["bash", "-c", LOOK], cols=300)["id"]
    eventually(lambda: "said" in api.screen(session))
    return dict(line.split("=", 1) for line in api.screen(session).splitlines() if "=" in line)


def test_a_session_is_its_user_in_every_respect(cast):
    user = cast.alice_user
    gid, groups = os.stat(user.home).st_gid, subprocess.check_output(["id", "-G", user.name], text=True).strip()
    seen = look(cast.alice)
    assert seen["uid"] == f"{user.uid} gid={gid} groups={groups}"
    assert seen["env"] == f"{user.home} {user.name} {user.name} /bin/bash" and seen["cwd"] == str(user.home)
    assert (seen["umask"], seen["oom"], seen["tty"]) == ("0022", "200", f"{user.name} tty 620")
    assert seen["leaks"] == "0"
    assert "sbin" not in seen["path"] and "root" not in seen["path"]
    assert seen["fds"].split() == ["0", "1", "2"]


def test_a_login_shell_reads_what_is_its_users(cast):
    """Also where it is told to read a file of the server's first (shell integration)."""
    (cast.alice_user.home / ".bash_profile").write_text("echo the profile of $USER\n")
    shell = cast.alice.start()["id"]
    eventually(lambda: f"the profile of {cast.alice_user.name}" in cast.alice.screen(shell))
    cast.alice.post(f"/sessions/{shell}/input", {"data": "shopt -o posix; set | grep -c HOLDFAST_BASH\n"})
    eventually(lambda: re.search(r"posix\s+off\n0\n", cast.alice.screen(shell)))


def test_a_directory_of_ours_is_open_to_all_or_is_not():
    place = Path(tempfile.mkdtemp(prefix="holdfast-open-"))
    try:
        place.chmod(0o755)
        (place / "file").write_text("")
        (place / "file").chmod(0o644)
        assert open_to_all.__wrapped__(place)
        (place / "file").chmod(0o640)
        assert not open_to_all.__wrapped__(place)
        (place / "file").chmod(0o644)
        place.chmod(0o750)
        assert not open_to_all.__wrapped__(place)
    finally:
        shutil.rmtree(place)


def test_a_directory_that_the_user_may_not_enter_is_refused_without_telling_what_is_in_it(cast):
    for path in (f"{cast.alice_user.home}/private", f"{cast.alice_user.home}/nothing", str(cast.server.data_dir / "x")):
        refused = cast.mallory.post("/sessions", {"cwd": path})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cwd")
        assert refused.json()["detail"] == f"the directory {path} is not accessible"


def put(api, session: str, data: bytes):
    return api.call("PUT", f"/sessions/{session}/files/a file", data=data)


def test_an_upload_is_the_users_own_doing(cast):
    user, data = cast.mallory_user, os.urandom(2_000_000)
    session = cast.mallory.start(["sh", "-c", "umask 027; exec cat"])["id"]
    eventually(lambda: Path(f"/proc/{cast.mallory.status(session)['pid']}/comm").read_text() == "cat\n")
    stored = put(cast.mallory, session, data)
    assert stored.status_code == 201 and stored.json()["directory"] == str(user.home)
    found = user.home / "a file"
    assert found.read_bytes() == data
    fact = found.stat()
    assert (fact.st_uid, fact.st_gid, fact.st_mode & 0o777) == (user.uid, user.home.stat().st_gid, 0o640)
    assert put(cast.mallory, session, b"").json()["name"] == "a file (1)"


def test_an_upload_to_where_only_root_may_write_is_refused(cast):
    session = cast.mallory.start(["cat"], cwd="/etc")["id"]
    refused = put(cast.mallory, session, b"x" * 300_000)
    assert refused.status_code == 403 and "cannot be written to" in refused.json()["detail"]
    assert not Path("/etc/a file").exists()
    assert not [name for name in os.listdir("/etc") if name.startswith(".holdfast")]


def test_a_process_list_shows_the_sessions_own(cast):
    session = cast.mallory.start(["sh", "-c", "sleep 1000 & exec cat"])["id"]
    eventually(lambda: cast.mallory.status(session)["process_count"] == 2)
    listed = cast.mallory.get(f"/sessions/{session}/processes").json()["processes"]
    assert sorted(one["name"] for one in listed) == ["cat", "sleep"]


def test_without_an_operating_system_user_nothing_starts_and_nothing_is_left(cast):
    carol, before = cast.server.api("carol"), sorted(os.listdir(cast.server.data_dir / "sessions"))
    refused = carol.post("/sessions", {"command": "true"})
    assert refused.status_code == 403 and "python -m app user map carol" in refused.json()["detail"]
    assert carol.get("/sessions").json()["sessions"] == []
    taken = cast.server.command("user", "map", "carol", cast.alice_user.name)
    assert taken.returncode == 1 and "alice already" in taken.stderr
    assert sorted(os.listdir(cast.server.data_dir / "sessions")) == before


def test_two_accounts_never_share_a_user_by_whatever_name(cast):
    cast.server.user("carol")
    alias = cast.alice_user.name + "x"
    add = ["useradd", "-o", "-M", "-u", str(cast.alice_user.uid), "-s", "/bin/sh", alias]
    subprocess.run(add, capture_output=True, check=True)
    try:
        refused = cast.server.command("user", "map", "carol", alias)
        assert refused.returncode == 1 and "of alice already" in refused.stderr
    finally:
        subprocess.run(["userdel", "-f", alias], capture_output=True, check=False)


def test_a_user_is_not_given_away_while_a_session_of_another_runs_as_it(cast):
    cast.server.user("carol")
    assert cast.server.command("user", "map", "alice", "--none").returncode == 0
    try:
        refused = cast.server.command("user", "map", "carol", cast.alice_user.name)
        assert refused.returncode == 1 and cast.session in refused.stderr
    finally:
        assert cast.server.command("user", "map", "alice", cast.alice_user.name).returncode == 0
    assert "alice\tuser\t20" in (listed := cast.server.command("user", "list").stdout)
    assert cast.alice_user.name in listed


@pytest.mark.parametrize(("name", "says"), [("root", "is root"), ("daemon", "may not log in"), ("nix", "there is no")])
def test_root_and_who_may_not_log_in_are_no_users_for_accounts(cast, name, says):
    cast.server.user("carol")
    refused = cast.server.command("user", "map", "carol", name)
    assert refused.returncode == 1 and says in refused.stderr and refused.stdout == ""


def test_a_service_is_no_user_for_an_account(cast):
    """Services of this machine are believed about whom they speak for."""
    name = cast.alice_user.name + "s"
    subprocess.run(["useradd", "-r", "-M", "-s", "/bin/sh", name], capture_output=True, check=True)
    try:
        refused = cast.server.command("user", "map", "mallory", name)
        assert refused.returncode == 1 and "is a service's" in refused.stderr
    finally:
        subprocess.run(["userdel", name], capture_output=True, check=False)


def deputies(name: str) -> list[str]:
    look = ["pgrep", "-u", name, "-f", "app.live.deputy"]
    return subprocess.run(look, capture_output=True, text=True, check=False).stdout.split()


def test_an_upload_that_is_cut_off_or_whose_deputy_is_killed_leaves_nothing(cast):
    place = cast.mallory_user.home / "drop"
    session = cast.mallory.start(["sh", "-c", f"mkdir {place}; cd {place}; echo there; exec cat"])["id"]
    eventually(lambda: "there" in cast.mallory.screen(session))

    def cut():
        yield b"x" * 300_000
        eventually(lambda: deputies(cast.mallory_user.name))
        kill = cast.mallory.start(["kill", "-KILL", *deputies(cast.mallory_user.name)])["id"]
        eventually(lambda: cast.mallory.status(kill)["exit_code"] == 0)
        yield b"x" * 300_000

    refused = put(cast.mallory, session, cut())
    assert refused.status_code == 503, refused.text
    assert os.listdir(place) == []


def test_a_deputy_that_its_user_has_stopped_is_not_waited_for_for_ever(cast, monkeypatch):
    monkeypatch.setattr(deputy, "STUCK_SECONDS", 1)
    program = cast.mallory.start(["cat"])
    one = deputy.Deputy.begin(cast.mallory_user.name, program["pid"])
    [pid] = map(int, deputies(cast.mallory_user.name))
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        for _ in range(64):  # more than fits between the two
            one.write(bytes(1 << 16))
    one.close()
    assert deputies(cast.mallory_user.name) == []


ASK = r"""
use IO::Socket::INET; my ($port, $leaves) = @ARGV;
my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die;
print $s "GET /metrics HTTP/1.1
Host: localhost
X-Forwarded-For: 198.51.100.7
Connection: close

";
shutdown($s, 1) if $half; $s->flush; $/ = undef; print "<", substr(<$s>, 9, 3), ">
";
"""


def asked(cast) -> list[str]:
    """Who the server says has asked, in its log."""
    return [line for line in cast.server.log if "/metrics" in line]


@pytest.mark.parametrize("leaves", ["", "1"])
def test_a_person_on_this_machine_speaks_for_nobody_but_a_proxy_does(cast, leaves):
    port, before = str(cast.server.port), len(asked(cast))
    shell = cast.mallory.start(["perl", "-e", ASK, port, leaves])["id"]
    eventually(lambda: re.search(r"<\w+>", cast.mallory.screen(shell)))
    eventually(lambda: len(asked(cast)) > before)
    assert asked(cast)[-1].split()[-1] == "127.0.0.1", "the header was believed"
    assert "<200>" not in cast.mallory.screen(shell), "the figures are for services and administrators"
    if not leaves:
        done = subprocess.run(["perl", "-e", ASK, port, ""], capture_output=True, text=True, check=True)
        eventually(lambda: len(asked(cast)) > before + 1)
        assert asked(cast)[-1].split()[-1] == "198.51.100.7" and done.stdout


def test_again_runs_as_the_user_of_now_or_not_at_all(cast):
    session = cast.mallory.start("id -un; echo said")["id"]
    eventually(lambda: not cast.mallory.status(session)["alive"])
    again = cast.mallory.post(f"/sessions/{session}/again").json()["id"]
    eventually(lambda: f"{cast.mallory_user.name}\nsaid" in cast.mallory.screen(again))
    assert cast.server.command("user", "map", "mallory", "--none").returncode == 0
    try:
        count = len(cast.mallory.get("/sessions").json()["sessions"])
        assert cast.mallory.post(f"/sessions/{session}/again").status_code == 403
        assert len(cast.mallory.get("/sessions").json()["sessions"]) == count
    finally:
        assert cast.server.command("user", "map", "mallory", cast.mallory_user.name).returncode == 0


def test_it_holds_after_an_upgrade_of_the_keeper_and_a_restart_of_the_server(cast):
    assert cast.server.command("keeper", "upgrade").returncode == 0
    cast.server.restart()
    cast.alice.url = cast.mallory.url = cast.server.url
    eventually(lambda: cast.alice.status(cast.session)["running_in_background"])
    assert look(cast.mallory)["uid"].startswith(f"{cast.mallory_user.uid} ")
    attack(cast)
