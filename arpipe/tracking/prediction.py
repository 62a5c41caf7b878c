"""Where subjects are in a frame on which no network runs: they keep most of their last speed."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

import numpy as np

from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.types import HeadPose, Points

DAMPING = 0.8  # share of the last speed; less error than 1.0 and 0.5, see tests/tracking/test_prediction.py
LONGEST_S = 0.2  # a speed predicts nothing beyond

State = TypeVar("State")


class Predictor(Generic[State]):
    """Predicts one subject from its last two observed states.

    Args:
        extrapolate: Called with the state before, the last state and a factor; returns the last state plus that
            multiple of the change between them. None if one cannot be compared with the other.
    """

    def __init__(self, extrapolate: Callable[[State, State, float], State | None]) -> None:
        self._extrapolate = extrapolate
        self._before: State | None = None
        self._last: State | None = None
        self._last_s = self._interval_s = math.inf

    def observe(self, state: State, time_s: float) -> None:
        """Record the state at a time."""
        self._before, self._last = self._last, state
        self._last_s, self._interval_s = time_s, time_s - self._last_s

    def reaches(self, time_s: float) -> bool:
        """Whether the last change predicts anything about a time."""
        ahead_s = time_s - self._last_s
        return self._before is not None and 0 < ahead_s <= LONGEST_S and 0 < self._interval_s <= LONGEST_S

    def predict(self, time_s: float) -> State | None:
        """Predict the state at a time; None if the last change predicts nothing about it."""
        if self._before is None or self._last is None or not self.reaches(time_s):
            return None
        factor = DAMPING * (time_s - self._last_s) / self._interval_s
        return self._extrapolate(self._before, self._last, factor)


def extrapolate_points(before: Points, last: Points, factor: float) -> Points:
    """Return (n, 2 or 3) points moved on by a multiple of their last change."""
    return last + np.float32(factor) * (last - before)


def extrapolate_pose(before: HeadPose | None, last: HeadPose | None, factor: float) -> HeadPose | None:
    """Return the last pose, turned and moved on by a multiple of its last change; as it is without one before."""
    if before is None or last is None:
        return last
    old, new = before.camera_from_head, last.camera_from_head
    turn = _scale_rotation(new.rotation @ old.rotation.T, factor)
    step_m = factor * (new.translation_m - old.translation_m)
    moved = RigidTransform(turn @ new.rotation, new.translation_m + step_m)
    return replace(last, camera_from_head=moved)


def _scale_rotation(rotation: Array, factor: float) -> Array:
    """Return the (3, 3) rotation about the same axis by `factor` times the angle, which is far below 180°."""
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
    angle = factor * math.atan2(sine, (float(np.trace(rotation)) - 1.0) / 2.0)
    x, y, z = axis / (2.0 * sine)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    scaled: Array = np.eye(3) + math.sin(angle) * cross + (1.0 - math.cos(angle)) * (cross @ cross)
    return scaled
