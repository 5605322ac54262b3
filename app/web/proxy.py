"""Whom a reverse proxy says that it has signed in. The rule: the header counts only where a setting names it, and only
on connections that come from the proxy's own addresses; from anywhere else it is not even looked at."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from app.config import Config
from app.models.user import NAME
from app.web.hosts import PEER


@dataclass(frozen=True)
class Proxy:
    """`variable`: the header as WSGI calls it; empty: no proxy is believed."""

    variable: str = ""
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    creates: bool = False

    def named(self, environ: dict[str, Any]) -> str | None:
        """The name in the header, if it is the proxy that says so and an account could be called that."""
        if not self.variable or not self._from_proxy(environ.get(PEER, "")):
            return None
        name = environ.get(self.variable, "").strip().lower()
        return name if NAME.fullmatch(name) else None

    def _from_proxy(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address.version == one.version and address in one for one in self.networks)


def of(config: Config) -> Proxy:
    variable = "HTTP_" + re.sub("-", "_", config.proxy_user_header).upper() if config.proxy_user_header else ""
    return Proxy(variable, config.proxy_addresses, config.proxy_creates_users)
