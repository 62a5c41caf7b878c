"""People: where they are (detector) and 33 points of each body in px and metres (landmark network)."""

import math
from collections.abc import Sequence

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.inference.session import SessionConfig
from arpipe.models.crop_network import Answer, CropNetwork, Sighting, to_image, turned
from arpipe.models.detector import BoxDetector, DetectorSpec
from arpipe.models.heatmap import refined
from arpipe.models.ssd import probability
from arpipe.preprocess.crop import upright
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import Detection, Frame, Landmarks, Points, Roi

PERSON_DETECTOR = DetectorSpec("pose_detector", 224, (8, 16, 32, 32, 32), 2)
HIP_CENTER, BODY_CIRCLE = 0, 1  # of a detection's keypoints: the circle about the first holds the whole body

LANDMARK_NETWORK = "pose_landmarks_full"
OUTPUTS = ("landmarks", "presence", "heatmap", "world")  # the mask takes half the time and is read elsewhere
SIDE_PX = 256
BODY_POINTS = 33
CENTER_POINT, CIRCLE_POINT = 33, 34  # the network's own two keypoints for the next crop; 35 to 38 are unused
CROP_OVER_CIRCLE = 1.25  # as the network was trained


class PersonDetector(BoxDetector):
    """Finds people in a whole picture, surest first.

    Args:
        min_score: In [0, 1]; fainter people are not reported.
        sessions: Where the network runs.
    """

    def __init__(self, min_score: float = 0.5, sessions: SessionConfig | None = None) -> None:
        super().__init__(PERSON_DETECTOR, min_score, sessions)


class BodyPose:
    """The body's landmark network.

    Args:
        sessions: Where it runs.
    """

    def __init__(self, sessions: SessionConfig | None = None) -> None:
        self._network = CropNetwork(LANDMARK_NETWORK, SIDE_PX, OUTPUTS, sessions)

    @property
    def provider(self) -> str:
        """Where the network really runs."""
        return self._network.provider

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Sighting | None]:
        """The body in each square; stages `crop`, `infer` and `decode`.

        A body that is not there has a low score. The entry is None where the network answered with NaN.
        """
        return self._network.look(frame, rois, timer, decode)

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._network.close()


def decode(answer: Answer, roi: Roi) -> Sighting:
    """What the landmark network's outputs for one square mean."""
    crop = answer["landmarks"][:, :3].copy()
    crop[:, :2] = SIDE_PX * refined(crop[:, :2] / np.float32(SIDE_PX), answer["heatmap"])
    points = to_image(crop, roi, SIDE_PX)
    trust = probability(answer["landmarks"][:BODY_POINTS, 3:]).astype(np.float32)
    landmarks = Landmarks(
        points_px=points[:BODY_POINTS],
        score=float(answer["presence"]),
        topology=load_topology("body"),
        visibility=trust[:, 0],
        presence=trust[:, 1],
    )
    world_m = turned(answer["world"][:BODY_POINTS], roi.angle_rad)
    return Sighting(landmarks, world_m, _circle_square(points[CENTER_POINT, :2], points[CIRCLE_POINT, :2]))


def body_roi(detection: Detection) -> Roi | None:
    """Square for the landmark network around a person, head up; None when the keypoints coincide."""
    return _circle_square(detection.keypoints_px[HIP_CENTER], detection.keypoints_px[BODY_CIRCLE])


def _circle_square(center_px: Points | Array, circle_px: Points | Array) -> Roi | None:
    """Square around the circle about `center_px` through `circle_px`, turned so that this point comes on top."""
    center = np.asarray(center_px, np.float64)
    radius = float(np.linalg.norm(circle_px - center))
    if not 0 < radius < math.inf:
        return None
    return Roi(center, 2.0 * radius * CROP_OVER_CIRCLE, upright(center, circle_px))
