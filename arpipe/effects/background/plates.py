"""New backgrounds: the blurred background, a colour, a picture or a video."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from arpipe.effects.background.linear_light import to_bytes, to_light
from arpipe.effects.background.matte import Sides, separate
from arpipe.errors import MediaError
from arpipe.io.image.reader import read_image
from arpipe.io.source import Source
from arpipe.io.sources import media_kind, open_source
from arpipe.types import Frame, Pixels, Points

REFERENCE_ROWS = 720.0  # shorter side of the picture that sizes in px refer to
MAX_COARSER = 2  # resolution relative to the separated frame, at most so many times coarser
# Cameras clip highlights; out of focus, light above the first value spreads with this gain.
HIGHLIGHT, HIGHLIGHT_GAIN = 0.75, 6.0


class Plate(Protocol):
    """A new background."""

    def render(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:
        """Return (h, w, 3) uint8 RGB at the size of the frame; read-only.

        Args:
            frame: The frame.
            alpha: (h, w) mask of the frame.
            sides: The frame separated by the mask.
            step: Pixels of the frame per pixel of `sides`.
        """
        ...

    def reset(self) -> None:
        """Begin anew at the next frame, which is the first of another stream."""
        return

    def close(self) -> None:
        """Close files; may be called twice."""
        return


class BlurPlate(Plate):
    """The frame's own background out of focus, without the people.

    Args:
        sigma: Standard deviation of the blur, px of a picture with 720 rows.
        spread: Kind of blur.
    """

    def __init__(self, sigma: float, spread: "Spread") -> None:
        self._sigma, self._spread = sigma, spread

    def render(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: D102
        sigma_px = self._sigma * min(frame.width, frame.height) / REFERENCE_ROWS
        own_step = max(1, int(sigma_px / self._spread.cells_in_sigma))
        if own_step < step:
            background = separate(frame.pixels, alpha, own_step).background
        else:
            own_step = min(own_step, MAX_COARSER * step)
            size = max(1, round(frame.width / own_step)), max(1, round(frame.height / own_step))
            background = np.asarray(
                cv2.resize(sides.background, size, interpolation=cv2.INTER_AREA), np.float32
            )
        soft = to_bytes(self._spread.blur(background, sigma_px / own_step))
        return np.asarray(
            cv2.resize(soft, (frame.width, frame.height), interpolation=cv2.INTER_LINEAR), np.uint8
        )


class StillPlate(Plate):
    """A background that does not change: a colour or a picture.

    Args:
        make: Makes it for a width and a height; called again only for another size.
    """

    def __init__(self, make: Callable[[int, int], Pixels]) -> None:
        self._make = make
        self._plate: Pixels = np.empty((0, 0, 3), np.uint8)

    def render(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: ARG002, D102
        if self._plate.shape != frame.shape:
            self._plate = self._make(frame.width, frame.height)
        return self._plate


class MoviePlate(Plate):
    """A video or animated picture, looped at its own frame rate.

    Args:
        path: The file.
        sigma: Standard deviation of the blur, px of a picture with 720 rows; 0 for none.

    Raises:
        MediaError: It cannot be read.
    """

    def __init__(self, path: Path, sigma: float) -> None:
        self._path, self._sigma = path, sigma
        self._length_s: float | None = None  # known once the end has been reached
        self._zero_s: float | None = None  # stream time at which the movie began
        self._plate: Pixels = np.empty((0, 0, 3), np.uint8)
        self._open()

    def render(self, frame: Frame, alpha: Points, sides: Sides, step: int) -> Pixels:  # noqa: ARG002, D102
        before = self._shown
        self._seek(frame.captured_s)
        if self._shown is not before or self._plate.shape != frame.shape:
            self._plate = blur_picture(
                crop_to_fill(self._shown.pixels, frame.width, frame.height), self._sigma
            )
        return self._plate

    def reset(self) -> None:  # noqa: D102
        if self._zero_s is not None:
            self._reopen()
            self._zero_s = None

    def close(self) -> None:  # noqa: D102
        self._source.close()

    def _open(self) -> None:
        self._source: Source = open_source(self._path)
        self._frames: Iterator[Frame] = iter(self._source)
        first = next(self._frames, None)
        if first is None:
            self._source.close()
            raise MediaError(f"{self._path}: contains no frames; is the file complete?")
        self._shown, self._first_s = first, first.captured_s
        self._coming = next(self._frames, None)

    def _seek(self, captured_s: float) -> None:
        """Seek the movie's frame for a time of the stream."""
        if self._zero_s is None or captured_s < self._zero_s:
            self._begin(captured_s)
        time_s = self._play(captured_s)
        if self._length_s is not None and time_s >= self._length_s:
            self._begin(captured_s - time_s % self._length_s)
            self._play(captured_s)

    def _begin(self, zero_s: float) -> None:
        if self._zero_s is not None:
            self._reopen()
        self._zero_s = zero_s

    def _reopen(self) -> None:
        self._source.close()
        self._open()

    def _play(self, captured_s: float) -> float:
        """Play up to a time of the stream or to the end; return the time since the movie began."""
        time_s = captured_s - (self._zero_s or 0.0)
        while self._coming is not None and self._coming.captured_s - self._first_s <= time_s:
            self._shown, self._coming = self._coming, next(self._frames, None)
        if self._coming is None and self._shown.captured_s > self._first_s:
            self._length_s = self._shown.captured_s - self._first_s + 1.0 / (self._source.info.fps or 25.0)
        return time_s


def gaussian(light: Points, sigma: float) -> Points:
    """Blur light (h, w, 3) by a Gaussian with a standard deviation of `sigma` px."""
    if sigma <= 0.0:
        return light
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def disc(light: Points, sigma: float) -> Points:
    """Blur light (h, w, 3) as a lens does: points become discs of this standard deviation, highlights brighter ones."""
    radius = 2.0 * sigma  # the standard deviation of a disc along an axis is half its radius
    half = int(np.ceil(radius))
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0)
    above = np.maximum(light.max(axis=2, keepdims=True) - HIGHLIGHT, 0.0) / (1.0 - HIGHLIGHT)
    bright = light * (1.0 + np.float32(HIGHLIGHT_GAIN) * above * above)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    return np.asarray(cv2.filter2D(bright, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


@dataclass(frozen=True, slots=True)
class Spread:
    """A kind of blur.

    Attributes:
        blur: Blurs light (h, w, 3) with a standard deviation in px.
        cells_in_sigma: Minimum standard deviation, in pixels of the reduced resolution that it is computed at.
    """

    blur: Callable[[Points, float], Points]
    cells_in_sigma: float


GAUSSIAN = Spread(gaussian, cells_in_sigma=2.0)
DISC = Spread(disc, cells_in_sigma=4.0)  # discs have visible rims


def crop_to_fill(picture: Pixels, width: int, height: int) -> Pixels:
    """Crop and resize a picture (h, w, 3) so that it fills a frame without distortion."""
    have_height, have_width = picture.shape[:2]
    scale = min(have_width / width, have_height / height)
    part_width, part_height = (max(1, round(side * scale)) for side in (width, height))
    left, top = (have_width - part_width) // 2, (have_height - part_height) // 2
    part = picture[top : top + part_height, left : left + part_width]
    method = cv2.INTER_AREA if scale > 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (width, height), interpolation=method), np.uint8)


def blur_picture(picture: Pixels, sigma: float) -> Pixels:
    """Blur a picture in linear light; `sigma` in px of a picture with 720 rows, 0 for none."""
    if sigma <= 0.0:
        return picture
    height, width = picture.shape[:2]
    return to_bytes(gaussian(to_light(picture), sigma * min(width, height) / REFERENCE_ROWS))


def color_plate(color: tuple[float, float, float]) -> Plate:
    """Return a background of a single colour, sRGB in [0, 1]."""
    levels = np.rint(np.array(color) * 255.0).astype(np.uint8)
    return StillPlate(lambda width, height: np.tile(levels, (height, width, 1)))


def picture_plate(path: Path, sigma: float) -> Plate:
    """Open a picture, which may be animated; it is cropped to fill the frame.

    Args:
        path: The file.
        sigma: Standard deviation of the blur, px of a picture with 720 rows; 0 for none.

    Raises:
        MediaError: It cannot be read.
    """
    if media_kind(path) == "animation":
        return MoviePlate(path, sigma)
    picture = read_image(path)
    return StillPlate(lambda width, height: blur_picture(crop_to_fill(picture, width, height), sigma))
