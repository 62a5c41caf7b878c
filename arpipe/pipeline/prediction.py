"""Where faces are in a frame that no network looks at: they go on moving as they did, a little less."""

import math
from dataclasses import dataclass, replace

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.types import HeadPose, TrackedFace

DAMPING = 0.8  # share of the last speed; less error than 1.0 and 0.5, see tests/pipeline/test_prediction.py
LONGEST_S = 0.2  # a speed says nothing about what comes later


@dataclass(frozen=True, slots=True, eq=False)
class _Motion:
    """The last two sights of a face; `before` is None when there is one only, or another network saw it."""

    face: TrackedFace
    before: TrackedFace | None
    time_s: float
    interval_s: float


class Predictor:
    """Remembers the faces' last movements.

    Faces are told apart by `track_id`.
    """

    def __init__(self) -> None:
        self._motions: dict[int, _Motion] = {}

    def observe(self, faces: tuple[TrackedFace, ...], time_s: float) -> None:
        """Take in the faces that were seen at a time."""
        self._motions = {face.track_id: self._motion(face, time_s) for face in faces}

    def predict(self, time_s: float) -> tuple[TrackedFace, ...]:
        """The last seen faces, moved to where they probably are; in their order."""
        return tuple(_moved(motion, time_s) for motion in self._motions.values())

    def reset(self) -> None:
        """Forget all faces."""
        self._motions = {}

    def _motion(self, face: TrackedFace, time_s: float) -> _Motion:
        known = self._motions.get(face.track_id)
        if known is None or known.face.landmarks.topology is not face.landmarks.topology:
            return _Motion(face, None, time_s, math.inf)
        return _Motion(face, known.face, time_s, time_s - known.time_s)


def _moved(motion: _Motion, time_s: float) -> TrackedFace:
    face, before = motion.face, motion.before
    older = replace(face, age_frames=face.age_frames + 1)
    ahead_s = time_s - motion.time_s
    if before is None or not (0 < ahead_s <= LONGEST_S and 0 < motion.interval_s <= LONGEST_S):
        return older
    share = DAMPING * ahead_s / motion.interval_s
    points = face.landmarks.points_px + share * (face.landmarks.points_px - before.landmarks.points_px)
    landmarks = replace(face.landmarks, points_px=points.astype(np.float32))
    return replace(older, landmarks=landmarks, pose=_moved_pose(before.pose, face.pose, share))


def _moved_pose(before: HeadPose | None, pose: HeadPose | None, share: float) -> HeadPose | None:
    if before is None or pose is None:
        return pose
    old, new = before.camera_from_head, pose.camera_from_head
    turn = _scaled_turn(new.rotation @ old.rotation.T, share)
    step_m = share * (new.translation_m - old.translation_m)
    return replace(pose, camera_from_head=RigidTransform(turn @ new.rotation, new.translation_m + step_m))


def _scaled_turn(rotation: Array, share: float) -> Array:
    """(3, 3) rotation about the same axis by `share` of the angle; turns between frames are far below 180°."""
    axis = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    sine = float(np.linalg.norm(axis)) / 2.0
    if sine < 1e-12:
        return np.eye(3)
    angle = share * math.atan2(sine, (float(np.trace(rotation)) - 1.0) / 2.0)
    x, y, z = axis / (2.0 * sine)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn: Array = np.eye(3) + math.sin(angle) * cross + (1.0 - math.cos(angle)) * (cross @ cross)
    return turn
