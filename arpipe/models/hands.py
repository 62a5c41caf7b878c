"""21 points of a hand in px and metres, and whether it is a left or a right one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.inference.session import SessionConfig
from arpipe.models.crop_network import Answer, CropNetwork, Sighting, to_image, turned
from arpipe.models.palm_detector import HandVariant, grown_square
from arpipe.preprocess.crop import upright
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import Frame, Landmarks, Roi

NETWORKS: dict[HandVariant, str] = {"lite": "hand_landmarks_lite", "full": "hand_landmarks_full"}
OUTPUTS = ("landmarks", "presence", "handedness", "world")
SIDE_PX = 224
DEPTH_SCALE = 1.0 / 0.4  # of the network's z to its x, from the model's own graph

CROP_OVER_HAND = 2.0  # side of the next crop over the long side of the box around the steady points,
HAND_UP = 0.1  # whose centre moves by this share of the box's height towards the fingers


@dataclass(frozen=True, slots=True, eq=False)
class HandSighting(Sighting):
    """One answer of the hand network.

    Attributes:
        right_score: In [0, 1]; above a half, it is the person's right hand.
    """

    right_score: float


class HandMesh:
    """One hand landmark network.

    Args:
        variant: "lite" is faster.
        sessions: Where the network runs.
    """

    def __init__(self, variant: HandVariant = "full", sessions: SessionConfig | None = None) -> None:
        self._network = CropNetwork(NETWORKS[variant], SIDE_PX, OUTPUTS, sessions)

    @property
    def provider(self) -> str:
        """Where the network really runs."""
        return self._network.provider

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[HandSighting | None]:
        """The hand in each square; stages `crop`, `infer` and `decode`.

        A hand that is not there has a low score. The entry is None where the network answered with NaN.
        """
        return self._network.look(frame, rois, timer, decode)

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._network.close()


def decode(answer: Answer, roi: Roi) -> HandSighting:
    """What the network's outputs for one square mean."""
    points = to_image(answer["landmarks"], roi, SIDE_PX)
    points[:, 2] *= DEPTH_SCALE
    landmarks = Landmarks(points, float(answer["presence"]), load_topology("hand"))
    world_m = turned(answer["world"], roi.angle_rad)
    return HandSighting(landmarks, world_m, next_roi(landmarks), float(answer["handedness"]))


def next_roi(landmarks: Landmarks) -> Roi | None:
    """Square for the next frame around palm and lower fingers, fingers up; None if they fall into one point."""
    wrist, middle = landmarks["wrist"][:2], landmarks["middle_mcp"][:2]
    sides = (landmarks["index_mcp"][:2] + landmarks["ring_mcp"][:2]) / 2.0
    angle = upright(wrist, (sides + middle) / 2.0)
    steady = landmarks.region("steady")[:, :2].astype(np.float64)
    image_from_hand = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned_px = steady @ image_from_hand
    low, high = turned_px.min(axis=0), turned_px.max(axis=0)
    center = image_from_hand @ ((low + high) / 2.0)
    return grown_square(center, high - low, angle, HAND_UP, CROP_OVER_HAND)
