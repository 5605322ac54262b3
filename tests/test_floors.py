"""Imports go down only, and each floor may use only the third-party packages it is for."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "app.words": 0, "app.limits": 0, "app.scopes": 1, "app.expected": 1,
    "app.screen": 1, "app.keeper": 1, "app.permissions": 1, "app.config": 1, "app.green": 1,
    "app.models": 2, "app.live": 3, "app.events": 4, "app.web": 4,
    "app.listening": 1, "app.isolation": 4, "app.supervisor": 5, "app.factory": 5, "app.cli": 5,
    "app.commands": 5, "app.session_commands": 5, "app.account_commands": 5, "app.audit_commands": 5,
    "app.team_commands": 5, "app.token_commands": 5, "app.shut_out_commands": 5,
    "app.__main__": 5, "wsgi": 6,
}  # fmt: skip
# Floor-1 parts do not know one another: the keeper must load nothing else, the screen must stay pure.
SEALED = {"app.screen", "app.keeper", "app.permissions", "app.config", "app.green", "app.listening", "app.scopes"}
THIRD_PARTY = {
    "app.keeper": set(),
    "app.screen": {"cffi", "_cffi_backend"},
    "app.permissions": set(),
    "app.scopes": set(),
    "app.config": set(),
    "app.limits": set(),
    "app.words": {"babel"},
    "app.expected": set(),
    "app.green": {"eventlet"},
    "app.models": {"peewee", "playhouse", "argon2", "pyotp"},
    "app.live": {"psutil"},
    "app.events": {"pydantic", "socketio", "engineio", "eventlet", "flask", "flask_socketio"},
    "app.web": {"flask", "flask_login", "flask_wtf", "wtforms", "werkzeug", "pydantic", "prometheus_client", "babel",
                "flask_babel", "itsdangerous", "segno", "webauthn", "authlib"},
    "app.factory": {"flask", "flask_socketio", "werkzeug"},
    "app.cli": set(),
    "app.commands": set(),
    "app.session_commands": set(),
    "app.team_commands": set(),
    "app.audit_commands": set(),
    "app.account_commands": set(),
    "app.token_commands": set(),
    "app.shut_out_commands": set(),
    "app.listening": set(),
    "app.isolation": set(),
    "app.supervisor": set(),
    "app.__main__": set(),
    "wsgi": {"eventlet"},
}
# Leaving eventlet one day should cost these files and no other.
NAMES_EVENTLET = {"wsgi.py", "app/green.py", "app/events/websocket.py"}
# flask.session is the login cookie; one file reads it, so that nobody confuses it with a session.
NAMES_FLASK_SESSION_MOST = 1


def modules():
    files = sorted((ROOT / "app").rglob("*.py")) + [ROOT / "wsgi.py"]
    return [f for f in files if f != ROOT / "app/__init__.py"]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def imports(path: Path) -> set[str]:
    found = set()
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, base] if base else up)
            found |= {f"{base}.{alias.name}" for alias in node.names} if base in ("app", "") else {base}
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_down_only(path):
    part = part_of(name_of(path))
    for target in imports(path):
        other = part_of(target)
        if not target.startswith(("app.", "wsgi")) or other == part:
            continue
        assert other in FLOORS, f"{part} imports {target}, which is on no floor"
        if part in ("app.cli", "app.__main__") and other == "wsgi":
            continue  # `serve` hands over to wsgi.main(), which never comes back
        allowed = FLOORS[other] < FLOORS[part] or (FLOORS[other] == FLOORS[part] == 5)
        assert allowed, f"{part} (floor {FLOORS[part]}) imports {target} (floor {FLOORS[other]})"
        assert part not in SEALED, f"{part} is a floor-1 part and may not import {target}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_third_party_packages_stay_on_their_floor(path):
    part = part_of(name_of(path))
    for target in imports(path):
        top = target.split(".")[0]
        if top in sys.stdlib_module_names or top in ("app", "wsgi", "__future__"):
            continue
        assert top in THIRD_PARTY[part], f"{name_of(path)} imports {top}"
        if top == "eventlet" or "eventlet" in target.split("."):
            assert str(path.relative_to(ROOT)) in NAMES_EVENTLET


def test_one_file_reads_the_login_cookie():
    users = [
        name_of(p)
        for p in modules()
        for node in ast.walk(ast.parse(p.read_text()))
        if isinstance(node, ast.ImportFrom)
        and node.module == "flask"
        and any(a.name == "session" for a in node.names)
    ]
    assert len(users) <= NAMES_FLASK_SESSION_MOST, users
