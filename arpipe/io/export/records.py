"""Faces, bodies and hands as an export writes them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from arpipe.types import HeadPose, Landmarks, TrackedBody, TrackedFace, TrackedHand

# Digits after the point, well below what is measured: 0.01 px, 0.0001°, 0.01 mm, 1 µs.
_PX, _DEG, _M, _UNIT = 2, 4, 5, 6
SECONDS_DIGITS = 6


def face_record(face: TrackedFace) -> dict[str, Any]:
    """A face."""
    return {
        **_identity(face.track_id, face.landmarks),
        "landmarks": rounded(face.landmarks.points_px, _PX),
        "pose": None if face.pose is None else _pose_record(face.pose),
    }


def body_record(body: TrackedBody) -> dict[str, Any]:
    """A body; visibility is the fourth value of its landmarks."""
    points = rounded(body.landmarks.points_px, _PX)
    visibility = body.landmarks.visibility
    if visibility is not None:
        seen = rounded(visibility, _DEG)
        points = [[*point, share] for point, share in zip(points, seen, strict=True)]
    return {
        **_identity(body.track_id, body.landmarks),
        "landmarks": points,
        "world": rounded(body.world_m, _M),
    }


def hand_record(hand: TrackedHand) -> dict[str, Any]:
    """A hand."""
    return {
        **_identity(hand.track_id, hand.landmarks),
        "side": hand.side,
        "side_score": round(hand.side_score, _DEG),
        "landmarks": rounded(hand.landmarks.points_px, _PX),
        "world": rounded(hand.world_m, _M),
    }


def _identity(track_id: int, landmarks: Landmarks) -> dict[str, Any]:
    return {
        "id": track_id,
        "score": round(landmarks.score, _DEG),
        "box": rounded(landmarks.box_px, _PX),
    }


def _pose_record(pose: HeadPose) -> dict[str, Any]:
    angles = pose.angles
    return {
        "yaw_deg": round(angles.yaw_deg, _DEG),
        "pitch_deg": round(angles.pitch_deg, _DEG),
        "roll_deg": round(angles.roll_deg, _DEG),
        "translation_m": rounded(pose.camera_from_head.translation_m, _M),
        "camera_from_head": rounded(pose.camera_from_head.matrix(), _UNIT),
        "error_px": round(pose.error_px, _DEG),
        "pupillary_distance_mm": _rounded_or_none(pose.pupillary_distance_mm),
    }


def _rounded_or_none(value: float | None) -> float | None:
    return None if value is None else round(value, _DEG)


def rounded(values: npt.NDArray[np.floating[Any]], digits: int) -> Any:
    """Nested lists of floats that print with at most `digits` after the point."""
    return np.round(values.astype(np.float64), digits).tolist()
