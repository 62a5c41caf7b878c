"""Person masks of whole frames, one by one."""

from typing import Literal

import cv2
import numpy as np

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

    def update(self, frame: Frame, timer: StageTimer) -> Points:
        """(h, w) float32 in [0, 1], 1 on people; stage `segment`."""
        with timer.stage("segment"):
            height, width, _ = self._session.input_shape
            pixels = sampled(frame.pixels, width, height)
            mask = self._session.run(pixels * np.float32(1.0 / 255.0))["mask"][0]
            return np.asarray(cv2.resize(mask, (frame.width, frame.height)), np.float32)


def sampled(pixels: Pixels, width: int, height: int) -> Pixels:
    """Stretch a picture (h, w, 3), reading it at single points: the top left pixel's centre stays where it is."""
    x = _positions(pixels.shape[1], width)
    y = _positions(pixels.shape[0], height)
    return np.asarray(cv2.remap(pixels, *np.meshgrid(x, y), cv2.INTER_LINEAR), np.uint8)


def _positions(source: int, target: int) -> Points:
    steps = np.rint(np.arange(target) * (source / target * STEPS_PER_PX)) / STEPS_PER_PX
    return np.asarray(steps, np.float32)
