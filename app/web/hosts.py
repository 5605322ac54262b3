"""The outermost layer, around Flask and Socket.IO alike. The rule: a request for a Host that is not ours, or
one that a foreign page sends, ends here, before any code that knows cookies.

DNS rebinding makes a foreign page's name point to this server: then Host names the foreign page. Cross-site
requests come with our cookie: then Origin names the foreign page. Neither can be forged by a page."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from app.config import Config, allowed_host
from app.web import peers
from app.web.headers import ALWAYS

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# Where the connection really came from; a reverse proxy on this machine speaks for somebody else. Empty: from somebody
# with a shell on this machine (isolation level 1), who speaks for nobody.
PEER = "holdfast.peer"


class HostGate:
    def __init__(self, wsgi_app: Any, config: Config) -> None:
        self._app = wsgi_app
        # Bound to one address or name, that is how the server is reached.
        own = () if config.host in ("0.0.0.0", "::") else (allowed_host(config.host),)
        self._allowed = frozenset(config.allowed_hosts + own)
        self._people = config.isolation > 0  # have shells here
        # Of pages; not our own address, whose other ports belong to other servers (and share our cookies).
        self._pages = frozenset(config.allowed_hosts)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            environ["wsgi.input_terminated"] = True  # else Flask would take the body for empty
        environ[PEER] = environ.get("REMOTE_ADDR", "")
        if self._people and _of_a_person(environ):
            environ[PEER] = ""
        _hear_proxy(environ)
        host = _tidy(environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"])
        if not self._ours(host, environ):
            return _refuse(
                start_response,
                HTTPStatus.MISDIRECTED_REQUEST,
                f"Host {host!r} is not one of this server's names. HOLDFAST_ALLOWED_HOSTS adds names.",
            )
        if _matters(environ) and not self._same_site(host, environ):
            return _refuse(
                start_response,
                HTTPStatus.FORBIDDEN,
                f"A page of another site sent this ({environ.get('HTTP_ORIGIN', 'unnamed')!r}).",
            )
        return self._app(environ, _with_headers(start_response))

    def _ours(self, host: str, environ: dict[str, Any]) -> bool:
        name = _name(host)
        if loopback(name) or name in self._allowed or host in self._allowed:
            return True
        # An address (not a name) that this very connection came in on cannot have been rebound.
        return _address(name) is not None and _address(name) == _address(environ.get("SERVER_NAME", ""))

    def _same_site(self, host: str, environ: dict[str, Any]) -> bool:
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            # A script, or a browser too old to be attacked this way through SameSite cookies.
            return environ.get("HTTP_SEC_FETCH_SITE", "none") in ("none", "same-origin")
        parts = urlsplit(origin)
        if parts.scheme not in DEFAULT_PORTS or parts.path or parts.query or parts.fragment:
            return False
        if (environ["wsgi.url_scheme"], parts.scheme) == ("https", "http"):
            return False
        sender = _tidy(parts.netloc, parts.scheme)
        return sender == host or sender in self._pages


def _matters(environ: dict[str, Any]) -> bool:
    """Whether the request can do something: unsafe methods, and all of Socket.IO (a websocket is a GET)."""
    path = environ.get("PATH_INFO", "")
    upgrade = "websocket" in environ.get("HTTP_UPGRADE", "").lower()
    return environ["REQUEST_METHOD"] not in SAFE_METHODS or upgrade or path.startswith("/socket.io")


def _of_a_person(environ: dict[str, Any]) -> bool:
    """It comes from this machine, and from no service of it."""
    peer = (environ.get("REMOTE_ADDR", ""), environ.get("REMOTE_PORT", ""))
    server = (environ.get("SERVER_NAME", ""), environ.get("SERVER_PORT", ""))
    address = peers.plain(peer[0])
    here = address is not None and (address.is_loopback or address == peers.plain(server[0]))
    return here and not peers.is_service(peer, server)


def _hear_proxy(environ: dict[str, Any]) -> None:
    """A proxy on this machine says for whom it speaks. Nobody else is believed."""
    if not loopback(environ[PEER]):
        return
    client = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    if _address(client) is not None:
        environ["REMOTE_ADDR"] = client
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
    if scheme in DEFAULT_PORTS:
        environ["wsgi.url_scheme"] = scheme


def _tidy(host: str, scheme: str) -> str:
    return host.strip().lower().removesuffix(DEFAULT_PORTS.get(scheme, ""))


def _name(host: str) -> str:
    return re.sub(r":[0-9]{1,5}\Z", "", host).removesuffix(".")


def loopback(name: str) -> bool:
    address = _address(name)
    return address.is_loopback if address is not None else name == "localhost" or name.endswith(".localhost")


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _with_headers(start_response: Any) -> Any:
    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        present = {name.lower() for name, _ in headers}
        return start_response(status, headers + [h for h in ALWAYS if h[0].lower() not in present], *rest)

    return start


def _refuse(start_response: Any, status: HTTPStatus, detail: str) -> list[bytes]:
    problem = {"title": status.phrase, "status": status.value, "detail": detail}
    body = json.dumps(problem).encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers + list(ALWAYS))
    return [body]
