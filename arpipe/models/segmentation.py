"""Which pixels show a person: MediaPipe's selfie segmentation, square or landscape."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from arpipe.inference.session import Session, SessionConfig
from arpipe.timing import StageTimer
from arpipe.types import Frame, Pixels, Points

SQUARE, LANDSCAPE = "selfie_segmentation", "selfie_segmentation_landscape"
LANDSCAPE_FROM = 1.3  # width over height from which the landscape network is stretched less


@dataclass(frozen=True, slots=True, eq=False)
class PersonMask:
    """What the network saw of a frame.

    Attributes:
        probability: (h', w') float32 in [0, 1], the whole frame shrunk to the network's size.
        seen: (h', w', 3) uint8 RGB, the frame as the network got it.
    """

    probability: Points
    seen: Pixels


class PersonSegmenter:
    """Looks for people in whole frames.

    The frame is stretched to the network's input, as MediaPipe's own graph does, but averaged where it shrinks: the
    mask of a noisy picture then flickers less. A network is loaded by the first frame of its shape.

    Args:
        sessions: Where the networks run.
    """

    def __init__(self, sessions: SessionConfig | None = None) -> None:
        self._config = sessions
        self._networks: dict[str, Session] = {}
        self._closed = False

    def segment(self, frame: Frame, timer: StageTimer) -> PersonMask:
        """Where people are; stage `segment`. A frame without anybody gives a mask near 0.

        Raises:
            ValueError: The segmenter is closed.
            WeightsError: The network cannot be had.
            NonFiniteOutput: It answered with NaN.
        """
        with timer.stage("segment"):
            network = self._network(network_for(frame.width, frame.height))
            height, width, _ = network.input_shape
            seen = stretched(frame.pixels, width, height)
            probability = network.run(seen * np.float32(1.0 / 255.0))["mask"][0]
            return PersonMask(probability, seen)

    @property
    def provider(self) -> str:
        """Where the networks really run; "none" before one is loaded."""
        return next((network.provider for network in self._networks.values()), "none")

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._closed = True
        for network in self._networks.values():
            network.close()
        self._networks.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _network(self, name: str) -> Session:
        if self._closed:
            raise ValueError("PersonSegmenter is closed")
        if name not in self._networks:
            self._networks[name] = Session(name, self._config)
        return self._networks[name]


def stretched(pixels: Pixels, width: int, height: int) -> Pixels:
    """(height, width, 3) a frame (h, w, 3) as the network gets it: averaged where it shrinks, else interpolated."""
    shrinks = pixels.shape[0] >= height and pixels.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=method), np.uint8)


def network_for(width: int, height: int) -> str:
    """The network whose shape is nearer to the frame's."""
    return LANDSCAPE if width >= LANDSCAPE_FROM * height else SQUARE
