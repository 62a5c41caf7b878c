"""Person segmentation: MediaPipe's selfie segmentation, square or landscape."""

from dataclasses import dataclass

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.inference.session import Session
from arpipe.preprocess.fit import resize
from arpipe.timing import StageTimer
from arpipe.types import Frame, Pixels, Points

SQUARE, LANDSCAPE = "selfie_segmentation", "selfie_segmentation_landscape"
LANDSCAPE_FROM = 1.3  # width over height from which frames are stretched less by the landscape network


@dataclass(frozen=True, slots=True, eq=False)
class PersonMask:
    """Output of the segmentation network for a frame.

    Attributes:
        probability: (h', w') float32 in [0, 1], the whole frame shrunk to the network's size.
        picture: (h', w', 3) uint8 RGB, the frame resized to that size.
    """

    probability: Points
    picture: Pixels


class PersonSegmenter:
    """Segments people in whole frames.

    The frame is stretched to the network's input, as in MediaPipe's own graph, but averaged where it shrinks, so that
    the mask of a noisy frame flickers less. A network is loaded by the first frame of its shape.

    Args:
        runtime: Loads the networks and owns them.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._networks: dict[str, Session] = {}

    def segment(self, frame: Frame, timer: StageTimer) -> PersonMask:
        """Segment the people in a frame; stage `segment`. A frame without anybody gives a mask near 0.

        Raises:
            InferenceError: The runtime is closed.
            WeightsError: The network cannot be obtained.
            NonFiniteOutput: It answered with NaN.
        """
        with timer.stage("segment"):
            network = self._network(network_for(frame.width, frame.height))
            height, width, _ = network.input_shape
            picture = resize(frame.pixels, width, height)
            probability = network.run(picture * np.float32(1.0 / 255.0))["mask"][0]
            return PersonMask(probability, picture)

    def _network(self, name: str) -> Session:
        if name not in self._networks:
            self._networks[name] = self._runtime.load(name)
        return self._networks[name]


def network_for(width: int, height: int) -> str:
    """Return the name of the network whose shape is nearer to the frame's."""
    return LANDSCAPE if width >= LANDSCAPE_FROM * height else SQUARE
