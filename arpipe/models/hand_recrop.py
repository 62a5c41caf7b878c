"""Locates the hand in a rough square around a body's wrist."""

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import CropNetwork, Outputs
from arpipe.types import Points, Roi

NETWORK = "hand_recrop"
SIDE_PX = 256


class HandRecrop(CropNetwork[Points]):
    """The network that narrows a rough square down to the hand.

    Args:
        runtime: Loads the network and owns it.
    """

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(NETWORK, SIDE_PX, runtime)

    def decode(self, outputs: Outputs, roi: Roi) -> Points:
        """Return (2, 2) image px: the centre of the circle around the hand, and its point on the wrist's side."""
        return np.asarray(roi.image_from_crop(SIDE_PX).apply(outputs["circle"]), np.float32)
