"""One person's body, and the face and hands that belong to it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.models.crop_network import Observation
from arpipe.models.face_detector import FaceDetector
from arpipe.models.face_mesh import FaceMesh, MeshKind
from arpipe.models.hand_recrop import HandRecrop
from arpipe.models.hands import HandMesh, HandObservation
from arpipe.timing import StageTimer
from arpipe.tracking.mediapipe.body import Body, BodyOptions, SingleBodyTracker
from arpipe.tracking.mediapipe.rois import (
    FACE_LIMITS,
    HAND_LIMITS,
    face_roi_from_keypoints,
    face_search_roi,
    hand_roi_from_circle,
    hand_search_roi,
    tracked_roi,
)
from arpipe.types import Frame, Landmarks, Points, Roi

FACE_LANDMARKS = 11  # the first ones of a body
HAND_LANDMARKS: dict[Literal["left", "right"], tuple[int, int, int]] = {
    "left": (15, 17, 19),  # wrist, pinky and index knuckle
    "right": (16, 18, 20),
}
MIN_WRIST_VISIBILITY = 0.1
MIN_SCORE = 0.5  # of the face and the hands; only the body's thresholds can be chosen


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person in one frame; what was not found is None."""

    body: Body
    face: Observation | None
    left_hand: HandObservation | None
    right_hand: HandObservation | None


class HolisticTracker:
    """Tracks the most prominent person.

    Args:
        options: Of the body.
        mesh: The face network.
        runtime: Loads the networks and owns them.
    """

    def __init__(self, options: BodyOptions, mesh: MeshKind, runtime: Runtime) -> None:
        self._body = SingleBodyTracker(options, runtime)
        self._face_detector = FaceDetector("short", runtime, MIN_SCORE)
        self._face_mesh = FaceMesh(mesh, runtime)
        self._recrop = HandRecrop(runtime)
        self._hand_mesh = HandMesh("full", runtime)
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._body.reset()
        self._face: Observation | None = None
        self._hands: dict[Literal["left", "right"], HandObservation | None] = {"left": None, "right": None}

    def update(self, frame: Frame, timer: StageTimer) -> Person | None:
        """Find the person in the next frame; None when there is none."""
        body = self._body.update(frame, timer)
        if body is None:
            self._face, self._hands = None, {"left": None, "right": None}
            return None
        landmarks = body.observation.landmarks
        # Hands and face follow their own last landmarks even where the body is found anew in every frame.
        self._hands = {
            side: self._find_hand(frame, landmarks, indices, self._hands[side], timer)
            for side, indices in HAND_LANDMARKS.items()
        }
        self._face = self._find_face(frame, landmarks.points_px[:FACE_LANDMARKS], timer)
        return Person(body, self._face, self._hands["left"], self._hands["right"])

    def _find_hand(
        self,
        frame: Frame,
        body: Landmarks,
        indices: tuple[int, int, int],
        last: HandObservation | None,
        timer: StageTimer,
    ) -> HandObservation | None:
        if body.visibility is not None and not body.visibility[indices[0]] > MIN_WRIST_VISIBILITY:
            return None
        rough = hand_search_roi(*body.points_px[list(indices), :2])
        circle = None if rough is None else self._recrop.locate(frame, [rough], timer)[0]
        found = None if circle is None else hand_roi_from_circle(*circle.astype(np.float64))
        if found is None:
            return None
        roi = (
            found
            if last is None
            else tracked_roi(last.next_roi, last.landmarks.points_px, found, HAND_LIMITS)
        )
        (hand,) = self._hand_mesh.locate(frame, [roi], timer)
        return hand if hand is not None and hand.landmarks.score > MIN_SCORE else None

    def _find_face(self, frame: Frame, points_px: Points, timer: StageTimer) -> Observation | None:
        rough = face_search_roi(points_px)
        detections = () if rough is None else self._face_detector.detect_rotated(frame, rough, timer)
        found = face_roi_from_keypoints(detections[0]) if detections else None
        if found is None:
            return None
        (face,) = self._face_mesh.locate(frame, [self._confirmed(found)], timer)
        return face if face is not None and face.landmarks.score > MIN_SCORE else None

    def _confirmed(self, found: Roi) -> Roi:
        last = self._face
        return (
            found
            if last is None
            else tracked_roi(last.next_roi, last.landmarks.points_px, found, FACE_LIMITS)
        )
