"""The passwords that are guessed first. The rule: the list is third-party data and comes with its package (zxcvbn's
30,000 most common ones of published leaks); nothing of it is in this repository."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path


def is_common(password: str) -> bool:
    return password.lower() in _common()


@cache
def _common() -> frozenset[str]:
    """Only this one file of the package: to import all of it takes ten times as long, and its other lists (names,
    words of an encyclopedia) would stay in memory for nothing."""
    package = importlib.util.find_spec("zxcvbn")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("zxcvbn is not installed: pip install -r requirements.txt")
    place = str(Path(package.submodule_search_locations[0]) / "frequency_lists.py")
    loader = SourceFileLoader("frequency_lists", place)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    lists = importlib.util.module_from_spec(spec)
    loader.exec_module(lists)
    return frozenset(lists.FREQUENCY_LISTS["passwords"])
