"""Who has opened a connection, by the kernel's tables."""

import os
import socket

import pytest

from app.web import peers


def ends(stream):
    """(client, server) as the server's environment has them: text."""
    return tuple((str(end[0]), str(end[1])) for end in (stream.getpeername(), stream.getsockname()))


@pytest.mark.parametrize(
    ("listening", "family", "to"),
    [("127.0.0.1", socket.AF_INET, "127.0.0.1"), ("::1", socket.AF_INET6, "::1"), ("::", socket.AF_INET6, "127.0.0.1"),
     ("::", socket.AF_INET6, "::ffff:127.0.0.1")],
)  # fmt: skip
def test_the_owner_is_known_while_the_connection_is_open_at_both_ends(listening, family, to):
    listener = socket.socket(family)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((listening, 0))
    listener.listen()
    client = socket.create_connection((to, listener.getsockname()[1]))
    server, _ = listener.accept()
    peer, here = ends(server)
    assert peers.owner_of(peer, here) == os.getuid()
    assert peers.owner_of(peer, (here[0], "1")) is None, "both ends count"
    client.close()
    assert peers.owner_of(peer, here) is None, "given up: the kernel would show root"
    assert not peers.is_service(peer, here)
    server.close()
    listener.close()


@pytest.mark.parametrize("peer", [("203.0.113.9", "4000"), ("", ""), ("127.0.0.1", "x"), ("unix", "1")])
def test_others_are_nobody(peer):
    assert peers.owner_of(peer, ("127.0.0.1", "8000")) is None
