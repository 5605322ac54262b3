"""Scripts, styles, fonts and icons. The rule: an address with the version of all of them in it is kept by browsers for
good and never asked for again (a session's page has 127: at 100 ms a way, asking costs seconds on every visit), and a
version that is not the present one is never kept, so that nobody runs stale code."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, request

# As long as caches go by RFC 9111's advice (seconds); the address changes with the version.
KEPT = "public, max-age=31536000, immutable"
# Relative imports keep the first part, so that whatever a module imports is of its own version.
VERSION = re.compile(r"v-[0-9a-f]{16}")
# Fonts and pictures are compressed already.
SQUEEZED = {".js", ".mjs", ".css", ".svg"}
# gzip's: level 9 is 2 % smaller, and takes twice as long.
LEVEL = 6


class State(NamedTuple):
    changed: int  # nanoseconds since 1970
    size: int  # bytes


class Assets:
    """The files below a folder, and the version of them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states: dict[str, State] = {}
        self._version = ""
        self._squeezed: dict[str, tuple[State, bytes]] = {}

    def version(self) -> str:
        """Looked up for each page (a stat a file, 0.5 ms): whoever edits a file, or upgrades under a running server,
        gets another version, not what browsers kept of this one."""
        states = dict(sorted(_states(self.folder, "")))
        if states != self.states:
            made = hashlib.sha256()
            for name in states:
                made.update(f"{name}\0{states[name].size}\0".encode() + (self.folder / name).read_bytes())
            self.states, self._version = states, f"v-{made.hexdigest()[:16]}"
        return self._version

    def state(self, name: str, version: str) -> State | None:
        """The file's, when it is of the version; None when browsers must not keep it."""
        if version != self._version or name not in self.states:
            return None
        found = (self.folder / name).stat()
        state = State(found.st_mtime_ns, found.st_size)
        return state if state == self.states[name] else None

    def squeezed(self, name: str, state: State) -> bytes:
        """The file in gzip; made once (the largest takes 15 ms)."""
        known = self._squeezed.get(name)
        if known is None or known[0] != state:
            known = self._squeezed[name] = state, gzip.compress((self.folder / name).read_bytes(), LEVEL, mtime=0)
        return known[1]


def _states(folder: Path, prefix: str) -> Any:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _states(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                found = entry.stat()
                yield prefix + entry.name, State(found.st_mtime_ns, found.st_size)


def register(app: Flask) -> None:
    assert app.static_folder is not None
    assets = Assets(Path(app.static_folder))
    assets.version()

    def versioned(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = f"{assets.version()}/{values['filename']}"

    def serve(filename: str) -> Response:
        first, _, rest = filename.partition("/")
        version, name = (first, rest) if VERSION.fullmatch(first) else ("", filename)
        response = app.send_static_file(name)
        state = assets.state(name, version)
        if state is None:
            return response
        if Path(name).suffix in SQUEEZED and "gzip" in request.accept_encodings and response.status_code == 200:
            packed = Response(assets.squeezed(name, state), mimetype=response.mimetype)
            packed.headers["Content-Encoding"] = "gzip"
            response.close()
            response = packed
        response.headers["Cache-Control"] = KEPT
        response.vary.add("Accept-Encoding")
        return response

    app.url_defaults(versioned)
    app.view_functions["static"] = serve
