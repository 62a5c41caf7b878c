"""Samples squares in compiled code, in 40 % of OpenCV's time (`tests/perf/crops.py`)."""

from ctypes import POINTER, Structure, c_double, c_float, c_int, c_void_p

import numpy as np

from arpipe.native.library import load_library
from arpipe.preprocess.sampler import Border, Sampler, upright_map
from arpipe.types import Block, Pixels, Points, Roi

_BORDERS = {"replicate": 0, "zero": 1, "mirror": 2}  # as in native/sources/sampling/picture.h


class _Picture(Structure):
    _fields_ = [
        ("pixels", c_void_p),
        *((name, c_int) for name in ("width", "height", "left", "top", "border")),
    ]


class _Square(Structure):
    _fields_ = [("image_from_crop", c_double * 9), ("side", c_int), ("is_upright", c_int)]


class CompiledSampler(Sampler):
    """Samples with the compiled library; its numbers equal those of `OpenCvSampler` to the bit.

    Raises:
        NativeError: This installation has no compiled library.
    """

    def __init__(self, side: int, border: Border) -> None:
        super().__init__(side, border)
        library = load_library()
        self._sample, self._sample_scaled = library.arpipe_sample, library.arpipe_sample_scaled
        inputs = POINTER(_Picture), POINTER(_Square)
        self._sample.argtypes = (*inputs, c_void_p)
        self._sample_scaled.argtypes = (*inputs, c_float, c_float, c_void_p)
        self._sample.restype = self._sample_scaled.restype = None

    def sample(self, block: Block, square: Roi, out: Pixels) -> None:  # noqa: D102 - of the base class
        pixels = np.ascontiguousarray(block.pixels)
        self._sample(self._picture(block, pixels), self._placed(square), out.ctypes.data)

    def sample_scaled(  # noqa: D102 - of the base class
        self, block: Block, square: Roi, gain: np.float32, low: np.float32, out: Points
    ) -> None:
        pixels = np.ascontiguousarray(block.pixels)
        self._sample_scaled(self._picture(block, pixels), self._placed(square), gain, low, out.ctypes.data)

    def _picture(self, block: Block, pixels: Pixels) -> _Picture:
        height, width, _ = pixels.shape
        return _Picture(pixels.ctypes.data, width, height, block.left, block.top, _BORDERS[self.border])

    def _placed(self, square: Roi) -> _Square:
        """Return a square as the library takes it."""
        upright = upright_map(square, self.side)
        rows = square.image_from_crop(self.side).matrix if upright is None else upright
        placed = _Square(side=self.side, is_upright=upright is not None)
        placed.image_from_crop[: rows.size] = rows.ravel().tolist()
        return placed
