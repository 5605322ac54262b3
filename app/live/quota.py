"""What an account's sessions keep on disk. The rule: asked when a session is started, and only then: what runs goes
on, for each journal is bounded by itself."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from app import green
from app.config import Config
from app.live.errors import QuotaUsedUp
from app.models.session import Session
from app.models.user import User
from app.words import said


def check(config: Config, owner: User) -> None:
    """Raises QuotaUsedUp. (Sessions that are started in the same instant may all find room.)"""
    if not config.account_bytes:
        return
    kept = green.offload(kept_bytes, config.sessions_dir, Session.ids_of(owner.id))
    if kept >= config.account_bytes:
        raise QuotaUsedUp(
            said(
                "Your sessions keep %(kept)s bytes on disk, and %(most)s is the limit. Forget ended ones first.",
                kept=kept,
                most=config.account_bytes,
            )
        )


def kept_bytes(sessions_dir: Path, session_ids: Collection[str]) -> int:
    """Of journals and timelines, as the files are now."""
    total = 0
    for session_id in session_ids:
        try:
            with os.scandir(sessions_dir / session_id) as files:
                total += sum(_size(file) for file in files)
        except FileNotFoundError:
            pass  # forgotten a moment ago
    return total


def _size(file: os.DirEntry[str]) -> int:
    try:
        return file.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0  # dropped a moment ago, as the oldest of its journal
