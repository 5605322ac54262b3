"""How many connections are open from one address and of one account. The rule: nobody behind a shared address or a
proxy is locked out by mistake: loopback is not counted, an IPv6 household is its /64, and the limits are far above
what people open."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.limits import GUEST_CONNECTIONS
from app.live.crowds import Crowds
from app.live.sockets import Sockets
from app.permissions import Actor
from app.words import said

KEY = "holdfast.crowd"


class Crowd:
    """`environs`: of all open connections, those included that have not said yet who they are."""

    def __init__(
        self, environs: Mapping[Any, dict[str, Any]], sockets: Sockets, crowds: Crowds, of_account: int, of_address: int
    ) -> None:
        self._environs, self._sockets, self._crowds = environs, sockets, crowds
        self._of_account, self._of_address = of_account, of_address
        crowds.here = self._here

    def closed_to(self, environ: dict[str, Any]) -> bool:
        """Before anybody says who it is: connections that stay silent are bounded, too. Twice as many as speak, so
        that people are refused in words (`refusal`), which this early nobody would read."""
        environ[KEY] = household(environ.get("REMOTE_ADDR", ""))
        self._crowds.changed()
        return bool(self._of_address) and self._from(environ) >= 2 * self._of_address

    def refusal(self, actor: Actor, environ: dict[str, Any]) -> str | None:
        """Why this one may not come in, whose environ is among the open ones already. Does not yield."""
        most = GUEST_CONNECTIONS if actor.guest else self._of_account
        others = self._crowds.elsewhere(account(actor.user_id))
        if most and self._sockets.count(actor.user_id) + others >= most:
            return said("Too many connections are open (%(count)s). Close some tabs first.", count=most)
        if self._of_address and self._from(environ) > self._of_address:
            return said("Too many connections are open from your address (%(count)s).", count=self._of_address)
        return None

    def _from(self, environ: dict[str, Any]) -> int:
        key = environ.get(KEY, "")
        if not key:
            return 0
        return sum(other.get(KEY) == key for other in list(self._environs.values())) + self._crowds.elsewhere(key)

    def _here(self) -> Counter[str]:
        addresses = Counter(key for other in list(self._environs.values()) if (key := other.get(KEY)))
        return addresses + Counter(map(account, self._sockets.user_ids()))


def account(user_id: int) -> str:
    """As it is called in what the other processes are told; an address has no blank in it."""
    return f"account {user_id}"


def household(address: str) -> str:
    """What is counted together; empty: not counted."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.is_loopback:
        return ""
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
