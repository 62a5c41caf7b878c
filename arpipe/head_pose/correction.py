"""Correction of the rotation by a more accurate network, kept between the frames it runs on."""

import math

import numpy as np

from arpipe.geometry.transforms import Array

# Share of a new difference that is adopted. It changes as slowly as the head turns, but is noisy: by 0.2° to 0.5°
# between observations at rest, by degrees while the head turns. At rest, the share falls from 1 over the first
# observations, whose mean is kept, to the least.
LEAST_GAIN, GAIN, FULL_GAIN_RAD = 0.05, 0.75, math.radians(2.0)
STALE_FRAMES = 15  # without the accurate landmarks, after which the last correction fades
FADE = 0.9  # share of it that is left after each further frame
FIRST_OBSERVATIONS = 5  # wanted at once; at rest, their mean is steady enough from then on
NEWTON_STEPS = 3  # to the nearest rotation; a mean of rotations less than 30° apart needs two


class RotationCorrection:
    """The difference between the rotations of two fits, in the head frame.

    The displayed landmarks give a rotation for every frame, the accurate ones for some or all frames. Their difference
    changes slowly, so the mean of the last few observations holds for the frames between.
    """

    def __init__(self) -> None:
        self._shown_from_accurate: Array | None = None
        self._unobserved = 0
        self._observations = 0
        self._observed_at: Array = np.eye(3)

    def wants_observation(self, shown: Array, turn_rad: float) -> bool:
        """Whether an observation at a (3, 3) rotation would tell more than the last ones.

        Args:
            shown: The rotation.
            turn_rad: Turn since the last observation, after which another one is wanted.
        """
        if self._observations < FIRST_OBSERVATIONS:
            return True
        return _angle_rad(shown - self._observed_at) > turn_rad

    def observe(self, shown: Array, accurate: Array) -> None:
        """Add both (3, 3) rotations of one frame."""
        difference = shown.T @ accurate
        known = self._shown_from_accurate
        self._unobserved = 0
        self._observations += 1
        self._observed_at = shown
        if known is not None:
            change = difference - known
            angle_rad = _angle_rad(change)
            rest = max(LEAST_GAIN, 1.0 / self._observations)
            gain = min(rest + (angle_rad / FULL_GAIN_RAD) ** 2, GAIN)
            difference = _nearest_rotation(known + gain * change)
        self._shown_from_accurate = difference

    def apply(self, shown: Array) -> Array:
        """Correct the (3, 3) rotation of a frame; unchanged before the first observation."""
        if self._shown_from_accurate is None:
            return shown
        self._unobserved += 1
        if self._unobserved > STALE_FRAMES:
            faded = np.eye(3) + FADE * (self._shown_from_accurate - np.eye(3))
            self._shown_from_accurate = _nearest_rotation(faded)
        return shown @ self._shown_from_accurate


def _angle_rad(change: Array) -> float:
    """Return the angle between two rotations that differ by a (3, 3) change, if it is small."""
    return float(np.linalg.norm(change)) / math.sqrt(2.0)


def _nearest_rotation(matrix: Array) -> Array:
    for _ in range(NEWTON_STEPS):
        matrix = 1.5 * matrix - 0.5 * (matrix @ (matrix.T @ matrix))
    return matrix
