"""What stands behind the people instead: the blurred background, a colour, a picture, a video."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from arpipe.effects.background.linear_light import bytes_of, light_of
from arpipe.effects.background.matte import Sides, take_apart
from arpipe.errors import MediaError
from arpipe.io.image.reader import read_image
from arpipe.io.source import Source
from arpipe.io.sources import media_kind, open_source
from arpipe.types import Frame, Pixels, Points

REFERENCE_ROWS = 720.0  # sizes in px are meant for a picture with this short side
MOST_COARSER = 2  # times that it is coarser than the frame taken apart
HIGHLIGHT, HIGHLIGHT_GAIN = (
    0.75,
    6.0,
)  # light above is clipped by cameras; out of focus it spreads as brighter


class Plate(Protocol):
    """A new background."""

    def behind(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:
        """(h, w, 3) uint8 RGB of the frame's size; not to be written into.

        Args:
            frame: The frame.
            alpha: (h, w) its mask.
            sides: The frame taken apart.
            step: Px of the frame for one of `sides`.
        """
        ...

    def close(self) -> None:
        """Free files; may be called twice."""
        ...


class BlurPlate:
    """The frame's own background out of focus, without the people in it.

    Args:
        sigma: Deviation of the blur, px of a picture with 720 rows.
        spread: How light is blurred.
    """

    def __init__(self, sigma: float, spread: "Spread") -> None:
        self._sigma, self._spread = sigma, spread

    def behind(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: D102
        sigma_px = self._sigma * min(frame.width, frame.height) / REFERENCE_ROWS
        own_step = max(1, int(sigma_px / self._spread.cells_in_sigma))
        if own_step < step:
            background = take_apart(frame.pixels, alpha, own_step).background
        else:
            own_step = min(own_step, MOST_COARSER * step)
            size = max(1, round(frame.width / own_step)), max(1, round(frame.height / own_step))
            background = np.asarray(
                cv2.resize(sides.background, size, interpolation=cv2.INTER_AREA), np.float32
            )
        soft = bytes_of(self._spread.blur(background, sigma_px / own_step))
        return np.asarray(
            cv2.resize(soft, (frame.width, frame.height), interpolation=cv2.INTER_LINEAR), np.uint8
        )

    def close(self) -> None:  # noqa: D102
        pass


class ColorPlate:
    """One colour, sRGB in [0, 1]."""

    def __init__(self, color: tuple[float, float, float]) -> None:
        self._color = np.rint(np.array(color) * 255.0).astype(np.uint8)
        self._plate: Pixels = np.empty((0, 0, 3), np.uint8)

    def behind(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: ARG002, D102
        if self._plate.shape != frame.pixels.shape:
            self._plate = np.empty_like(frame.pixels)
            self._plate[:] = self._color
        return self._plate

    def close(self) -> None:  # noqa: D102
        pass


class PicturePlate:
    """A still picture that fills the frame, cut where it is too wide or too high.

    Args:
        path: The file.
        sigma: Blur, px of a picture with 720 rows; 0 for none.

    Raises:
        MediaError: It cannot be read.
    """

    def __init__(self, path: Path, sigma: float) -> None:
        self._picture = read_image(path)
        self._sigma = sigma
        self._plate: Pixels = np.empty((0, 0, 3), np.uint8)

    def behind(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: ARG002, D102
        if self._plate.shape != frame.pixels.shape:
            self._plate = softened(covering(self._picture, frame.width, frame.height), self._sigma)
        return self._plate

    def close(self) -> None:  # noqa: D102
        pass


class MoviePlate:
    """A video or animated picture at its own pace, from its beginning again when it has ended.

    Args:
        path: The file.
        sigma: As of `PicturePlate`.

    Raises:
        MediaError: It cannot be read.
    """

    def __init__(self, path: Path, sigma: float) -> None:
        self._path, self._sigma = path, sigma
        self._length_s: float | None = None  # known once the end has been seen
        self._zero_s: float | None = None  # stream time at which the movie began
        self._plate: Pixels = np.empty((0, 0, 3), np.uint8)
        self._open()

    def behind(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: ARG002, D102
        before = self._shown
        self._go_to(frame.captured_s)
        if self._shown is not before or self._plate.shape != frame.pixels.shape:
            self._plate = softened(covering(self._shown.pixels, frame.width, frame.height), self._sigma)
        return self._plate

    def close(self) -> None:  # noqa: D102
        self._source.close()

    def _open(self) -> None:
        self._source: Source = open_source(self._path)
        self._frames: Iterator[Frame] = iter(self._source)
        first = next(self._frames, None)
        if first is None:
            self._source.close()
            raise MediaError(f"{self._path}: there is no frame in it")
        self._shown, self._first_s = first, first.captured_s
        self._coming = next(self._frames, None)

    def _go_to(self, captured_s: float) -> None:
        """Show the movie's frame of a moment of the stream."""
        if self._zero_s is None or captured_s < self._zero_s:
            self._begin(captured_s)
        time_s = self._play(captured_s)
        if self._length_s is not None and time_s >= self._length_s:
            self._begin(captured_s - time_s % self._length_s)
            self._play(captured_s)

    def _begin(self, zero_s: float) -> None:
        if self._zero_s is not None:
            self._source.close()
            self._open()
        self._zero_s = zero_s

    def _play(self, captured_s: float) -> float:
        """Go on up to a moment of the stream or to the end; the time since the movie began."""
        time_s = captured_s - (self._zero_s or 0.0)
        while self._coming is not None and self._coming.captured_s - self._first_s <= time_s:
            self._shown, self._coming = self._coming, next(self._frames, None)
        if self._coming is None and self._shown.captured_s > self._first_s:
            self._length_s = self._shown.captured_s - self._first_s + 1.0 / (self._source.info.fps or 25.0)
        return time_s


def gaussian(light: Points, sigma: float) -> Points:
    """Light blurred by a Gaussian."""
    if sigma <= 0.0:
        return light
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def disc(light: Points, sigma: float) -> Points:
    """Light blurred by a lens: every point becomes a disc with this deviation, bright points brighter ones."""
    radius = 2.0 * sigma  # a disc's deviation along an axis is half its radius
    half = int(np.ceil(radius))
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0)
    above = np.maximum(light.max(axis=2, keepdims=True) - HIGHLIGHT, 0.0) / (1.0 - HIGHLIGHT)
    bright = light * (1.0 + np.float32(HIGHLIGHT_GAIN) * above * above)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    return np.asarray(cv2.filter2D(bright, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


@dataclass(frozen=True, slots=True)
class Spread:
    """A way to blur.

    Attributes:
        blur: Light (h, w, 3) and a deviation in px → the light blurred.
        cells_in_sigma: It is computed so coarsely that its deviation is at least so many pixels.
    """

    blur: Callable[[Points, float], Points]
    cells_in_sigma: float


GAUSSIAN = Spread(gaussian, cells_in_sigma=2.0)
DISC = Spread(disc, cells_in_sigma=4.0)  # discs have rims, which are seen


def covering(picture: Pixels, width: int, height: int) -> Pixels:
    """The middle of a picture (h, w, 3), as large as fills the frame without stretching."""
    have_height, have_width = picture.shape[:2]
    scale = min(have_width / width, have_height / height)
    part_width, part_height = (max(1, round(side * scale)) for side in (width, height))
    left, top = (have_width - part_width) // 2, (have_height - part_height) // 2
    part = picture[top : top + part_height, left : left + part_width]
    method = cv2.INTER_AREA if scale > 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (width, height), interpolation=method), np.uint8)


def softened(picture: Pixels, sigma: float) -> Pixels:
    """A picture blurred in linear light; sigma in px of a picture with 720 rows, 0 for none."""
    if sigma <= 0.0:
        return picture
    height, width = picture.shape[:2]
    return bytes_of(gaussian(light_of(picture), sigma * min(width, height) / REFERENCE_ROWS))


def moving_or_still(path: Path, sigma: float) -> Plate:
    """What plays a file named as a picture: animated ones move."""
    if media_kind(path) == "animation":
        return MoviePlate(path, sigma)
    return PicturePlate(path, sigma)
