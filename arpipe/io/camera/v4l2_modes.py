"""Queries the modes of a camera from the Linux video driver; constants and layouts are those of linux/videodev2.h."""

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from arpipe.io.camera.camera import CameraMode

CAPTURE = 1  # type of stream
DISCRETE = 1  # type of answer: one value, otherwise a range
MAX_ANSWERS = 256  # guards against drivers that never end their list

Ioctl = Callable[[int, int, bytearray], int]


@dataclass(frozen=True, slots=True)
class _Query:
    """A request to the driver that is repeated with increasing index until it fails.

    Attributes:
        number: Number of the request.
        size: Size of its structure, bytes.
    """

    number: int
    size: int

    @property
    def code(self) -> int:
        """Request code of the kernel: read and write, size, 'V', number."""
        return 3 << 30 | self.size << 16 | ord("V") << 8 | self.number

    def answers(self, device: int, ioctl: Ioctl, *fields: int) -> Iterator[bytearray]:
        """Yield all answers; `fields` are the numbers that follow the index."""
        for index in range(MAX_ANSWERS):
            answer = bytearray(self.size)
            struct.pack_into(f"={1 + len(fields)}I", answer, 0, index, *fields)
            try:
                ioctl(device, self.code, answer)
            except OSError:
                return
            yield answer


FORMATS = _Query(2, 64)
SIZES = _Query(74, 44)
INTERVALS = _Query(75, 52)


def camera_modes(path: Path, ioctl: Ioctl = fcntl.ioctl) -> list[CameraMode]:
    """List the modes of a device in the driver's order; none if it cannot be opened or is not a camera."""
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return []
    try:
        return list(_modes(device, ioctl))
    finally:
        os.close(device)


def _modes(device: int, ioctl: Ioctl) -> Iterator[CameraMode]:
    for answer in FORMATS.answers(device, ioctl, CAPTURE):
        (pixel_format,) = struct.unpack_from("=I", answer, 44)
        name = pixel_format.to_bytes(4, "little").decode("ascii", errors="replace").strip()
        for width, height in _sizes(device, ioctl, pixel_format):
            yield CameraMode(name, width, height, _rates(device, ioctl, pixel_format, width, height))


def _sizes(device: int, ioctl: Ioctl, pixel_format: int) -> Iterator[tuple[int, int]]:
    for answer in SIZES.answers(device, ioctl, pixel_format):
        kind, *numbers = struct.unpack_from("=7I", answer, 8)
        if kind != DISCRETE:
            min_width, max_width, _, min_height, max_height, _ = numbers
            yield max_width, max_height
            yield min_width, min_height
            return
        yield numbers[0], numbers[1]


def _rates(device: int, ioctl: Ioctl, pixel_format: int, width: int, height: int) -> tuple[float, ...]:
    rates = set()
    for answer in INTERVALS.answers(device, ioctl, pixel_format, width, height):
        kind, *numbers = struct.unpack_from("=5I", answer, 16)
        for over, under in (numbers[:2],) if kind == DISCRETE else (numbers[:2], numbers[2:]):
            if over:
                rates.add(round(under / over, 2))
        if kind != DISCRETE:
            break
    return tuple(sorted(rates, reverse=True))
