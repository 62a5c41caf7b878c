"""Messages between page and server.

Pictures are binary messages; everything else is JSON text. A page has at most `CREDIT` unanswered pictures and drops
what its camera delivers meanwhile, so nothing queues up. Numbers are little-endian.

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
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from arpipe.errors import ArpipeError

VERSION = 2
CREDIT = 2
MAX_EFFECTS = 16
MAX_FACES = 16
MAX_TEXT_LENGTH = 32_768

_UPWARD = struct.Struct("<BBHId")
_DOWNWARD = struct.Struct("<BBHIdI")

Encoding = Literal["h264", "jpeg"]
Value = bool | int | float | Annotated[str, Field(max_length=64)] | None
VALUE_PROBLEM = "a parameter must be a finite number, at most 64 characters, true, false or null"
Facts = Mapping[str, object]
"""Information about a picture for the page, as JSON."""


class CloseCode(IntEnum):
    """Why the server ends a session; codes of RFC 6455."""

    GOING_AWAY = 1001
    POLICY = 1008
    TOO_BIG = 1009
    FAULT = 1011
    FULL = 1013


class ProtocolError(ArpipeError, ValueError):
    """A message violates the protocol; its session ends.

    Attributes:
        code: Code of the closing frame.
    """

    def __init__(self, reason: str, code: CloseCode = CloseCode.POLICY) -> None:
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
        kind: Encoding of the picture.
        sequence: Number given by the page; the answer carries it, too.
        captured_ms: Capture time on the clock of the page; the answer carries it, too.
        data: The encoded picture.
    """

    kind: PictureKind
    sequence: int
    captured_ms: float
    data: bytes


class PageMessage(BaseModel):
    """A message of a page; unknown keys and numbers that are not finite are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Hello(PageMessage):
    """First message of a page.

    Attributes:
        mode: Source of the pictures: "page" sends its own, "server" watches the camera of the server.
        down: Encoding of the pictures that the page receives.
        max_faces: Number of faces that effects are drawn on; None for the operator's.
    """

    type: Literal["hello"]
    version: Literal[2]
    mode: Literal["page", "server"] = "page"
    down: Encoding = "h264"
    max_faces: int | None = Field(default=None, ge=1, le=MAX_FACES)


class EffectSetting(PageMessage):
    """An effect of the catalog and its changed parameters."""

    id: str = Field(max_length=64)
    params: dict[Annotated[str, Field(max_length=64)], Value] = Field(default={}, max_length=64)


class SetEffects(PageMessage):
    """Sets the active effects; the reply carries `ticket` once they are drawn."""

    type: Literal["effects"]
    ticket: int = Field(default=0, ge=0, le=2**31)
    effects: tuple[EffectSetting, ...] = Field(default=(), max_length=MAX_EFFECTS)


class SetView(PageMessage):
    """Sets how pictures are shown.

    Attributes:
        split: Position of the divider as a share of the width of the unmirrored picture; None for no divider.
        before: Side of the divider on which the picture has no effects.
        mesh: Draw landmarks and axes.
    """

    type: Literal["view"]
    split: float | None = Field(default=None, ge=0, le=1)
    before: Literal["left", "right"] = "left"
    mesh: bool = False


class SetNetwork(PageMessage):
    """The network carries less than usual: pictures to the page are to be smaller, fewer and coarser.

    Attributes:
        longest: Longest side of a picture, px.
        fps: Pictures per second.
        kbit: Limit of the bits per second, in thousands; None for none.
    """

    type: Literal["network"]
    longest: int | None = Field(default=None, ge=64, le=7680)
    fps: float = Field(default=30.0, ge=1, le=60)
    kbit: int | None = Field(default=None, ge=20, le=100_000)


class Ack(PageMessage):
    """A page that watches the camera of the server has shown a picture."""

    type: Literal["ack"]
    sequence: int = Field(ge=0, le=2**32)


class Reset(PageMessage):
    """The page switches to another camera: tracks and decoder state are discarded."""

    type: Literal["reset"]


Command = Hello | SetEffects | SetView | SetNetwork | Ack | Reset
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


def parse_command(text: str) -> Command:
    """Parse a text message.

    Raises:
        ProtocolError: It is too long, not JSON, or not a command.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise ProtocolError(
            f"a command of {len(text)} characters; {MAX_TEXT_LENGTH} are allowed", CloseCode.TOO_BIG
        )
    try:
        return _COMMANDS.validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise ProtocolError(f"malformed command: {_problem(error)}") from error


def _problem(error: ValidationError | RecursionError) -> str:
    """Return in a few words what is wrong with a command."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    first = error.errors(include_input=False, include_url=False)[0]
    return VALUE_PROBLEM if "params" in first["loc"] else str(first["msg"])


def parse_picture(message: bytes) -> PictureMessage:
    """Parse a binary message.

    Raises:
        ProtocolError: It is too short, or its kind or time is invalid.
    """
    if len(message) <= _UPWARD.size:
        raise ProtocolError(f"a picture message of {len(message)} bytes; the header alone has {_UPWARD.size}")
    kind, _, _, sequence, captured_ms = _UPWARD.unpack_from(message)
    try:
        known = PictureKind(kind)
    except ValueError as error:
        raise ProtocolError(f"a picture of kind {kind}; expected 1, 2 or 3") from error
    if not 0.0 <= captured_ms < 1e15:
        raise ProtocolError("a picture without a valid time")
    return PictureMessage(known, sequence, captured_ms, message[_UPWARD.size :])


def build_picture(kind: PictureKind, sequence: int, captured_ms: float, facts: Facts, data: bytes) -> bytes:
    """Build the message that sends a picture to a page."""
    text = json.dumps(facts, separators=(",", ":")).encode()
    return _DOWNWARD.pack(kind, 0, 0, sequence, captured_ms, len(text)) + text + data
