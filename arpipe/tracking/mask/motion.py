"""Moves a mask along with the picture, for frames without inference."""

import cv2
import numpy as np

from arpipe.models.segmentation import PersonMask
from arpipe.types import Pixels

UNLIKE = 24  # grey levels by which a moved pixel may differ from the new picture
MOST_UNLIKE = (
    0.2  # share of pixels that differ more, above which the scene has changed: a cut, a light switched on
)


class MaskMotion:
    """Moves masks by the optical flow of the picture at the network's size (DIS: 0.3 ms at 256 × 144)."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def move(self, mask: PersonMask, picture: Pixels) -> PersonMask | None:
        """Move a mask to where its people are in the next picture.

        Args:
            mask: Mask of the previous picture.
            picture: (h', w', 3) uint8 RGB, the next picture, of the same size.

        Returns:
            The moved mask, or None when movement does not explain the picture.
        """
        old, new = (
            np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), np.uint8) for each in (mask.picture, picture)
        )
        height, width = new.shape
        y, x = np.mgrid[:height, :width].astype(np.float32)
        flow = self._flow.calc(new, old, np.zeros((height, width, 2), np.float32))
        came_x, came_y = (at + plane for at, plane in zip((x, y), cv2.split(flow), strict=True))
        moved = cv2.remap(old, came_x, came_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if np.count_nonzero(cv2.absdiff(moved, new) > UNLIKE) > MOST_UNLIKE * new.size:
            return None
        probability = cv2.remap(
            mask.probability, came_x, came_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return PersonMask(np.asarray(probability, np.float32), picture)
