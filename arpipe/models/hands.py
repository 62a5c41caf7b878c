"""Hands: 21 points in px and metres, and whether it is the left or the right one."""

from dataclasses import dataclass

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import CropNetwork, Outputs, WorldObservation, rotate_to_image, to_image
from arpipe.models.palm_detector import HandVariant, grown_square
from arpipe.preprocess.crop import upright
from arpipe.topology import load_topology
from arpipe.types import Landmarks, Roi

NETWORKS: dict[HandVariant, str] = {"lite": "hand_landmarks_lite", "full": "hand_landmarks_full"}
OUTPUTS = ("landmarks", "presence", "handedness", "world")
SIDE_PX = 224
DEPTH_SCALE = 1.0 / 0.4  # of the network's z to its x, from the model's own graph

CROP_OVER_HAND = 2.0  # side of the next crop over the long side of the box around the steady points
HAND_UP = 0.1  # shift of the crop's centre towards the fingers, as a share of that box's height


@dataclass(frozen=True, slots=True, eq=False)
class HandObservation(WorldObservation):
    """A hand as the network reports it in one frame.

    Attributes:
        right_score: In [0, 1]; above 0.5, it is the person's right hand.
    """

    right_score: float


class HandMesh(CropNetwork[HandObservation]):
    """One landmark network for hands.

    Args:
        variant: "full", or "lite", which is faster.
        runtime: Loads the network and owns it.
    """

    def __init__(self, variant: HandVariant, runtime: Runtime) -> None:
        super().__init__(NETWORKS[variant], SIDE_PX, runtime, OUTPUTS)

    def decode(self, outputs: Outputs, roi: Roi) -> HandObservation:
        """Interpret the network's outputs for one square."""
        points = to_image(outputs["landmarks"], roi, SIDE_PX)
        points[:, 2] *= DEPTH_SCALE
        landmarks = Landmarks(points, float(outputs["presence"]), load_topology("hand"))
        world_m = rotate_to_image(outputs["world"], roi.angle_rad)
        return HandObservation(landmarks, next_roi(landmarks), world_m, float(outputs["handedness"]))


def next_roi(landmarks: Landmarks) -> Roi | None:
    """Return the square for the next frame: around palm and lower fingers, fingers up; None if they coincide."""
    wrist, middle = landmarks["wrist"][:2], landmarks["middle_mcp"][:2]
    sides = (landmarks["index_mcp"][:2] + landmarks["ring_mcp"][:2]) / 2.0
    angle = upright(wrist, (sides + middle) / 2.0)
    steady = landmarks.region("steady")[:, :2].astype(np.float64)
    image_from_hand = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    rotated_px = steady @ image_from_hand
    low, high = rotated_px.min(axis=0), rotated_px.max(axis=0)
    center = image_from_hand @ ((low + high) / 2.0)
    return grown_square(center, high - low, angle, HAND_UP, CROP_OVER_HAND)
