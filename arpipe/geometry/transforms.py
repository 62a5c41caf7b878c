"""Rigid transforms and the three head angles."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FLIP_YZ: Array = np.diag([1.0, -1.0, -1.0])
"""Turns (x right, y down, z forward) into (x right, y up, z backward) and back."""

ORTHONORMAL_TOLERANCE = 1e-4  # float32 matrices from files pass, a sheared one does not


def require_shape(name: str, array: npt.NDArray[np.generic], shape: tuple[int | None, ...]) -> None:
    """Raise ValueError unless `array` has `shape`; None stands for any size."""
    if array.shape == shape:
        return
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        expected = "(" + ", ".join("n" if size is None else str(size) for size in shape) + ")"
        raise ValueError(f"{name}: expected {expected}, got {array.shape} {array.dtype}")


def _is_rotation(matrix: Array) -> bool:
    """Whether a (3, 3) matrix is orthonormal and no reflection; in plain floats, a third of NumPy's time."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    deviations = (
        a * a + b * b + c * c - 1.0,
        d * d + e * e + f * f - 1.0,
        g * g + h * h + i * i - 1.0,
        a * d + b * e + c * f,
        a * g + b * h + c * i,
        d * g + e * h + f * i,
    )
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return all(abs(deviation) < ORTHONORMAL_TOLERANCE for deviation in deviations) and determinant > 0.0


@dataclass(frozen=True, slots=True, eq=False)
class RigidTransform:
    """Rotation, then translation: `p_to = rotation @ p_from + translation_m`.

    Attributes:
        rotation: (3, 3) float64, orthonormal, determinant +1.
        translation_m: (3,) float64, m, in the target frame.
    """

    rotation: Array
    translation_m: Array

    def __post_init__(self) -> None:
        rotation = np.asarray(self.rotation, dtype=np.float64)
        translation_m = np.asarray(self.translation_m, dtype=np.float64)
        require_shape("RigidTransform.rotation", rotation, (3, 3))
        require_shape("RigidTransform.translation_m", translation_m, (3,))
        if not _is_rotation(rotation):
            raise ValueError(f"RigidTransform.rotation: expected a proper rotation, got {rotation.tolist()}")
        object.__setattr__(self, "rotation", rotation)
        object.__setattr__(self, "translation_m", translation_m)

    @classmethod
    def identity(cls) -> "RigidTransform":
        """Return the identity transform."""
        return cls(np.eye(3), np.zeros(3))

    @classmethod
    def unchecked(cls, rotation: Array, translation_m: Array) -> "RigidTransform":
        """Return a transform of arrays that are known to be right: checking takes longer than chaining."""
        transform = object.__new__(cls)
        object.__setattr__(transform, "rotation", rotation)
        object.__setattr__(transform, "translation_m", translation_m)
        return transform

    def __matmul__(self, other: "RigidTransform") -> "RigidTransform":
        """Chain: `(a_from_b @ b_from_c)` is `a_from_c`."""
        return RigidTransform.unchecked(
            self.rotation @ other.rotation, self.rotation @ other.translation_m + self.translation_m
        )

    def inverse(self) -> "RigidTransform":
        """Return the inverse transform."""
        return RigidTransform.unchecked(self.rotation.T, -self.rotation.T @ self.translation_m)

    def apply(self, points_m: npt.ArrayLike) -> Array:
        """Transform (…, 3) points, m."""
        return np.asarray(points_m, dtype=np.float64) @ self.rotation.T + self.translation_m

    def matrix(self) -> Array:
        """Homogeneous (4, 4), for column vectors."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation
        matrix[:3, 3] = self.translation_m
        return matrix


@dataclass(frozen=True, slots=True)
class HeadAngles:
    """The three head angles in degrees; signs in `arpipe.geometry`."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


def rotation_from_angles(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Array:
    """Return the (3, 3) `camera_from_head` rotation of these head angles, degrees; signs in `arpipe.geometry`."""
    yaw, pitch, roll = np.deg2rad([yaw_deg, -pitch_deg, -roll_deg])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    rotation: Array = FLIP_YZ @ about_y @ about_x @ about_z
    return rotation


def rotation_about(axis: Literal["x", "y", "z"], angle_rad: float) -> Array:
    """Return the (3, 3) rotation about an axis, counter-clockwise when the axis points to the viewer."""
    first = ("xyz".index(axis) + 1) % 3
    second = (first + 1) % 3
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[second, first], matrix[first, second] = sine, -sine
    return matrix


def angles_from_rotation(camera_from_head: Array) -> HeadAngles:
    """Head angles of a (3, 3) `camera_from_head` rotation.

    Pitch is in [−90, 90]; at ±90 (gimbal lock) yaw is 0 and roll carries the rest.
    """
    m = FLIP_YZ @ np.asarray(camera_from_head, dtype=np.float64)
    sin_pitch = float(np.clip(m[1, 2], -1.0, 1.0))
    pitch = float(np.arcsin(sin_pitch))
    if abs(sin_pitch) > 1.0 - 1e-9:
        yaw, roll = 0.0, float(np.arctan2(m[0, 1], m[0, 0]))
    else:
        yaw = float(np.arctan2(m[0, 2], m[2, 2]))
        roll = float(np.arctan2(-m[1, 0], m[1, 1]))
    return HeadAngles(float(np.rad2deg(yaw)), float(np.rad2deg(pitch)), float(np.rad2deg(roll)))


def angle_between_deg(a: Array, b: Array) -> float:
    """Geodesic distance of two (3, 3) rotations, degrees in [0, 180]."""
    cosine = (np.trace(a.T @ b) - 1.0) / 2.0
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))))
