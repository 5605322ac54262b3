"""What others did that an account is to be told of: entries of the audit log about it or its sessions. The rule: each
login puts them away for itself, so that whoever came in in somebody's place cannot keep them from him."""

from __future__ import annotations

from app.models.audit import Audit
from app.models.base import db, now
from app.models.login import Login, put_away

# A browser that signs in is told what was done in so long a time, the newest ones.
KEPT_SECONDS = 30 * 86_400
MOST_NOTICES = 20
# By the entry's action: what it is to whom it happened.
KINDS = {
    "team.join": "team", "people.reset": "reset-link", "user.password": "reset-link", "password.reset": "new-password",
    "user.passwd": "new-password", "people.second_factor_remove": "second-factor",
    "user.second-factor": "second-factor", "people.sign_out": "signed-out", "user.logout": "signed-out",
    "people.tokens_revoke": "tokens", "people.token_revoke": "tokens", "token.revoke": "tokens",
    "people.passkeys_remove": "passkeys", "people.passkey_remove": "passkeys", "user.passkeys": "passkeys",
    "people.change": "account", "user.disable": "account", "user.enable": "account", "user.admin": "account",
}  # fmt: skip


def notices(user_id: int, login_id: int) -> list[Audit]:
    """The newest first, without what this login has put away, and what the account did itself."""
    with db.connection_context():
        login = Login.get_by_id(login_id)
        others = Audit.user_id.is_null() | (Audit.user_id != user_id)
        rows = Audit.select().where(Audit.owner_id == user_id, others, Audit.action.in_(list(KINDS)))
        rows = rows.where(Audit.number > login.notices_seen, Audit.at > now() - KEPT_SECONDS)
        return list(rows.order_by(Audit.number.desc()).limit(MOST_NOTICES))


def seen(login_id: int, number: int) -> None:
    """This login wants to hear no more of that one and those before."""
    put_away(login_id, number)


def owners_since(number: int) -> set[int]:
    """Whom entries after that one are to be told to."""
    with db.connection_context():
        rows = Audit.select(Audit.owner_id).where(Audit.number > number, Audit.action.in_(list(KINDS)))
        return {row.owner_id for row in rows if row.owner_id is not None}
