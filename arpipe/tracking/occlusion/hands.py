"""Hands before faces: looked for near a face only, now and then, and drawn as what they cover."""

from collections.abc import Sequence
from typing import Self

import cv2
import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.models.hands import HandMesh, HandObservation
from arpipe.models.palm_detector import HandVariant, PalmDetector, hand_roi
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.hands import HandTracker, HandTrackerConfig
from arpipe.tracking.networks import Detector, Networks
from arpipe.tracking.occlusion.crop import CroppedFace, face_square
from arpipe.tracking.settings import Mode
from arpipe.types import Detection, Frame, Points, TrackedFace, TrackedHand

AREA = 1.5  # side of the searched square over the face's
ALERT_EVERY, CALM_EVERY = (
    3,
    20,
)  # frames between searches, while something moves before the face, and otherwise
PALM = (0, 1, 5, 9, 13, 17)
FINGER_OVER_PALM = 0.27  # width of a finger over the width of the palm
SUBPIXEL_BITS = 4


class PalmsNearFaces:
    """A palm detector that looks at the squares around some faces only.

    Args:
        detector: Detects palms in a picture.

    Attributes:
        faces: Faces to look around; assign before each frame.
    """

    def __init__(self, detector: Detector) -> None:
        self.faces: Sequence[TrackedFace] = ()
        self._detector = detector

    def detect(self, frame: Frame, timer: StageTimer) -> Sequence[Detection]:
        """Detect palms near the faces, highest score first."""
        found: list[Detection] = []
        for face in self.faces:
            left, top, right, bottom = _area_around(face, frame)
            if right - left < 2 or bottom - top < 2:
                continue
            part = Frame(
                np.ascontiguousarray(frame.pixels[top:bottom, left:right]), frame.captured_s, frame.index
            )
            shift = np.array([left, top], np.float64)
            for each in self._detector.detect(part, timer):
                box_px = each.box_px + np.tile(shift, 2)
                found.append(Detection(box_px, each.keypoints_px + shift, each.score))
        return sorted(found, key=lambda each: -each.score)


class HandsNearFaces:
    """Tracks the hands near faces; `open` loads its networks.

    Args:
        tracker: Tracks hands that `palms` finds.
        palms: Looks around faces.
        mode: "image" looks at every frame.
    """

    def __init__(self, tracker: HandTracker, palms: PalmsNearFaces, mode: Mode) -> None:
        self._tracker, self._palms, self._mode = tracker, palms, mode
        self._wait = 0
        self._hands: tuple[TrackedHand, ...] = ()

    @classmethod
    def open(cls, runtime: Runtime, variant: HandVariant, mode: Mode) -> Self:
        """Load the networks; the runtime owns them."""
        config = HandTrackerConfig(detector=variant, landmarks=variant, mode=mode)
        palms = PalmsNearFaces(PalmDetector(variant, runtime, config.min_detection))
        networks: Networks[HandObservation] = Networks(palms, hand_roi, HandMesh(variant, runtime))
        return cls(HandTracker(config, networks), palms, mode)

    def update(self, context: FrameContext, *, alert: bool) -> tuple[TrackedHand, ...]:
        """Return the hands near the faces of the next frame.

        Args:
            context: The frame and its faces.
            alert: Whether something seems to move before a face.
        """
        self._wait -= 1
        due = self._mode == "image" or self._wait <= 0 or (alert and self._wait <= CALM_EVERY - ALERT_EVERY)
        if due:
            self._wait = CALM_EVERY
        if not (due or self._hands):
            return ()
        self._palms.faces = context.faces if due else ()
        self._hands = self._tracker.update(context)
        return self._hands

    def reset(self) -> None:
        """Forget all hands."""
        self._tracker.reset()
        self._wait, self._hands = 0, ()


def hands_before(hands: Sequence[TrackedHand], crop: CroppedFace) -> Points | None:
    """Return (s, s) float32, 1 on hands in the crop of a face; None if there is none."""
    canvas = np.zeros((crop.side, crop.side), np.uint8)
    crop_from_image = crop.image_from_crop.inverse()
    drawn = False
    for hand in hands:
        points = crop_from_image.apply(hand.landmarks.points_px[:, :2])
        if ((points > 0) & (points < crop.side)).all(axis=1).any():
            _draw(canvas, points)
            drawn = True
    return np.asarray(canvas * np.float32(1.0 / 255.0), np.float32) if drawn else None


def _draw(canvas: np.ndarray, points: np.ndarray) -> None:
    """Draw fingers as lines with round ends, and the palm between them."""
    palm_width = float(np.linalg.norm(points[5] - points[17]))
    palm_length = float(np.linalg.norm(points[0] - points[9]))
    width = max(1, round(FINGER_OVER_PALM * max(palm_width, 0.7 * palm_length)))
    fixed = np.rint(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.polylines(
        canvas,
        list(fixed[load_topology("hand").edges][:, :, None]),
        False,
        255,
        width,
        cv2.LINE_AA,
        SUBPIXEL_BITS,
    )
    cv2.fillConvexPoly(canvas, cv2.convexHull(fixed[list(PALM)]), 255, cv2.LINE_AA, SUBPIXEL_BITS)


def _area_around(face: TrackedFace, frame: Frame) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the part of a frame in which hands may reach a face."""
    square = face_square(face.landmarks)
    half = AREA * square.size_px / 2.0
    x, y = square.center_px.tolist()
    return (
        max(0, round(x - half)),
        max(0, round(y - half)),
        min(frame.width, round(x + half)),
        min(frame.height, round(y + half)),
    )
