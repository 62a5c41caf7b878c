"""Person masks of whole frames, one by one."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from arpipe.inference.runtime import Runtime
from arpipe.models.segmentation import LANDSCAPE, SQUARE
from arpipe.timing import StageTimer
from arpipe.types import Frame, Pixels, Points

STEPS_PER_PX = 32.0  # to which positions are rounded

NETWORKS: dict[Literal["square", "landscape"], str] = {"square": SQUARE, "landscape": LANDSCAPE}


class SelfieSegmenter:
    """Segments people; unlike `PersonSegmenter`, frames are sampled without averaging, as MediaPipe does.

    Args:
        shape: The network; frames of any shape are stretched to it.
        runtime: Loads the network and owns it.
    """

    def __init__(self, shape: Literal["square", "landscape"], runtime: Runtime) -> None:
        self._session = runtime.load(NETWORKS[shape])
        height, width, _ = self._session.input_shape
        self._sampler = PointSampler(width, height)

    def update(self, frame: Frame, timer: StageTimer) -> Points:
        """Return (h, w) float32 in [0, 1], 1 on people; stage `segment`."""
        with timer.stage("segment"):
            pixels = self._sampler.apply(frame.pixels)
            mask = self._session.run(pixels * np.float32(1.0 / 255.0))["mask"][0]
            return np.asarray(cv2.resize(mask, (frame.width, frame.height)), np.float32)


class PointSampler:
    """Stretches pictures, reading them at single points; the top left pixel's centre stays where it is.

    Args:
        width: Of the result, px.
        height: Of the result, px.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._source = (0, 0)
        self._places = _places(self._source, self._size)

    def apply(self, pixels: Pixels) -> Pixels:
        """Stretch a picture (h, w, 3)."""
        source = (pixels.shape[1], pixels.shape[0])
        if source != self._source:
            self._source, self._places = source, _places(source, self._size)
        return np.asarray(cv2.remap(pixels, *self._places, cv2.INTER_LINEAR), np.uint8)


def _places(source: tuple[int, int], target: tuple[int, int]) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Positions of the target's pixels in the source, in OpenCV's fixed-point form."""
    x, y = (
        np.rint(np.arange(size) * (whole / size * STEPS_PER_PX)) / STEPS_PER_PX
        for whole, size in zip(source, target, strict=True)
    )
    across, down = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    whole, part = cv2.convertMaps(across, down, cv2.CV_16SC2)
    return np.asarray(whole, np.int16), np.asarray(part, np.uint16)
