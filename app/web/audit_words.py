"""What the audit log's page says of an entry: one catalogue of actions, ways and details. The rule: the log, the API
and the export keep the machine's names, which scripts rely on; words are for people alone, and a test misses none."""

from __future__ import annotations

from typing import Any, NamedTuple

from app.live.status import rfc3339
from app.web.spoken import tell
from app.words import Said, said

ACTIONS: dict[str, Said] = {
    "accounts.login_revoke": said("signed out one of their own logins"),
    "accounts.login_revoke_others": said("signed out everywhere else"),
    "accounts.password_change": said("changed their own password"),
    "annotation.unannotate": said("deleted a note on a line"),
    "dashboard.end_undo": said("took back that sessions end"),
    "files.upload": said("uploaded a file"),
    "glass.end": said("ended a break glass"),
    "keeper.stop": said("stopped the keeper, and all sessions with it"),
    "keeper.upgrade": said("upgraded the keeper"),
    "link.enter": said("came in by a share link"),
    "link.refused": said("gave a wrong password for a share link"),
    "lobby.ask": said("asked to be let in"),
    "lobby.let_in": said("let a guest in"),
    "lobby.refuse": said("refused a guest"),
    "login": said("logged in"),
    "login.failed": said("failed to log in"),
    "logout": said("logged out"),
    "passkeys.add": said("added a passkey"),
    "passkeys.remove": said("removed a passkey"),
    "passkeys.rename": said("renamed a passkey"),
    "password.reset": said("set a new password by a link"),
    "people.add": said("made an account"),
    "people.change": said("changed an account"),
    "people.delete": said("deleted an account"),
    "people.passkey_remove": said("removed a passkey of an account"),
    "people.passkeys_remove": said("removed all passkeys of an account"),
    "people.reset": said("made a link that sets a new password"),
    "people.second_factor_remove": said("took the second factor of an account away"),
    "people.sign_out": said("signed an account out everywhere"),
    "people.token_revoke": said("revoked an API token of an account"),
    "people.tokens_revoke": said("revoked all API tokens of an account"),
    "proof.prove": said("proved again who they are"),
    "second_factor.begin": said("began to set up a second factor"),
    "second_factor.confirm": said("switched the second factor on"),
    "second_factor.remove": said("took their own second factor away"),
    "second_factor.renew": said("made new recovery codes"),
    "session.break_glass": said("broke the glass of a session"),
    "session.change": said("changed a session by command"),
    "session.end": said("ended a session among several"),
    "session.expired": said("the session’s lifetime was over"),
    "session.forget": said("erased a session among several"),
    "session.join": said("joined the session"),
    "session.peek": said("saw the screen on a dashboard"),
    "session.read": said("read what the session shows"),
    "session.type": said("typed over HTTP"),
    "sessions.again": said("ran a session again"),
    "sessions.change": said("changed name, tags or group"),
    "sessions.end": said("ended a session"),
    "sessions.signal": said("sent a signal"),
    "sessions.start": said("started a session"),
    "setup": said("made the first account"),
    "shares.grant_change": said("changed a role"),
    "shares.grant_give": said("gave a role"),
    "shares.grant_take": said("took a role away"),
    "shares.keyboard_give": said("gave somebody the keyboard"),
    "shares.keyboard_take": said("took the keyboard from somebody"),
    "shares.link_make": said("made a share link"),
    "shares.link_revoke": said("took a share link back"),
    "shares.moderate": said("locked, paused or opened a session to others"),
    "shares.viewer_remove": said("removed a viewer"),
    "team.add": said("made a team by command"),
    "team.delete": said("ended a team by command"),
    "team.join": said("put somebody into a team that is in this session"),
    "team.leave": said("took somebody out of a team by command"),
    "team.member": said("put somebody into a team by command"),
    "teams.begin": said("made a team"),
    "teams.erase": said("ended a team"),
    "teams.join": said("put somebody into a team"),
    "teams.leave": said("took somebody out of a team"),
    "token.add": said("made an API token by command"),
    "token.revoke": said("revoked API tokens by command"),
    "tokens.token_add": said("made an API token"),
    "tokens.token_revoke": said("revoked an API token"),
    "user.add": said("made an account by command"),
    "user.admin": said("made or unmade an administrator by command"),
    "user.delete": said("deleted an account by command"),
    "user.disable": said("disabled an account by command"),
    "user.enable": said("enabled an account by command"),
    "user.logout": said("signed an account out everywhere by command"),
    "user.map": said("gave an account an operating-system user"),
    "user.passkeys": said("removed passkeys of an account by command"),
    "user.passwd": said("set an account’s password by command"),
    "user.password": said("made a link that sets a new password, by command"),
    "user.second-factor": said("took the second factor of an account away, by command"),
}
VIA: dict[str, Said] = {
    "login": said("login %(number)s"),
    "token": said("token %(number)s"),
    "link": said("link %(number)s"),
    "command": said("by command"),
    "server": said("the server"),
}
DETAILS: dict[str, Said] = {
    "admin": said("administrator"),
    "asks": said("asks first"),
    "deed": said("deed"),
    "disabled": said("disabled"),
    "end_sessions": said("sessions ended"),
    "expires_at": said("expires"),
    "expires_in_seconds": said("seconds until it expires"),
    "expires_seconds": said("seconds until it expires"),
    "forget": said("erased"),
    "fresh": said("from then on only"),
    "group": said("group"),
    "guest": said("guest"),
    "kept": said("tokens and passkeys kept"),
    "label": said("label"),
    "link": said("link"),
    "locked": said("only the owner types"),
    "most_viewers": said("at most at once"),
    "name": said("name"),
    "number": said("number"),
    "only": said("only in session"),
    "os_user": said("operating-system user"),
    "passkey": said("passkey"),
    "paused": said("sharing paused"),
    "reason": said("reason"),
    "record": said("recorded"),
    "removed": said("removed"),
    "revoked": said("tokens and passkeys revoked"),
    "rights": said("rights"),
    "role": said("role"),
    "scope": said("rights"),
    "scopes": said("rights"),
    "sessions": said("sessions"),
    "signal": said("signal"),
    "tags": said("tags"),
    "team": said("team"),
    "token": said("token"),
    "user": said("user"),
    "viewer": said("viewer"),
    "way": said("way"),
}
# Where the program chose the value from a list. Anything else may be a name that somebody gave.
VALUES: dict[str, dict[str, Said]] = {
    "role": {
        "owner": said("owner"), "operator": said("operator"), "writer": said("writer"), "viewer": said("viewer"),
    },
    "way": {
        "password": said("password"), "passkey": said("passkey"), "proxy": said("a proxy"),
        "provider": said("an OpenID provider"), "code": said("second factor"),
    },
    "scope": {"read": said("read"), "write": said("write"), "admin": said("administer")},
    "user": {"(no such account)": said("(no such account)")},
}  # fmt: skip
VALUES["rights"] = VALUES["scopes"] = VALUES["scope"]
YES, NO = said("yes"), said("no")


class Shown(NamedTuple):
    """An entry in words; `does` is empty where the catalogue lacks it."""

    does: str
    via: str
    details: list[tuple[str, str]]


def shown(entry: dict[str, Any]) -> Shown:
    does = ACTIONS.get(entry["action"])
    details = [(_name(name), _value(name, value)) for name, value in entry["details"].items()]
    return Shown(tell(does) if does is not None else "", _via(entry["via"]), details)


def called(part: str) -> list[str]:
    """The actions whose words, in the language of this request, hold that."""
    wanted = part.casefold()
    return [action for action, does in ACTIONS.items() if wanted and wanted in tell(does).casefold()]


def _via(via: str) -> str:
    kind, _, number = via.partition(" ")
    if kind not in VIA:
        return via
    words = tell(VIA[kind])
    return words % {"number": number} if "%(" in words else words


def _name(name: str) -> str:
    return tell(DETAILS[name]) if name in DETAILS else name


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return tell(YES if value else NO)
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value)
    if name == "expires_at" and isinstance(value, float):
        value = rfc3339(value)
    known = VALUES.get(name, {}).get(value) if isinstance(value, str) else None
    return tell(known) if known is not None else str(value)
