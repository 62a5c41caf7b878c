"""Which squares of a frame the landmark networks get."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.models.palm_detector import grown_square
from arpipe.preprocess.crop import square_around, upright
from arpipe.tracking.matching import best_match
from arpipe.types import Detection, Points, Roi

SAME_OVERLAP = 0.5  # intersection over union above which two squares show the same subject

FACE_OVER_POSE_POINTS = 3.0  # side of the face's search square over the box around the body's face landmarks
FACE_OVER_KEYPOINTS = 2.0  # side of the mesh's square over the box around the detector's key points,
FACE_UP = 0.1  # whose centre moves by this share of the box's height towards the forehead
RIGHT_EYE, LEFT_EYE = 5, 2  # of the body's landmarks
DETECTION_RIGHT_EYE, DETECTION_LEFT_EYE = 0, 1  # of a detection's key points

HAND_OVER_PALM_LENGTH = 2.7  # side of a hand's search square over twice the distance from wrist to knuckles
HAND_UP = 0.1


def associate(detected: Sequence[Roi], tracked: Sequence[Roi]) -> list[Roi]:
    """Return detected, then tracked squares; of squares that overlap, only the last one."""
    kept: list[Roi] = []
    for roi in chain(detected, tracked):
        kept = [other for other in kept if best_match(roi, [other], SAME_OVERLAP) is None]
        kept.append(roi)
    return kept


def face_search_roi(points_px: Points) -> Roi | None:
    """Return the square in which to detect the face of a body.

    Args:
        points_px: (11, 2 or more) the body's face landmarks.
    """
    low, high = points_px[:, :2].min(axis=0), points_px[:, :2].max(axis=0)
    if not (high - low).max() > 0:
        return None
    box = np.concatenate([low, high])
    return square_around(box, points_px[RIGHT_EYE, :2], points_px[LEFT_EYE, :2], FACE_OVER_POSE_POINTS)


def face_roi_from_keypoints(detection: Detection) -> Roi | None:
    """Return the face mesh's square around the key points of a detection."""
    points = detection.keypoints_px
    low, high = points.min(axis=0), points.max(axis=0)
    dx, dy = points[DETECTION_LEFT_EYE] - points[DETECTION_RIGHT_EYE]
    angle = float(np.arctan2(dy, dx))
    return grown_square((low + high) / 2.0, high - low, angle, FACE_UP, FACE_OVER_KEYPOINTS)


def hand_search_roi(wrist_px: Points, pinky_px: Points, index_px: Points) -> Roi | None:
    """Return the square around a hand of which only three landmarks of the body are known, (2,) each."""
    wrist = np.asarray(wrist_px, np.float64)
    knuckles = (2.0 * np.asarray(index_px, np.float64) + pinky_px) / 3.0
    side = 2.0 * float(np.linalg.norm(knuckles - wrist))
    return grown_square(
        knuckles, np.array([side, side]), upright(wrist, knuckles), HAND_UP, HAND_OVER_PALM_LENGTH
    )


def hand_roi_from_circle(center_px: Array, circle_px: Array) -> Roi | None:
    """Return the hand network's square around a circle that is given by two points, (2,) each."""
    side = 2.0 * float(np.linalg.norm(circle_px - center_px))
    return grown_square(center_px, np.array([side, side]), upright(circle_px, center_px), HAND_UP, 1.0)


@dataclass(frozen=True, slots=True)
class TrackingLimits:
    """How far a new square may differ from the tracked one before it replaces it.

    Attributes:
        turn_deg: Difference of the angles.
        shift: Of the centre along the new square's sides, over its side.
        stretch: Difference of the sides, over the new square's side.
        margin: The new square, grown by this share of its side, has to hold all tracked landmarks.
    """

    turn_deg: float
    shift: float
    stretch: float
    margin: float


FACE_LIMITS = TrackingLimits(turn_deg=15.0, shift=0.1, stretch=0.3, margin=-0.2)
HAND_LIMITS = TrackingLimits(turn_deg=40.0, shift=0.2, stretch=0.4, margin=-0.1)


def tracked_roi(tracked: Roi | None, points_px: Points, found: Roi, limits: TrackingLimits) -> Roi:
    """Return the tracked square while the one found in this frame confirms it, else the latter.

    Args:
        tracked: Square around the landmarks of the last frame; None when there were none.
        points_px: (n, 2 or more) those landmarks.
        found: Square found in this frame.
        limits: When the two agree.
    """
    if tracked is None:
        return found
    found_from_image = _turn(-found.angle_rad)
    turn = np.remainder(tracked.angle_rad - found.angle_rad + np.pi, 2.0 * np.pi) - np.pi
    shift = np.abs(found_from_image @ (tracked.center_px - found.center_px)).max()
    reach = np.abs((points_px[:, :2] - found.center_px) @ found_from_image.T).max()
    agrees = (
        abs(np.degrees(turn)) <= limits.turn_deg
        and shift <= limits.shift * found.size_px
        and abs(tracked.size_px - found.size_px) <= limits.stretch * found.size_px
        and reach < 0.5 * (1.0 + limits.margin) * found.size_px
    )
    return tracked if agrees else found


def _turn(angle_rad: float) -> Array:
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cosine, -sine], [sine, cosine]])
