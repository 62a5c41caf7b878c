"""Finds palms in a whole picture, and the squares around the hands that they belong to."""

import math
from typing import Literal

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.inference.session import SessionConfig
from arpipe.models.detector import BoxDetector, DetectorSpec
from arpipe.preprocess.crop import upright
from arpipe.types import Detection, Roi

HandVariant = Literal["lite", "full"]

WRIST, MIDDLE_KNUCKLE = (
    0,
    2,
)  # of a detection's seven keypoints; from one to the other is up in the hand's crop
CROP_OVER_PALM = 2.6  # the hand network was trained on crops this much larger than the palm's box,
PALM_TO_HAND = 0.5  # whose centre lies this many boxes from the palm's towards the fingers

PALM_DETECTORS: dict[HandVariant, DetectorSpec] = {
    variant: DetectorSpec(f"palm_detector_{variant}", 192, (8, 16, 16, 16), 2, low=0.0)
    for variant in ("lite", "full")
}


class PalmDetector(BoxDetector):
    """One palm detection network; its detections have seven keypoints.

    Args:
        variant: "lite" is faster.
        min_score: In [0, 1]; fainter palms are not reported.
        sessions: Where the network runs.
    """

    def __init__(
        self, variant: HandVariant = "full", min_score: float = 0.5, sessions: SessionConfig | None = None
    ) -> None:
        super().__init__(PALM_DETECTORS[variant], min_score, sessions)


def hand_roi(detection: Detection) -> Roi | None:
    """Square for the hand network around a palm, fingers up; None for a box without area."""
    low, high = detection.box_px[:2], detection.box_px[2:]
    wrist, knuckle = detection.keypoints_px[[WRIST, MIDDLE_KNUCKLE]]
    return grown_square((low + high) / 2.0, high - low, upright(wrist, knuckle), PALM_TO_HAND, CROP_OVER_PALM)


def grown_square(center_px: Array, size_px: Array, angle_rad: float, up: float, grow: float) -> Roi | None:
    """Square around a turned box.

    Args:
        center_px: (2,) the box's centre.
        size_px: (2,) its width and height along its own axes.
        angle_rad: Its turn, as of a `Roi`.
        up: Shift of the centre, in heights, upwards in the box.
        grow: Side over the box's long side.

    Returns:
        None for a box without area.
    """
    if not size_px.max() > 0:
        return None
    shift = up * size_px[1] * np.array([math.sin(angle_rad), -math.cos(angle_rad)])
    return Roi(center_px + shift, grow * float(size_px.max()), angle_rad)
