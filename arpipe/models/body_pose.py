"""Bodies: a person detector, and a landmark network for 33 points in px and metres."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import CropNetwork, Outputs, WorldObservation, rotate_to_image, to_image
from arpipe.models.detector import BoxDetector, DetectorSpec
from arpipe.models.heatmap import refine
from arpipe.models.ssd import probability
from arpipe.preprocess.crop import upright
from arpipe.topology import load_topology
from arpipe.types import Detection, Landmarks, Points, Roi

PERSON_DETECTOR = DetectorSpec("pose_detector", 224, (8, 16, 32, 32, 32), 2)
HIP_CENTER, BODY_CIRCLE = (
    0,
    1,
)  # keypoints of a detection: the circle about the first one holds the whole body

LANDMARK_NETWORK = "pose_landmarks_full"
OUTPUTS = ("landmarks", "presence", "heatmap", "world")
MASK_OUTPUT = "mask"  # takes half the time, so it is computed on request only
SIDE_PX = 256
BODY_POINTS = 33
CENTER_POINT, CIRCLE_POINT = 33, 34  # keypoints for the next crop; 35 to 38 are unused
CROP_OVER_CIRCLE = 1.25  # as the network was trained


class PersonDetector(BoxDetector):
    """Detects people in a whole frame, highest score first.

    Args:
        runtime: Loads the network and owns it.
        min_score: In [0, 1]; people with a lower score are not reported.
    """

    def __init__(self, runtime: Runtime, min_score: float = 0.5) -> None:
        super().__init__(PERSON_DETECTOR, runtime, min_score)


@dataclass(frozen=True, slots=True, eq=False)
class BodyObservation(WorldObservation):
    """A body as the network reports it in one frame.

    Attributes:
        roi: The square that the network was given.
        circle_px: (2, 2) float32, image px: the centre of the hips, and a point on the circle about it that holds the
            whole body. The next square is around this circle, with the point on top.
        mask: (256, 256) float32 in [0, 1], the person in the square; None unless asked for.
    """

    roi: Roi
    circle_px: Points
    mask: Points | None


class BodyPose(CropNetwork[BodyObservation]):
    """The landmark network for bodies.

    Args:
        runtime: Loads the network and owns it.
        mask: Compute the person mask too.
    """

    def __init__(self, runtime: Runtime, *, mask: bool = False) -> None:
        super().__init__(LANDMARK_NETWORK, SIDE_PX, runtime, (*OUTPUTS, MASK_OUTPUT) if mask else OUTPUTS)

    def decode(self, outputs: Outputs, roi: Roi) -> BodyObservation:
        """Interpret the network's outputs for one square."""
        crop = outputs["landmarks"][:, :3].copy()
        crop[:, :2] = SIDE_PX * refine(crop[:, :2] / np.float32(SIDE_PX), outputs["heatmap"])
        points = to_image(crop, roi, SIDE_PX)
        trust = probability(outputs["landmarks"][:BODY_POINTS, 3:]).astype(np.float32)
        landmarks = Landmarks(
            points_px=points[:BODY_POINTS],
            score=float(outputs["presence"]),
            topology=load_topology("body"),
            visibility=trust[:, 0],
            presence=trust[:, 1],
        )
        circle_px = points[[CENTER_POINT, CIRCLE_POINT], :2]
        mask = outputs.get(MASK_OUTPUT)
        return BodyObservation(
            landmarks=landmarks,
            next_roi=circle_roi(*circle_px),
            world_m=rotate_to_image(outputs["world"][:BODY_POINTS], roi.angle_rad),
            roi=roi,
            circle_px=circle_px,
            mask=None if mask is None else probability(mask).astype(np.float32),
        )


def body_roi(detection: Detection) -> Roi | None:
    """Return the square for the landmark network around a person, head up; None when the keypoints coincide."""
    return circle_roi(detection.keypoints_px[HIP_CENTER], detection.keypoints_px[BODY_CIRCLE])


def circle_roi(center_px: Points | Array, circle_px: Points | Array) -> Roi | None:
    """Return the square around the circle about one point through another, which comes on top in the crop."""
    center = np.asarray(center_px, np.float64)
    radius = float(np.linalg.norm(circle_px - center))
    if not 0 < radius < math.inf:
        return None
    return Roi(center, 2.0 * radius * CROP_OVER_CIRCLE, upright(center, circle_px))
