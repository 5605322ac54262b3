"""Where a form leads to. The rule: to a path on this server and nowhere else."""

from __future__ import annotations

import re


def safe_next(target: str) -> str:
    """Where to go on after a login: not to the login again."""
    return "/" if target.startswith("/login") else safe_path(target)


def safe_path(target: str) -> str:
    """A path on this server, or the list. Browsers read `//host` and `/\\\\host` as another server, and
    drop tabs and newlines before they look."""
    plain = re.fullmatch(r"/(?![/\\])[\x21-\x7e]{0,2000}", target)
    return target if plain and "\\" not in target else "/"
