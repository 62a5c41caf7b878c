"""arpipe's results as the containers of tasks."""

import numpy as np

from arpipe.mediapipe.convert import side_of
from arpipe.mediapipe.tasks.components.containers.category import Category
from arpipe.mediapipe.tasks.components.containers.landmark import Landmark, NormalizedLandmark
from arpipe.models.crop_network import WorldObservation
from arpipe.models.hands import HandObservation
from arpipe.types import Frame, Landmarks, Points

LABELS = ("Right", "Left")  # the person's own, unlike those of solutions


def normalized_landmarks(landmarks: Landmarks, frame: Frame) -> list[NormalizedLandmark]:
    """Return landmarks in sizes of the frame, with visibility and presence where they are known, else 0."""
    points = landmarks.points_px / np.array([frame.width, frame.height, frame.width], np.float64)
    return [NormalizedLandmark(*row) for row in np.column_stack([points, _trust(landmarks)]).tolist()]


def world_landmarks(observed: WorldObservation) -> list[Landmark]:
    """Return landmarks in metres, with visibility and presence where they are known, else 0."""
    rows = np.column_stack([observed.world_m, _trust(observed.landmarks)])
    return [Landmark(*row) for row in rows.tolist()]


def _trust(landmarks: Landmarks) -> Points:
    """Return (n, 2) visibility and presence."""
    if landmarks.visibility is None or landmarks.presence is None:
        return np.zeros((len(landmarks.points_px), 2), np.float32)
    return np.column_stack([landmarks.visibility, landmarks.presence])


def handedness(hand: HandObservation) -> list[Category]:
    """Return the likelier side of the person."""
    index, score = side_of(hand)
    return [Category(index=index, score=score, display_name=LABELS[index], category_name=LABELS[index])]
