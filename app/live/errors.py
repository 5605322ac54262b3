"""What the live floor says no with. The rule: every refusal has a code of the contract, words for a
person, and, for bad input, the field it is about."""

from __future__ import annotations

from app.words import said


class LiveError(Exception):
    """Base; `code` is one of the contract's error codes, or `unavailable` (the keeper is out of reach)."""

    code = "bad_request"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class LaunchRefused(LiveError):
    """The program could not be started; `field` names what was wrong (command, cwd, rows, ...)."""


class NoOsUser(LiveError):
    """HOLDFAST_ISOLATION=1, and the account has no operating-system user, or one that cannot be used."""

    code = "forbidden"


class TooMany(LiveError):
    """The owner has as many running sessions as the limit allows."""

    code = "rate_limited"


class SessionOver(LiveError):
    """The session has ended or is lost: nothing can be typed, resized or signalled."""

    code = "ended"

    def __init__(self, message: str = said("This session has ended.")) -> None:
        super().__init__(message)


class InputFull(LiveError):
    """The program does not read and its input queue is full."""

    code = "rate_limited"


class Crowded(LiveError):
    """Too many ask for something that takes the server long."""

    code = "rate_limited"


class TooLarge(LiveError):
    code = "too_large"


class NotThere(LiveError):
    code = "not_found"

    def __init__(self, message: str = said("There is no such session.")) -> None:
        super().__init__(message)


class NoPicture(NotThere):
    """One that may not be seen is told from none as little as a session is."""

    def __init__(self) -> None:
        super().__init__(said("No picture that you may see begins there."))


class Unavailable(LiveError):
    """The keeper does not answer just now; nothing was done."""

    code = "unavailable"


class Forbidden(LiveError):
    code = "forbidden"


class Conflict(LiveError):
    """It cannot be done with what is there."""

    code = "conflict"


class NotKept(LiveError):
    code = "gone"

    def __init__(self) -> None:
        super().__init__(said("This session is not recorded: what it writes is on its screen, and is kept nowhere."))


class BadName(LiveError):
    """Of a file."""


class Truncated(LiveError):
    """Less arrived than was announced."""


class NoDirectory(LiveError):
    """There is no directory to put a file in, or no name for it there."""

    code = "conflict"


class NotWritable(LiveError):
    code = "forbidden"


class QuotaUsedUp(LiveError):
    """The account's sessions keep as much on disk as it may have."""

    code = "no_space"


class NoSpace(LiveError):
    code = "no_space"
