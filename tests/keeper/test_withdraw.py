"""What was typed by whoever may not type any more does not leave: not at once, from a queue, or after a reconnect."""

import socket
from functools import partial

from app.keeper.errors import Withdrawn
from app.keeper.link import Link
from app.keeper.outstanding import Outstanding


def test_frames_that_wait_are_taken_back_and_one_that_was_begun_is_finished():
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)
    link = Link(ours)
    frames = [bytes([65 + number]) * 400_000 for number in range(6)]
    for frame in frames:
        link.send(frame)  # more than the kernel takes: most of it waits
    link.take_back(frames[2:5])
    link.send(b"end")
    came = b""
    while not came.endswith(b"end"):
        came += theirs.recv(1 << 20)
    assert came == frames[0] + frames[1] + frames[5] + b"end"
    link.close()


def test_what_may_not_be_typed_any_more_is_refused_or_forgotten():
    may, told = {"ann": True, "bob": True}, []
    kept = Outstanding()
    for name in ("ann", "bob"):
        tell = partial(lambda name, error: told.append((name, type(error))), name)
        kept.type("session", name, 1, b"x", tell, partial(may.get, name))
    may["bob"] = False
    frames, tell = kept.withdraw()
    tell()
    assert told == [("bob", Withdrawn)] and len(frames) == 1
    assert len(list(kept.again())) == 1, "a reconnect sends only what may still be typed"
    try:
        kept.type("session", "bob", 2, b"x", None, lambda: may["bob"])
    except Withdrawn:
        return
    raise AssertionError("it was taken")
