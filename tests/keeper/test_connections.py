"""Clients that do not read, do not behave or do not speak: none of them hurts another."""

import os
import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.keeper import address, protocol
from app.keeper.client import KeeperClient, KeeperError
from app.keeper.protocol import Frame, FrameReader, ProtocolError
from tests.keeper.support import Home, Recorder, counting, shell, wait_until


class Raw:
    """A client that writes frames by hand."""

    def __init__(self, home: Home) -> None:
        self._stream = address.connect(home.keeper, 20.0)
        self._frames = FrameReader(1 << 24)

    def send(self, raw: bytes) -> None:
        self._stream.sendall(raw)

    def read(self) -> Iterator[Frame]:
        """Until the keeper closes."""
        while data := self._received():
            yield from self._frames.feed(data)

    def answer(self, request: int) -> Frame:
        return next(frame for frame in self.read() if frame.request == request and frame.kind != protocol.STATE)

    def closed(self) -> bool:
        for _ in self.read():
            pass
        return True

    def _received(self) -> bytes:
        try:
            return self._stream.recv(1 << 16)
        except ConnectionResetError:
            return b""


def memory(pid: int) -> int:
    """Private bytes of a process."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(line.split()[1]) << 10 for line in file if line.startswith("Private_Dirty"))


def test_a_greeting_tells_all(home: Home, client: KeeperClient) -> None:
    state = client.create(shell("exec sleep 1000"))
    raw = Raw(home)
    raw.send(protocol.pack_json(protocol.HELLO, 1, protocol=1, unknown="field"))
    frames = []
    for frame in raw.read():
        frames.append(frame)
        if frame.kind == protocol.WELCOME:
            break
    assert [protocol.unpack_state(frame.body) for frame in frames[:-1]] == [state]
    assert protocol.fields(frames[-1].body)["protocol"] == protocol.VERSION


def test_unknown_kinds_are_passed_over(home: Home) -> None:
    raw = Raw(home)
    raw.send(protocol.pack(200, 7, b"from the future") + protocol.pack(0, 8) + protocol.pack(protocol.STATUS, 9))
    assert raw.answer(9).kind == protocol.DONE


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        os.urandom(4096) + b"\xff" * 64,
        struct.pack("<IBI", 0xFFFFFFFF, protocol.INPUT, 1),
        protocol.pack(protocol.CREATE, 1, b"{"),
        protocol.pack(protocol.CREATE, 1, b"[]"),
        protocol.pack(protocol.CREATE, 1, b"[" * 100_000),
        protocol.pack(protocol.INPUT, 1, b"short"),
        protocol.pack(protocol.INPUT, 1, b"\xff" * 100),
        protocol.pack(protocol.FOLLOW, 1, b"\xff"),
    ],
)
def test_garbage_closes_only_its_own_connection(home: Home, client: KeeperClient, garbage: bytes) -> None:
    raw = Raw(home)
    raw.send(garbage)
    assert raw.closed()
    keeper = client.status().pid
    assert keeper in (client.status().pid,)
    assert "Traceback" not in home.log


def test_wrong_types_are_refused(home: Home) -> None:
    raw = Raw(home)
    requests = [
        protocol.pack_json(protocol.CREATE, 1, id=5),
        protocol.pack_json(protocol.CREATE, 2),
        protocol.pack_json(protocol.RESIZE, 3, session=[], rows=1, cols=1),
        protocol.pack_json(protocol.SIGNAL, 4, session="a" * 12, name=9),
        protocol.pack_json(protocol.END, 5, session="a" * 12, grace="now"),
        protocol.pack_json(protocol.STOP, 6, grace=-1),
        protocol.pack_json(protocol.FOLLOW, 7, session=None),
    ]
    for number, request in enumerate(requests, 1):
        raw.send(request)
        frame = raw.answer(number)
        assert frame.kind == protocol.FAILED
        assert protocol.fields(frame.body)["message"]


def test_a_follower_that_does_not_read(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    """Heads are state: a hundred megabytes past a sleeper cost nothing, and it wakes up to the newest."""
    sleeper = Raw(home)
    keeper = client.status().pid
    state = client.create(counting(2_000_000))
    sleeper.send(protocol.pack_json(protocol.FOLLOW, 1, session=state.id))
    client.follow(state.id)
    before = memory(keeper)
    over = recorder.wait_end(state.id)
    assert memory(keeper) - before < 2 << 20
    heads = []
    for frame in sleeper.read():
        if frame.kind == protocol.HEAD:
            heads.append(protocol.unpack_event(frame)[1])
        if frame.kind == protocol.ENDED:
            break
    assert heads == sorted(heads)
    assert heads[-1] == over.head == len(home.output(state.id))


def test_answers_left_unread_are_bounded(home: Home, client: KeeperClient) -> None:
    """A client that asks and never reads is cut off; the keeper does not grow."""
    keeper = client.status().pid
    for _ in range(5):
        client.create(shell("exec sleep 1000"))
    before = memory(keeper)
    for request in (protocol.STATUS, protocol.LIST):
        raw = Raw(home)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                raw.send(protocol.pack(request, 1) * 1000)
    assert memory(keeper) - before < 8 << 20
    assert client.status().pid == keeper


def test_another_user_is_refused(home: Home, client: KeeperClient) -> None:
    if os.geteuid():
        pytest.skip("only root can become somebody else")
    path = home.keeper
    for directory in (path, *path.parents):
        if directory.owner() == path.owner() and not directory.stat().st_mode & 0o001:
            directory.chmod(0o711)  # pytest's, however deep
    (path / address.SOCKET).chmod(0o666)
    pid = os.fork()
    if not pid:
        try:
            os.setuid(65534)
            stream = socket.socket(socket.AF_UNIX)
            stream.connect(str(path / address.SOCKET))
            stream.settimeout(10)
            os._exit(0 if not stream.recv(1) else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert "another user" in home.log


def test_a_client_closed_in_the_middle(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    """Its waiting inputs are told, once each."""
    state = client.create(shell("stty raw -echo; echo ready; exec sleep 1000"))
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id))
    results: list[KeeperError | None] = []
    for _ in range(3):
        client.input(state.id, b"x" * 300_000, done=results.append)
    client.close()
    client.input(state.id, b"x", done=results.append)
    assert [type(error) for error in results] == [KeeperError] * 4
    with pytest.raises(KeeperError):
        client.status()


def test_a_listener_that_waits_is_told(home: Home) -> None:
    seen: list[BaseException] = []

    class Impatient(Recorder):
        def connected(self, states) -> None:
            try:
                waiting.status()
            except RuntimeError as error:
                seen.append(error)

    waiting = KeeperClient(home.keeper, Impatient())
    waiting.start()
    assert "reads the answer" in str(seen[0])
    waiting.close()


def test_many_clients_follow_one_session(home: Home, client: KeeperClient) -> None:
    followers = [(KeeperClient(home.keeper, seen), seen) for seen in (Recorder(), Recorder(), Recorder())]
    state = client.create(shell("read go; seq 1 1000; exit 2"))
    for follower, seen in followers:
        follower.start()
        follower.follow(state.id)
        seen.wait(lambda seen: state.id in seen.heads)
    client.input(state.id, b"\n")
    ends = [seen.wait_end(state.id) for _, seen in followers]
    assert ends[0] == ends[1] == ends[2]
    for follower, _ in followers:
        follower.close()
    wait_until(lambda: client.status().sessions == 0)


frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 2**32 - 1), st.binary(max_size=200))


@given(st.lists(frames, max_size=10), st.data())
def test_frames_survive_any_cut(sent: list[Frame], data: st.DataObject) -> None:
    raw, reader, found = b"".join(protocol.pack(*frame) for frame in sent), FrameReader(), []
    while raw:
        cut = data.draw(st.integers(1, len(raw)))
        found += reader.feed(raw[:cut])
        raw = raw[cut:]
    assert found == sent


@given(st.binary(max_size=300))
def test_no_bytes_break_a_reader(raw: bytes) -> None:
    try:
        for frame in FrameReader().feed(raw):
            protocol.unpack_input(frame.body)
    except ProtocolError:
        pass
