"""keeper.log: the standard error of vault and keeper, for people. A full disk must not matter to either."""

import os
import time
from contextlib import suppress


def log(text: str) -> None:
    """One line."""
    with suppress(OSError):
        os.write(2, f"{time.strftime('%Y-%m-%d %H:%M:%S')} [{os.getpid()}] {text}\n".encode())


def trace() -> str:
    """The exception being handled."""
    from traceback import format_exc  # half a megabyte that a healthy keeper never needs

    return format_exc()
