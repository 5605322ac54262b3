"""How a viewer is listed for people: who, at what, doing what. The rule: bounded words and numbers only; what a
browser says of itself (its agent) stays here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from app.live.status import rfc3339

if TYPE_CHECKING:
    from app.live.presence import Elsewhere
    from app.live.viewer import Viewer

Device = Literal["desktop", "phone", "tablet", "script"]

# Rows have at most so long a name for their numbering (Histories gives shorter ones).
NUMBERING_MOST = 64


class View(NamedTuple):
    """Where somebody reads who has scrolled up: the history's row at the top, and the numbering it is of."""

    row: int
    numbering: str


def device_of(agent: str) -> Device:
    """By the handshake's user agent. Tablets that call themselves desktops say so in their join."""
    if "Mozilla/" not in agent:
        return "script"
    if "iPad" in agent or "Tablet" in agent or ("Android" in agent and "Mobile" not in agent):
        return "tablet"
    if "iPhone" in agent or "iPod" in agent or "Android" in agent or "Mobile" in agent:
        return "phone"
    return "desktop"


def listed(viewer: Viewer | Elsewhere) -> dict[str, object]:
    """The entry of the contract's `viewers` list."""
    return {
        "viewer": viewer.id, "user": viewer.user, "role": viewer.role, "rows": viewer.rows, "cols": viewer.cols,
        "hidden": viewer.hidden, "device": viewer.device, "joined_at": rfc3339(viewer.joined_at or None),
        "typed_at": rfc3339(viewer.last_typed_at),
        "view": View(*viewer.view)._asdict() if viewer.view else None,
        "asks": viewer.asks, "lent": viewer.lent,
    }  # fmt: skip
