"""Detects palms in a whole frame, and gives the squares around their hands."""

import math
from typing import Literal

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.models.detector import BoxDetector, DetectorSpec
from arpipe.preprocess.crop import upright
from arpipe.types import Detection, Roi

HandVariant = Literal["lite", "full"]

# Of the seven keypoints of a detection; the direction from one to the other is up in the hand's crop.
WRIST, MIDDLE_KNUCKLE = 0, 2
CROP_OVER_PALM = 2.6  # side of the crops that the hand network was trained on, over the palm's box
PALM_TO_HAND = 0.5  # shift of their centre from the palm's towards the fingers, in boxes

PALM_DETECTORS: dict[HandVariant, DetectorSpec] = {
    variant: DetectorSpec(f"palm_detector_{variant}", 192, (8, 16, 16, 16), 2, low=0.0)
    for variant in ("lite", "full")
}


class PalmDetector(BoxDetector):
    """One palm detection network; its detections have seven keypoints.

    Args:
        variant: "full", or "lite", which is faster.
        runtime: Loads the network and owns it.
        min_score: In [0, 1]; palms with a lower score are not reported.
    """

    def __init__(self, variant: HandVariant, runtime: Runtime, min_score: float = 0.5) -> None:
        super().__init__(PALM_DETECTORS[variant], runtime, min_score)


def hand_roi(detection: Detection) -> Roi | None:
    """Return the square for the hand network around a palm, fingers up; None for a box without area."""
    low, high = detection.box_px[:2], detection.box_px[2:]
    wrist, knuckle = detection.keypoints_px[[WRIST, MIDDLE_KNUCKLE]]
    return grown_square((low + high) / 2.0, high - low, upright(wrist, knuckle), PALM_TO_HAND, CROP_OVER_PALM)


def grown_square(center_px: Array, size_px: Array, angle_rad: float, up: float, grow: float) -> Roi | None:
    """Return a square around a rotated box.

    Args:
        center_px: (2,) centre of the box.
        size_px: (2,) width and height along the box's own axes.
        angle_rad: Rotation of the box, as in `Roi`.
        up: Shift of the centre upwards in the box, in box heights.
        grow: Side of the square over the long side of the box.

    Returns:
        None for a box without area.
    """
    if not size_px.max() > 0:
        return None
    shift = up * size_px[1] * np.array([math.sin(angle_rad), -math.cos(angle_rad)])
    return Roi(center_px + shift, grow * float(size_px.max()), angle_rad)
