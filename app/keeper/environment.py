"""The environment of programs, and of vault and keeper: an allow-list, so that no secret of ours gets out."""

import os
import pwd
from collections.abc import Mapping

KEPT = ("HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR")
KEPT_PREFIX = "LC_"
PERSONAL = ("HOME", "USER", "LOGNAME", "SHELL", "PATH", "TMPDIR")  # of whoever started the server
OWN = ("PYTHONPATH", "LD_LIBRARY_PATH")  # what our own interpreter may need to start again
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
DEFAULT_LANG = "C.UTF-8"


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the launching environment a program may see, completed from the account."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith(KEPT_PREFIX)}
    try:
        account = pwd.getpwuid(os.getuid())
    except KeyError:  # a container's made-up user
        pass
    else:
        kept.setdefault("HOME", account.pw_dir)
        kept.setdefault("USER", account.pw_name)
        kept.setdefault("LOGNAME", account.pw_name)
        kept.setdefault("SHELL", account.pw_shell or "/bin/sh")
    kept.setdefault("PATH", DEFAULT_PATH)
    if not any(kept.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        kept["LANG"] = DEFAULT_LANG
    return kept


def for_program(
    environ: Mapping[str, str], session: str, asked: Mapping[str, str], account: str = ""
) -> dict[str, str]:
    """`asked`: what the user wants beside it. HOLDFAST_* names other than the session's id stay ours.

    Of another `account` it is what does not depend on the user: the rest is known when the program becomes it.
    """
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    wanted = {name: value for name, value in asked.items() if not name.startswith("HOLDFAST_")}
    base = clean(environ)
    if account:
        base = {name: value for name, value in base.items() if name not in PERSONAL}
    return base | terminal | wanted | {"HOLDFAST_SESSION": session}


def for_keeper(environ: Mapping[str, str], import_path: str) -> dict[str, str]:
    """What vault and keeper run with: in /proc it shows no more than a program's does."""
    own = {name: environ[name] for name in OWN if name in environ}
    return clean(environ) | own | {"PYTHONPATH": import_path}
