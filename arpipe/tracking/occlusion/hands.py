"""Hands before faces: looked for near a face only, now and then, and drawn as what they cover."""

from collections.abc import Collection, Sequence
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.inference.runtime import Runtime
from arpipe.models.hands import HandMesh, HandObservation
from arpipe.models.palm_detector import HandVariant, PalmDetector, hand_roi
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.hands import HandTracker
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.tracking.networks import Networks
from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.hair import near_sides, temple_shares
from arpipe.tracking.occlusion.hand_check import HandCheck
from arpipe.tracking.occlusion.palms import PalmsNearFaces
from arpipe.tracking.occlusion.turns import SearchTurns
from arpipe.tracking.occlusion.zones import Zones
from arpipe.tracking.settings import Mode
from arpipe.types import Points, TrackedHand

MAX_HANDS = 4  # of all people in a frame
PALM = (0, 1, 5, 9, 13, 17)
FINGER_OVER_PALM = 0.27  # width of a finger over the width of the palm
# Of what lies between the landmark of the wrist and the forearm, over the length and the width of the palm.
HEEL_OVER_PALM, HEEL_WIDTH = 0.35, 0.75
SKIN_REACH = 0.05  # over the crop's side, within which skin beside the face belongs to a hand
SUBPIXEL_BITS = 4


class HandsNearFaces:
    """Tracks the hands near faces; `open` loads its networks.

    Args:
        tracker: Tracks hands that `palms` finds.
        palms: Looks around faces.
        mode: "image" searches every frame. "video" uses what is found in the next frame, so that results do not depend
            on the speed of the machine; "live" uses it as soon as it is there.
    """

    def __init__(self, tracker: HandTracker, palms: PalmsNearFaces, mode: Mode) -> None:
        self._tracker, self._palms, self._mode = tracker, palms, mode
        self._turns = SearchTurns()
        self._hands: tuple[TrackedHand, ...] = ()

    @classmethod
    def open(cls, runtime: Runtime, variant: HandVariant, mode: Mode) -> Self:
        """Load the networks; the runtime owns them."""
        config = HandTrackerConfig(
            detector=variant, landmarks=variant, mode=mode, redetect_every=1, max_hands=MAX_HANDS
        )
        detector, mesh = PalmDetector(variant, runtime, config.min_detection), HandMesh(variant, runtime)
        check = None if mode == "image" else HandCheck(mesh.beside())
        palms = PalmsNearFaces(detector, runtime.background, check)
        networks: Networks[HandObservation] = Networks(palms, hand_roi, mesh)
        return cls(HandTracker(config, networks), palms, mode)

    def update(self, context: FrameContext, alert: Collection[int]) -> tuple[TrackedHand, ...]:
        """Return the hands near the faces of the next frame.

        Args:
            context: The frame and its faces.
            alert: Ids of faces before which something seems to move.
        """
        if self._mode == "image":
            self._palms.begin(context, context.faces)
        found = self._palms.take(context.timer, waits=self._mode != "live")
        self._hands = self._tracker.update(context) if found or self._hands else ()
        if self._mode != "image":
            self._turns.count(context.faces, alert)
            if not self._palms.is_searching:
                self._palms.begin(context, self._turns.take(context.faces))
        return self._hands

    def reset(self) -> None:
        """Forget all hands."""
        self._tracker.reset()
        self._palms.reset()
        self._turns, self._hands = SearchTurns(), ()


def hands_before(hands: Sequence[TrackedHand], crop: CroppedFace) -> Points | None:
    """Return (s, s) float32, 1 on hands in the crop of a face; None if there is none."""
    if not hands:
        return None
    canvas = np.zeros((crop.side, crop.side), np.uint8)
    crop_from_image = crop.image_from_crop.inverse()
    drawn = False
    for hand in hands:
        points = crop_from_image.apply(hand.landmarks.points_px[:, :2])
        if ((points > 0) & (points < crop.side)).all(axis=1).any():
            _draw(canvas, points)
            drawn = True
    return np.asarray(canvas * np.float32(1.0 / 255.0), np.float32) if drawn else None


def whole_hands(hands: Points, skin: Points, zones: Zones, crop: CroppedFace) -> Points:
    """Return (s, s) float32 as `hands`, with the skin beside the face that is next to them: landmarks are within hands.

    On a side that is turned away, the front of glasses lies before a hand beside the face.

    Args:
        hands: (s, s) float32, 1 on hands.
        skin: (s, s) float32 probabilities.
        zones: Parts of the face.
        crop: The face.
    """
    reach = 2 * round(SKIN_REACH * crop.side) + 1
    near = np.asarray(cv2.dilate(hands, np.ones((reach, reach), np.uint8)), np.float32)
    beside = skin * (1 - zones.face) * temple_shares(crop, near_sides(crop))
    return np.maximum(hands, near * beside)


def _draw(canvas: np.ndarray, points: np.ndarray) -> None:
    """Draw fingers as lines with round ends, the palm between them, and the heel of the hand down to the forearm."""
    palm_width = float(np.linalg.norm(points[5] - points[17]))
    palm_length = float(np.linalg.norm(points[0] - points[9]))
    width = max(palm_width, 0.7 * palm_length)
    arm = np.stack([points[0], points[0] + HEEL_OVER_PALM * (points[0] - points[9])])
    _stroke(canvas, [arm], HEEL_WIDTH * width)
    _stroke(canvas, list(points[load_topology("hand").edges]), FINGER_OVER_PALM * width)
    palm = cv2.convexHull(_fixed(points[list(PALM)]))
    cv2.fillConvexPoly(canvas, palm, 255, cv2.LINE_AA, SUBPIXEL_BITS)


def _stroke(canvas: np.ndarray, lines: Sequence[np.ndarray], width: float) -> None:
    fixed = [_fixed(line)[:, None] for line in lines]
    cv2.polylines(canvas, fixed, False, 255, max(1, round(width)), cv2.LINE_AA, SUBPIXEL_BITS)


def _fixed(points: np.ndarray) -> npt.NDArray[np.int32]:
    return np.asarray(np.rint(points * (1 << SUBPIXEL_BITS)), np.int32)
