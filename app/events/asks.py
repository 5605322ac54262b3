"""What each client event may carry. The rule: unknown fields, wrong types and sizes out of range are
answered with the field's name and what was expected, before anything is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.expected import expected
from app.live.history.anchors import LOWEST
from app.live.listing import NUMBERING_MOST, Device
from app.live.pictures import PICTURE_BYTES
from app.live.thumbnails import MOST_IN_SIGHT
from app.models.annotation import ANNOTATION_LENGTH
from app.models.message import MESSAGE_LENGTH, speech
from app.words import ENGLISH, told

# Bytes in one input event. A larger paste comes in pieces, so that others' keys get in between.
INPUT_BYTES = 1 << 20
# Offsets are counted in 63 bits on every floor.
OFFSET_MOST = (1 << 63) - 1

SessionId = Annotated[str, Field(pattern=r"^[a-z2-7]{12}$")]
Size = Annotated[int, Field(ge=1, le=1000)]
Offset = Annotated[int, Field(ge=0, le=OFFSET_MOST)]


class Ask(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Join(Ask):
    session: SessionId
    rows: Size | None = None
    cols: Size | None = None
    offset: Offset | None = None
    client: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    device: Device | None = None


class Leave(Ask):
    session: SessionId


class Input(Ask):
    session: SessionId
    data: str | bytes
    seq: Annotated[int, Field(ge=1, le=OFFSET_MOST)] | None = None


class Resize(Ask):
    session: SessionId
    rows: Size
    cols: Size


class Drawn(Ask):
    session: SessionId
    offset: Offset


class Look(Ask):
    session: SessionId
    visible: bool


class Peek(Ask):
    sessions: Annotated[list[SessionId], Field(max_length=MOST_IN_SIGHT)]


class See(Ask):
    """`row` null: at the bottom. `rows`, `cols`: the viewer's window now."""

    session: SessionId
    rows: Size | None = None
    cols: Size | None = None
    row: Offset | None = None
    numbering: Annotated[str, Field(max_length=NUMBERING_MOST)] = ""


class Say(Ask):
    session: SessionId
    text: Annotated[str, Field(max_length=MESSAGE_LENGTH), AfterValidator(speech)]


class Wish(Ask):
    session: SessionId
    on: bool


class Earlier(Ask):
    """The newest messages; `before`: those with smaller numbers."""

    session: SessionId
    before: Annotated[int, Field(ge=1, le=OFFSET_MOST)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


Note = Annotated[str, Field(max_length=ANNOTATION_LENGTH), AfterValidator(speech)]
Number = Annotated[int, Field(ge=1, le=OFFSET_MOST)]


class Annotate(Ask):
    """On the line `up` rows above the one in which the cursor stood at `offset`; null: now."""

    session: SessionId
    text: Note
    offset: Offset | None = None
    up: Annotated[int, Field(ge=-LOWEST, le=OFFSET_MOST)] = 0


class Reannotate(Ask):
    session: SessionId
    number: Number
    text: Note


class Unannotate(Ask):
    session: SessionId
    number: Number


class At(Ask):
    session: SessionId
    offset: Offset | None = None


class Picture(Ask):
    """What stands at `offset` of the output; `start`: its bytes from there on."""

    session: SessionId
    offset: Offset
    start: Annotated[int, Field(ge=0, le=PICTURE_BYTES)] = 0


class Nothing(Ask):
    pass


def explained(error: ValidationError, language: str = ENGLISH) -> str:
    """All that is wrong, in one line: `rows: Input should be less than or equal to 1000; ...`."""
    found = error.errors(include_url=False, include_input=False)
    parts = [f"{'.'.join(map(str, e['loc'])) or 'message'}: {told(language, expected(dict(e)))}" for e in found]
    return "; ".join(parts[:5])
