"""The audit log's page: what was done in the reader's words, and the machine's names to search for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from app.models.audit import Audit, Entry
from app.web import audit, audit_words, wiring  # noqa: F401  (fills the table)
from app.web.hosts import SAFE_METHODS
from app.web.routes import ROUTES

APP = Path(__file__).resolve().parents[2] / "app"
# What writes an entry; its keywords, but for these, and the keys of `details` are what else the entry tells.
WRITERS = {"note", "Entry", "by", "_about", "_once"}
NO_DETAIL = {"about", "session", "owner_id", "details", "wait", "address", "via", "user_id", "link", "user"}
ACTION = re.compile(r"login|logout|setup|[a-z_]+\.[a-z_-]+")


def trees():
    for path in APP.rglob("*.py"):
        if "keeper" not in path.parts:
            yield from ast.walk(ast.parse(path.read_text()))


def literals(node):
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def written():
    """The actions that the code names itself, and the details that it puts beside them."""
    actions, details = set(), set()
    for node in trees():
        if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == ["action"]:
            actions |= {one for one in literals(node.value) if ACTION.fullmatch(one)}
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", getattr(node.func, "id", "")) not in WRITERS:
            continue
        found = {arg.value for arg in node.args if isinstance(arg, ast.Constant) and ACTION.fullmatch(str(arg.value))}
        if not found:
            continue
        actions |= found
        for word in node.keywords:
            if word.arg == "details":
                details |= {key.value for one in ast.walk(word.value) if isinstance(one, ast.Dict) for key in one.keys}
            elif word.arg and word.arg not in NO_DETAIL:
                details.add(word.arg)
    return actions, details


def test_every_action_has_words_and_no_words_are_left_of_one_that_is_gone():
    routes = {row.action for row in ROUTES if row.method not in SAFE_METHODS and row.name not in audit.QUIET}
    by_hand, _ = written()
    assert {"login", "session.type", "session.forget", "user.second-factor", "keeper.stop"} <= by_hand, (
        "what the scan is for"
    )
    assert routes | by_hand == audit_words.ACTIONS.keys()
    assert len({str(words) for words in audit_words.ACTIONS.values()}) == len(audit_words.ACTIONS), "told apart"


def test_every_detail_has_words():
    _, by_hand = written()
    assert {"reason", "way", "kept", "os_user"} <= by_hand, "what the scan is for"
    assert by_hand | set(audit.TOLD) | audit.TOLD_OF_PATH <= audit_words.DETAILS.keys()


def test_the_page_says_it_in_the_readers_words_and_keeps_the_names(world):
    admin = world.browser("alice")
    details = {"role": "viewer", "name": "viewer", "locked": True, "tags": ["a", "b"], "expires_at": 0.5}
    Audit.add(Entry("shares.moderate", user="bob", via="token 7", details=details), Entry("of.tomorrow", via="command"))
    english = admin.get("/audit").get_data(as_text=True)
    assert "locked, paused or opened a session to others<small><code>shares.moderate</code></small>" in english
    assert '<small title="token 7">token 7</small>' in english and "<b>only the owner types</b> yes" in english
    assert "<b>expires</b> 1970-01-01T00:00:00.500Z" in english and "<code>of.tomorrow</code>" in english
    chinese = admin.get("/audit", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert "锁定、暂停或重新开放了会话<small><code>shares.moderate</code></small>" in chinese
    assert '<small title="token 7">令牌 7</small>' in chinese and '<small title="command">通过命令行</small>' in chinese
    assert "<b>角色</b> 查看者" in chinese and "<b>只有所有者输入</b> 是" in chinese and "<b>标签</b> a, b" in chinese
    assert "<b>名称</b> viewer" in chinese, "a name that somebody gave is no word of ours"


def test_it_is_searched_by_words_and_by_names(world):
    admin = world.browser("alice")
    Audit.add(Entry("sessions.signal"), Entry("sessions.start"))

    def rows(action, language="en"):
        page = admin.get("/audit", query_string={"action": action}, headers={"Accept-Language": language})
        return set(re.findall("<small><code>(sessions[^<]*)", page.get_data(as_text=True)))

    assert rows("Sent a SIG") == rows("sessions.si") == rows("发送了信号", "zh") == {"sessions.signal"}
    assert rows("发送了信号") == rows("started a session", "zh") == set()
    assert admin.call("GET", "/audit?action=sent a signal").json["entries"] == [], "scripts go by the name"
