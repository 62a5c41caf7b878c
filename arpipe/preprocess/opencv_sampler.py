"""Samples squares with OpenCV, where arpipe was installed without its compiled library."""

import cv2
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.preprocess.sampler import Border, Sampler, upright_map
from arpipe.types import Block, Pixels, Points, Roi

STEPS_PER_PX = 32.0  # resolution to which OpenCV rounds positions
WARP_BLOCK = 64  # columns that OpenCV's perspective warp processes at once
FARTHEST_PX = (
    65536.0  # more than 16 bits hold, to which positions are limited; from 2**26 on, OpenCV overflows
)

_BORDERS = {
    "replicate": cv2.BORDER_REPLICATE,
    "zero": cv2.BORDER_CONSTANT,
    "mirror": cv2.BORDER_REFLECT_101,
}


class OpenCvSampler(Sampler):
    """Samples with `cv2.remap`."""

    def __init__(self, side: int, border: Border) -> None:
        super().__init__(side, border)
        self._ticks = np.arange(side, dtype=np.float64)
        self._x: Points = np.empty((side, side), np.float32)
        self._y: Points = np.empty((side, side), np.float32)
        self._whole = np.empty((side, side, 2), np.int16)
        self._part = np.empty((side, side), np.uint16)
        self._square: tuple[float, ...] = ()  # square that the positions belong to
        self._crop: Pixels = np.empty((side, side, 3), np.uint8)

    def sample(self, block: Block, square: Roi, out: Pixels) -> None:  # noqa: D102 - of the base class
        values = (*square.center_px.tolist(), square.size_px, square.angle_rad, square.mirrored)
        if values != self._square:
            self._place(square)
            self._square = values
        whole = self._whole
        if block.left or block.top:
            whole = np.asarray(cv2.subtract(whole, np.array([block.left, block.top, 0.0, 0.0])), np.int16)
        border = _BORDERS[self.border]
        cv2.remap(block.pixels, whole, self._part, cv2.INTER_LINEAR, dst=out, borderMode=border)

    def sample_scaled(  # noqa: D102 - of the base class
        self, block: Block, square: Roi, gain: np.float32, low: np.float32, out: Points
    ) -> None:
        self.sample(block, square, self._crop)
        np.copyto(out, self._crop)  # first: NumPy multiplies mixed types through a small buffer
        np.multiply(out, gain, out=out)
        if low:
            np.add(out, low, out=out)

    def _place(self, square: Roi) -> None:
        """Compute the positions of a square, as OpenCV takes them: in whole px and 32nds."""
        x, y = self._x, self._y
        upright = upright_map(square, self.side)
        if upright is not None:
            _place_upright(upright, x, y)
        else:
            (xx, xy, x0), (yx, yy, y0) = square.image_from_crop(self.side).matrix
            np.add(_single(xx * self._ticks), _single(xy * self._ticks + x0)[:, None], out=x)
            np.add(_single(yx * self._ticks), _single(yy * self._ticks + y0)[:, None], out=y)
        for positions in (x, y):
            np.clip(positions, -FARTHEST_PX, FARTHEST_PX, out=positions)
        cv2.convertMaps(x, y, cv2.CV_16SC2, dstmap1=self._whole, dstmap2=self._part)


def _place_upright(image_from_crop: Array, x: Points, y: Points) -> None:
    """Write positions of a projective map, rounded as OpenCV's perspective warp does."""
    to_x, to_y, to_w = image_from_crop
    side = x.shape[0]
    rows = np.arange(side, dtype=np.float64)[:, None]
    for start in range(0, side, WARP_BLOCK):
        columns = np.arange(min(WARP_BLOCK, side - start), dtype=np.float64)
        block = np.s_[:, start : start + columns.size]
        scale = STEPS_PER_PX / _at(to_w, start, rows, columns)
        x[block] = np.rint(_at(to_x, start, rows, columns) * scale) / STEPS_PER_PX
        y[block] = np.rint(_at(to_y, start, rows, columns) * scale) / STEPS_PER_PX


def _at(row: Array, start: int, rows: Array, columns: Array) -> Array:
    """Evaluate one row of a projective map for a block of pixels; the order of the additions matters."""
    return np.asarray((row[0] * start + row[1] * rows + row[2]) + row[0] * columns)


def _single(values: Array) -> Points:
    return values.astype(np.float32)
