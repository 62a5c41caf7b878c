"""Affine maps of the plane: crop to image and back."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array, require_shape


@dataclass(frozen=True, slots=True, eq=False)
class Affine2D:
    """`p_to = matrix[:, :2] @ p_from + matrix[:, 2]`; named `<to>_from_<from>` like every transform.

    Attributes:
        matrix: (2, 3) float64.
    """

    matrix: Array

    def __post_init__(self) -> None:
        matrix = np.asarray(self.matrix, dtype=np.float64)
        require_shape("Affine2D.matrix", matrix, (2, 3))
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def unchecked(cls, matrix: Array) -> "Affine2D":
        """Return a map of a matrix that is known to be right: checking takes longer than computing one."""
        affine = object.__new__(cls)
        object.__setattr__(affine, "matrix", matrix)
        return affine

    @classmethod
    def from_similarity(cls, scale: float, angle_rad: float, origin_to: tuple[float, float]) -> "Affine2D":
        """Scale and turn (positive angles turn x towards y), then move the origin to `origin_to`."""
        cosine, sine = scale * math.cos(angle_rad), scale * math.sin(angle_rad)
        x, y = origin_to
        return cls.unchecked(np.array([[cosine, -sine, x], [sine, cosine, y]]))

    @property
    def scale(self) -> float:
        """Square root of the area factor."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    def __matmul__(self, other: "Affine2D") -> "Affine2D":
        """Chain: `(a_from_b @ b_from_c)` is `a_from_c`."""
        linear = self.matrix[:, :2] @ other.matrix[:, :2]
        offset = self.matrix[:, :2] @ other.matrix[:, 2] + self.matrix[:, 2]
        return Affine2D.unchecked(np.column_stack([linear, offset]))

    def inverse(self) -> "Affine2D":
        """Return the inverse transform.

        Raises:
            ValueError: The map squeezes the plane to a line.
        """
        (xx, xy, x0), (yx, yy, y0) = self.matrix.tolist()
        area = xx * yy - xy * yx
        if abs(area) < 1e-12:
            raise ValueError(f"Affine2D cannot be inverted: {self.matrix.tolist()}")
        back_x, back_y = (yy / area, -xy / area), (-yx / area, xx / area)
        rows = [(to_x, to_y, -(to_x * x0 + to_y * y0)) for to_x, to_y in (back_x, back_y)]
        return Affine2D.unchecked(np.array(rows))

    def apply(self, points: npt.ArrayLike) -> Array:
        """Map (…, 2) points."""
        return np.asarray(points, dtype=np.float64) @ self.matrix[:, :2].T + self.matrix[:, 2]
