"""Who on this machine has opened a connection. The rule: in doubt it is just somebody.

At isolation level 1 people have shells here, so "from this machine" no longer means "from the administrator's proxy":
any of them could say in a header for whom it speaks. A proxy runs as a system user, a person does not.
"""

from __future__ import annotations

import ipaddress
import re
import struct

from app.models.os_user import FIRST_PERSON

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_WORD = struct.Struct("=I")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def plain(text: str) -> Address | None:
    """Without the form in which a socket for both kinds of addresses shows those of the older kind."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_service(peer: tuple[str, str], server: tuple[str, str]) -> bool:
    """Root or a system user has opened the connection from `peer` to `server` (address, port), and has it open."""
    owner = owner_of(peer, server)
    return owner is not None and owner < FIRST_PERSON


def owner_of(peer: tuple[str, str], server: tuple[str, str]) -> int | None:
    """None: not of this machine, or half closed: of a socket that was given up the kernel shows root as the owner.

    Both ends count: two users may connect from the same port, to different places."""
    for path, mapped in zip(TABLES, (False, True), strict=True):
        here, there = _written(peer, mapped), _written(server, mapped)
        if not here or not there:
            continue
        row = rb"^ *\d+: %s %s 01 \S+ \S+ \S+ +(\d+) +\d+ ([1-9]\d*) " % (here, there)
        try:
            with open(path, "rb") as table:
                found = re.search(row, table.read(), re.MULTILINE)
        except OSError:
            continue
        if found:
            return int(found[1])
    return None


def _written(end: tuple[str, str], long: bool) -> bytes:
    """As the kernel writes it: words in the machine's order, in capitals. Empty where it would not be in that table."""
    address, port = plain(end[0]), end[1]
    if address is None or not port.isdigit() or (address.version == 6 and not long):
        return b""
    packed = address.packed
    if long and address.version == 4:
        packed = bytes(10) + b"\xff\xff" + packed
    words = "".join(f"{_WORD.unpack_from(packed, at)[0]:08X}" for at in range(0, len(packed), _WORD.size))
    return f"{words}:{int(port):04X}".encode()
