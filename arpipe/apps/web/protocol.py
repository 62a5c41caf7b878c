"""What page and server say to each other.

Pictures are binary messages, all else is JSON text. A page has at most `CREDIT` pictures unanswered: it drops
what its camera gives meanwhile, so nothing ever queues. Numbers are little-endian.

```
page → server    kind u8, 0 u8, 0 u16, sequence u32, captured_ms f64, picture
server → page    kind u8, 0 u8, 0 u16, sequence u32, captured_ms f64, length u32, facts (JSON), picture
```
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

VERSION = 1
CREDIT = 2
MOST_EFFECTS = 16
MAX_TEXT = 32_768

_UPWARD = struct.Struct("<BBHId")
_DOWNWARD = struct.Struct("<BBHIdI")

Code = Literal["h264", "jpeg"]
Value = bool | int | float | Annotated[str, Field(max_length=64)] | None


class Close(IntEnum):
    """Why the server ends a session; RFC 6455's numbers."""

    GOING_AWAY = 1001
    POLICY = 1008
    TOO_BIG = 1009
    FAULT = 1011
    FULL = 1013


class ProtocolError(ValueError):
    """A message breaks the rules; the session it came in ends.

    Attributes:
        code: For the closing frame.
    """

    def __init__(self, reason: str, code: Close = Close.POLICY) -> None:
        super().__init__(reason)
        self.code = code


class PictureKind(IntEnum):
    """First byte of a binary message."""

    JPEG = 1
    H264_KEY = 2
    H264_DELTA = 3


@dataclass(frozen=True, slots=True, eq=False)
class PictureMessage:
    """A picture from a page.

    Attributes:
        kind: How it is coded.
        sequence: The page's number of it; comes back with the answer.
        captured_ms: On the page's clock; comes back, too.
        data: The picture.
    """

    kind: PictureKind
    sequence: int
    captured_ms: float
    data: bytes


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Hello(_Command):
    """First message of a page: what it wants and understands.

    Attributes:
        mode: Whose camera: "page" sends pictures, "server" watches the server's.
        down: How it wants pictures.
    """

    type: Literal["hello"]
    version: Literal[1]
    mode: Literal["page", "server"] = "page"
    down: Code = "h264"


class Worn(_Command):
    """An effect of the catalogue and what is different about it."""

    id: str = Field(max_length=64)
    params: dict[Annotated[str, Field(max_length=64)], Value] = Field(default={}, max_length=64)


class Wear(_Command):
    """Effects to draw from now on; `ticket` comes back once they are."""

    type: Literal["wear"]
    ticket: int = Field(default=0, ge=0, le=2**31)
    effects: tuple[Worn, ...] = Field(default=(), max_length=MOST_EFFECTS)


class View(_Command):
    """How to show it.

    Attributes:
        split: Share of the width where the divider stands, in the camera's own picture; None for none.
        before: On which side of it the untouched picture is.
        mesh: Draw landmarks and axes.
    """

    type: Literal["view"]
    split: float | None = Field(default=None, ge=0, le=1)
    before: Literal["left", "right"] = "left"
    mesh: bool = False


class Ack(_Command):
    """A watching page has shown a picture."""

    type: Literal["ack"]
    sequence: int = Field(ge=0, le=2**32)


class Reset(_Command):
    """Another camera begins: forget all faces, and the decoder's state."""

    type: Literal["reset"]


Command = Hello | Wear | View | Ack | Reset
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


def parse_command(text: str) -> Command:
    """The command in a text message.

    Raises:
        ProtocolError: It is too long, no JSON or no command.
    """
    if len(text) > MAX_TEXT:
        raise ProtocolError(f"a command of {len(text)} characters; {MAX_TEXT} are allowed", Close.TOO_BIG)
    try:
        return _COMMANDS.validate_json(text)
    except (ValidationError, RecursionError) as error:
        problem = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "nested too deeply"
        raise ProtocolError(f"malformed command: {problem}") from error


def parse_picture(message: bytes) -> PictureMessage:
    """The picture in a binary message.

    Raises:
        ProtocolError: It is too short, or of no known kind.
    """
    if len(message) <= _UPWARD.size:
        raise ProtocolError(f"a picture message of {len(message)} bytes; the header alone has {_UPWARD.size}")
    kind, _, _, sequence, captured_ms = _UPWARD.unpack_from(message)
    try:
        known = PictureKind(kind)
    except ValueError as error:
        raise ProtocolError(f"a picture of kind {kind}; known are 1, 2 and 3") from error
    if not 0.0 <= captured_ms < 1e15:
        raise ProtocolError("a picture without a time")
    return PictureMessage(known, sequence, captured_ms, message[_UPWARD.size :])


def build_picture(
    kind: PictureKind, sequence: int, captured_ms: float, facts: Mapping[str, Any], data: bytes
) -> bytes:
    """A picture for a page, with what is known of it."""
    text = json.dumps(facts, separators=(",", ":")).encode()
    return _DOWNWARD.pack(kind, 0, 0, sequence, captured_ms, len(text)) + text + data
