"""What a more accurate network says about the rotation, kept from one of its frames to the next."""

from arpipe.geometry.transforms import Array

GAIN = (
    0.75  # share of a new difference that is taken over: it changes as slowly as the head turns, but is noisy
)
NEWTON_STEPS = 3  # to the nearest rotation; a mean of rotations less than 30° apart needs two


class RotationCorrection:
    """The difference between the rotations of two fits, in the head frame.

    The landmarks that are shown give a rotation for every frame, the accurate ones now and then or for every frame.
    Their difference changes slowly, so what the last few told holds for the frames between.
    """

    def __init__(self) -> None:
        self._shown_from_accurate: Array | None = None

    def observe(self, shown: Array, accurate: Array) -> None:
        """Take in both (3, 3) rotations of one frame."""
        difference = shown.T @ accurate
        known = self._shown_from_accurate
        if known is not None:
            difference = _nearest_rotation(known + GAIN * (difference - known))
        self._shown_from_accurate = difference

    def apply(self, shown: Array) -> Array:
        """Correct a (3, 3) rotation; as it is while nothing is known."""
        return shown if self._shown_from_accurate is None else shown @ self._shown_from_accurate


def _nearest_rotation(matrix: Array) -> Array:
    for _ in range(NEWTON_STEPS):
        matrix = 1.5 * matrix - 0.5 * (matrix @ (matrix.T @ matrix))
    return matrix
