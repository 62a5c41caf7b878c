"""RGB of parts of decoded frames, in compiled code."""

import ctypes
from enum import Enum

import av
import av.error
import numpy as np
from av.filter import Graph

from arpipe.errors import NativeError
from arpipe.io.traits import BT709, FULL_RANGE, ColorTags
from arpipe.io.video.color import ToRgb, tags_of
from arpipe.native.library import load_library
from arpipe.types import Part, Pixels

FORMAT = "yuv420p"
FORMATS = (FORMAT, "yuvj420p")  # the same, but for the name that FFmpeg gives it in full range
SMALLEST_PX = 8  # sides below which the scaler interpolates chroma in another way
BLACK = 16  # in limited range, of 219 levels up to white; chroma has 224 levels
PROBE_PX = 48

# The scaler's constant for a matrix → shares of red and blue in luma, by H.273.
_LUMA_SHARES = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}


class Siting(Enum):
    """Where chroma samples lie between the columns of pixels; between rows, they lie in the middle.

    The values are quarters of the neighbouring sample in a pixel of an even column, and in one of an odd column.
    """

    CENTER = (1, 1)
    LEFT = (0, 2)


class PlanesToRgb:
    """Converts parts of 8-bit 4:2:0 frames of one size to RGB, to the bit as `ToRgb` converts whole ones.

    Args:
        tags: Colour tags of the frames.
        width, height: Size of the frames, px; see `can_convert`.
        siting: Where their chroma samples lie.

    Raises:
        NativeError: This installation has no compiled library.
    """

    def __init__(self, tags: ColorTags, width: int, height: int, siting: Siting) -> None:
        self._convert = load_library().arpipe_rgb_of_yuv420
        self._size = width, height
        self._factors = (ctypes.c_int16 * 8)(*_factors(tags, width, height), *siting.value)

    def __call__(self, frame: av.VideoFrame, part: Part) -> Pixels:
        """Return the (h, w, 3) uint8 RGB of some rows and columns, C-contiguous; any thread may call it.

        Args:
            frame: A frame like the others.
            part: Rows, which may have a step, and columns.
        """
        rows, columns = part
        row_step = rows.step or 1
        pixels = np.empty(
            (len(range(rows.start, rows.stop, row_step)), columns.stop - columns.start, 3), np.uint8
        )
        planes = frame.planes
        self._convert(
            (ctypes.c_void_p * 3)(*(plane.buffer_ptr for plane in planes)),
            (ctypes.c_int32 * 3)(*(plane.line_size for plane in planes)),
            *self._size,
            self._factors,
            *map(int, (columns.start, rows.start, columns.stop, rows.stop, row_step)),  # may be NumPy's
            ctypes.c_void_p(pixels.ctypes.data),
        )
        return pixels


def open_conversion(frame: av.VideoFrame, tags: ColorTags) -> PlanesToRgb | None:
    """Return the conversion for frames like one; None if compiled code does not convert them, or there is none."""
    if not can_convert(frame):
        return None
    try:
        siting = find_siting(frame)
        return None if siting is None else PlanesToRgb(tags, frame.width, frame.height, siting)
    except (NativeError, av.error.FFmpegError, ValueError):
        return None  # the command `doctor` reports a missing library; a filter may be missing from FFmpeg


def find_siting(frame: av.VideoFrame) -> Siting | None:
    """Find out where the chroma samples of a frame lie; None if the scaler knows of another place than `Siting`.

    PyAV does not tell. The scaler takes it from the frame, so a picture with edges in all directions is painted over a
    copy of a corner, converted by the scaler, and compared.

    Args:
        frame: The frame; see `can_convert`.

    Raises:
        NativeError: This installation has no compiled library.
    """
    probe = _painted_corner(frame)
    tags = ColorTags(BT709, tags_of(frame).range)
    expected = ToRgb(tags, probe.width, probe.height)(probe)
    everything = slice(0, probe.height), slice(0, probe.width)
    for siting in Siting:
        if (PlanesToRgb(tags, probe.width, probe.height, siting)(probe, everything) == expected).all():
            return siting
    return None


def _painted_corner(frame: av.VideoFrame) -> av.VideoFrame:
    """Return a blue copy of a corner of a frame, with a red square in it and all properties of the frame."""
    graph = Graph()
    size = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1"
    width, height = min(frame.width, PROBE_PX), min(frame.height, PROBE_PX)
    graph.link_nodes(
        graph.add("buffer", size),
        graph.add("crop", f"{width}:{height}:0:0:exact=1"),
        graph.add("drawbox", "0:0:iw:ih:blue:fill"),
        graph.add("drawbox", "iw/4:ih/4:iw/2:ih/2:red:fill"),
        graph.add("buffersink"),
    )
    graph.configure()
    pts, frame.pts = frame.pts, 0
    try:
        graph.push(frame)
        painted = graph.pull()
    finally:
        frame.pts = pts
    if not isinstance(painted, av.VideoFrame):
        raise TypeError(f"the filter graph gave {type(painted).__name__} instead of a frame")
    return painted


def can_convert(frame: av.VideoFrame) -> bool:
    """Whether a frame has a format that is converted, and even sides that are long enough."""
    sides = frame.width, frame.height
    return frame.format.name in FORMATS and all(side % 2 == 0 and side >= SMALLEST_PX for side in sides)


def _factors(tags: ColorTags, width: int, height: int) -> tuple[int, ...]:
    """Return the factor of luma, 16 times its black level, and those of chroma in red, green and blue; 8192 is 1.

    They are rounded in the same steps as the scaler's.
    """
    red, blue = _LUMA_SHARES[tags.scaler_matrix(width, height)]
    red_v, blue_u = 2 * (1 - red), 2 * (1 - blue)
    green = 1 - red - blue
    chroma = [round(each * 65536 * 255 / 224) for each in (-blue_u * blue / green, -red_v * red / green)]
    chroma = [round(red_v * 65536 * 255 / 224), *chroma, round(blue_u * 65536 * 255 / 224)]
    luma, black = 65536 * 255 // 219, BLACK
    if tags.scaler_range == FULL_RANGE:
        chroma, luma, black = [int(each * 224 / 255) for each in chroma], 65536, 0
    luma, *others = ((each + 4) // 8 for each in (luma, *chroma))
    return luma, 16 * black, *others
