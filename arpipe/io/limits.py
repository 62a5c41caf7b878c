"""How large an input may be, and how long a decoder may work on it.

Sizes are checked before anything is decoded, so that a small file cannot ask for gigabytes.
"""

import os
import time
from dataclasses import dataclass, fields

from arpipe.errors import ConfigError, MediaError
from arpipe.timing import Clock

LONGEST_SIDE_PX = 32767  # OpenCV's warps count in 16 bits
PREFIX = "ARPIPE_MAX_"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on inputs; each is set by the environment variable of its name behind `ARPIPE_MAX_`.

    Attributes:
        picture_pixels: Pixels of a still picture. The default is where Pillow begins to suspect an attack.
        frame_pixels: Pixels of a frame of a video or an animation. The default is 8192×4320.
        animation_frames: Frames of an animated picture.
        file_bytes: Size of a member of an archive, before it is unpacked.
        frame_seconds: Time that is spent on a video without getting a frame from it, s.
    """

    picture_pixels: int = 89_478_485
    frame_pixels: int = 8192 * 4320
    animation_frames: int = 10_000
    file_bytes: int = 512 * 2**20
    frame_seconds: int = 60


DEFAULTS = Limits()


def limits() -> Limits:
    """Return the limits that the environment sets, and the defaults of the others.

    Raises:
        ConfigError: A variable is not a positive integer.
    """
    return Limits(**{field.name: _limit(field.name) for field in fields(Limits)})


def variable(name: str) -> str:
    """Name of the environment variable that sets a limit."""
    return PREFIX + name.upper()


def require_size(width: int, height: int, name: str, limit: str) -> None:
    """Refuse a picture that is too large.

    Args:
        width: Px.
        height: Px.
        name: File or stream, for the message.
        limit: Name of the limit: "picture_pixels" or "frame_pixels".

    Raises:
        MediaError: It has more pixels than the limit, or a side that is too long.
    """
    most = int(getattr(limits(), limit))
    if width * height > most:
        raise MediaError(
            f"{name}: has {width}x{height} px, more than the {most} that are read; "
            f"make it smaller, or set {variable(limit)}"
        )
    if max(width, height) > LONGEST_SIDE_PX:
        raise MediaError(
            f"{name}: has {width}x{height} px; sides of at most {LONGEST_SIDE_PX} px are read, make it smaller"
        )


class Patience:
    """Limits the time that a decoder works without giving a frame.

    Checked between packets: a decoder cannot be interrupted within one.

    Args:
        name: File, for the message.
        clock: Monotonic seconds.
    """

    def __init__(self, name: str, clock: Clock = time.monotonic) -> None:
        self._name, self._clock = name, clock
        self._most_s = limits().frame_seconds
        self.restart()

    def restart(self) -> None:
        """Count from here on: a frame was decoded, and its user has returned."""
        self._begun_s = self._clock()

    def check(self) -> None:
        """Raise MediaError if there was no frame for too long."""
        if self._clock() - self._begun_s > self._most_s:
            raise MediaError(
                f"{self._name}: no frame could be decoded in {self._most_s} s; is the file damaged? "
                f"To wait longer, set {variable('frame_seconds')}"
            )


def _limit(name: str) -> int:
    text = os.environ.get(variable(name), "")
    if not text:
        return int(getattr(DEFAULTS, name))
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text) > 0):
        raise ConfigError(
            f"environment variable {variable(name)}: expected a positive integer, got {text[:40]!r}"
        )
    return int(text)
