"""What can go wrong between the web server and the keeper, each with the code it has on the wire."""


class KeeperError(Exception):
    """The keeper could not be reached, did not answer in time, or could not do it."""

    code = "failed"
    field = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(KeeperError):
    """Asked for something that cannot be; `field` names the part at fault ("command", "cwd", ...)."""

    code = "refused"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Unknown(KeeperError):
    """The keeper holds no session of that id."""

    code = "unknown"


class Over(KeeperError):
    """The session's program has ended."""

    code = "over"


class Full(KeeperError):
    """The session's input queue is full: its program is not reading."""

    code = "full"


class Withdrawn(KeeperError):
    """Whoever typed it may not any more, and it had not left yet. Never said by the keeper."""

    code = "withdrawn"


BY_CODE: dict[str, type[KeeperError]] = {kind.code: kind for kind in (KeeperError, Unknown, Over, Full)}


def rebuilt(code: str, field: str, message: str) -> KeeperError:
    """The exception for a FAILED frame; a code from a newer keeper becomes a plain KeeperError."""
    if code == Refused.code:
        return Refused(field, message)
    return BY_CODE.get(code, KeeperError)(message)
