"""Detects faces in a whole frame: short range (to about 2 m) and full range (to about 5 m)."""

from typing import Literal

from arpipe.inference.runtime import Runtime
from arpipe.models.detector import BoxDetector, DetectorSpec
from arpipe.preprocess.crop import square_around
from arpipe.preprocess.sampler import Border
from arpipe.types import Detection, Roi

RIGHT_EYE, LEFT_EYE, NOSE_TIP, MOUTH, RIGHT_EAR, LEFT_EAR = range(6)
"""Order of the keypoints of a face detection; right and left are the person's."""

CROP_OVER_BOX = 1.5  # side of the crops that the face mesh was trained on, over the detector's box

DETECTORS = {
    "short": DetectorSpec("face_detector_short", 128, (8, 16, 16, 16), 2),
    "full": DetectorSpec("face_detector_full", 192, (4,), 1),
}


class FaceDetector(BoxDetector):
    """One detection network; its detections have six keypoints.

    Args:
        reach: "short" or "full" range.
        runtime: Loads the network and owns it.
        min_score: In [0, 1]; faces with a lower score are not reported.
        border: As in `BoxDetector`.
    """

    def __init__(
        self,
        reach: Literal["short", "full"],
        runtime: Runtime,
        min_score: float = 0.5,
        border: Border = "zero",
    ) -> None:
        super().__init__(DETECTORS[reach], runtime, min_score, border)


def face_roi(detection: Detection) -> Roi | None:
    """Return the square for the face mesh around a detection, eyes level; None for a box without area."""
    x0, y0, x1, y1 = detection.box_px
    if not max(x1 - x0, y1 - y0) > 0:
        return None
    eyes = detection.keypoints_px[[RIGHT_EYE, LEFT_EYE]]
    return square_around(detection.box_px, eyes[0], eyes[1], CROP_OVER_BOX)
