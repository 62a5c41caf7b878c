"""Network input: crops of an image as one float32 batch, in a buffer that is reused."""

from collections.abc import Sequence

import numpy as np

from arpipe.preprocess.crop import Warp
from arpipe.preprocess.sampler import Border
from arpipe.types import Frame, Points, Roi


class CropTensor:
    """Crops squares from images and scales their values to the range that a network was trained on.

    Args:
        side: Network input, px.
        low: Input value of a black pixel.
        high: Input value of a white pixel.
        border: Values outside the image.
    """

    def __init__(self, side: int, low: float, high: float, border: Border) -> None:
        self.side = side
        self._gain, self._low = np.float32((high - low) / 255.0), np.float32(low)
        self._warp = Warp(side, border)
        self._batch: Points = np.empty((1, side, side, 3), np.float32)

    def fill(self, frame: Frame, rois: Sequence[Roi]) -> Points:
        """Crop all squares.

        Args:
            frame: The frame, of which no more is converted than that needs.
            rois: n squares.

        Returns:
            (n, side, side, 3) float32, NHWC, RGB; valid until the next call.
        """
        if len(rois) > len(self._batch):
            self._batch = np.empty((len(rois), self.side, self.side, 3), np.float32)
        for roi, tensor in zip(rois, self._batch, strict=False):
            self._warp.crop_scaled(frame, roi, self._gain, self._low, tensor)
        return self._batch[: len(rois)]
