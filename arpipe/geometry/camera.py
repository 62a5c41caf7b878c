"""The pinhole camera with Brown–Conrady distortion, and its OpenGL twin."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import FLIP_YZ, Array, RigidTransform

GL_FROM_CAMERA = RigidTransform(FLIP_YZ, np.zeros(3))
"""Camera frame (y down, z forward) to OpenGL's eye frame (y up, z backward)."""

DEFAULT_VERTICAL_FOV_DEG = 63.0
"""Assumed when nothing is known; the value MediaPipe's face geometry uses, near a laptop camera's."""

CameraOrigin = Literal["given", "calibrated", "configured", "exif", "assumed", "distance"]
"""Where intrinsics come from: the caller or the source, a calibration file, a configured field of view, the EXIF data
of a photo, nothing (a typical lens), or a typical lens taken for a longer one because a face would be too near."""

FULL_FRAME_DIAGONAL_MM = 43.27  # of 24 × 36 mm film (CIPA DCG-001)
# Equivalent focal length of an unknown lens: 75° along the diagonal, 41° × 67° for 16:9. Webcams have 26 to 32 mm,
# phones 24 to 28 mm, and portraits more, as they are taken with longer lenses or cropped.
TYPICAL_EQUIVALENT_MM = 28.0

UNDISTORT_STEPS = 20  # fixed-point steps; converges to < 1e-9 for lenses whose image does not fold over
GRID_POINTS = 9  # along each side, of the check of a distortion
LARGEST_NUMBER = 1e6  # focal lengths and coefficients of real lenses are far below it


@dataclass(frozen=True, slots=True, eq=False)
class CameraIntrinsics:
    """Pinhole camera: focal lengths and principal point in px of an image of `width` × `height`.

    Attributes:
        fx, fy: Focal lengths, px.
        cx, cy: Principal point in the `image` frame (centre of the top-left pixel is (0, 0)), px.
        width, height: Image size, px.
        distortion: (k1, k2, p1, p2, k3) in OpenCV's order; all zero for none.
        origin: Where the numbers come from.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    origin: CameraOrigin = "given"

    def __post_init__(self) -> None:
        numbers = (self.fx, self.fy, self.cx, self.cy, *self.distortion)
        if not all(abs(number) < LARGEST_NUMBER for number in numbers):
            raise ValueError(f"CameraIntrinsics: expected numbers below {LARGEST_NUMBER:g}, got {numbers}")
        if not (self.fx > 0 and self.fy > 0 and self.width > 0 and self.height > 0):
            raise ValueError(
                f"CameraIntrinsics: expected positive fx, fy, width, height, got "
                f"fx={self.fx} fy={self.fy} width={self.width} height={self.height}"
            )
        if len(self.distortion) != 5:
            raise ValueError(
                f"CameraIntrinsics.distortion: expected (k1, k2, p1, p2, k3), got {self.distortion}"
            )

    @classmethod
    def from_fov(
        cls, width: int, height: int, vertical_fov_deg: float = DEFAULT_VERTICAL_FOV_DEG
    ) -> "CameraIntrinsics":
        """Undistorted camera with square pixels and centred axis.

        Raises:
            ValueError: The field of view is not in (0, 180).
        """
        if not 0.0 < vertical_fov_deg < 180.0:
            raise ValueError(f"vertical field of view: expected (0, 180) degrees, got {vertical_fov_deg}")
        return cls.from_focal(width, height, height / 2.0 / float(np.tan(np.deg2rad(vertical_fov_deg) / 2.0)))

    @classmethod
    def from_focal(
        cls, width: int, height: int, focal_px: float, origin: CameraOrigin = "given"
    ) -> "CameraIntrinsics":
        """Undistorted camera with square pixels and centred axis, of a focal length in px."""
        return cls(focal_px, focal_px, (width - 1) / 2.0, (height - 1) / 2.0, width, height, origin=origin)

    @classmethod
    def from_equivalent(
        cls, width: int, height: int, equivalent_mm: float, origin: CameraOrigin = "given"
    ) -> "CameraIntrinsics":
        """Undistorted camera of an equivalent focal length, which refers to the diagonal of 24 × 36 mm film, mm."""
        focal_px = equivalent_mm / FULL_FRAME_DIAGONAL_MM * math.hypot(width, height)
        return cls.from_focal(width, height, focal_px, origin)

    @property
    def matrix(self) -> Array:
        """(3, 3) K."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @property
    def is_distorted(self) -> bool:
        """Whether any distortion coefficient differs from zero."""
        return any(self.distortion)

    @property
    def vertical_fov_deg(self) -> float:
        """Vertical field of view, degrees."""
        return float(np.rad2deg(2.0 * np.arctan(self.height / 2.0 / self.fy)))

    def resized(self, width: int, height: int) -> "CameraIntrinsics":
        """Return the same camera at another resolution of the same view."""
        sx, sy = width / self.width, height / self.height
        return replace(
            self,
            fx=self.fx * sx,
            fy=self.fy * sy,
            cx=(self.cx + 0.5) * sx - 0.5,
            cy=(self.cy + 0.5) * sy - 0.5,
            width=width,
            height=height,
        )

    def undistorted(self) -> "CameraIntrinsics":
        """Return the same pinhole camera without distortion."""
        return replace(self, distortion=(0.0, 0.0, 0.0, 0.0, 0.0))

    def project(self, points_m: npt.ArrayLike) -> Array:
        """Image px (…, 2) of camera-frame points (…, 3); meaningless for z ≤ 0."""
        points = np.asarray(points_m, dtype=np.float64)
        plane = points[..., :2] / points[..., 2:3]
        return self.distort(plane) * (self.fx, self.fy) + (self.cx, self.cy)

    def distort(self, plane: Array) -> Array:
        """Distort points (…, 2) of the plane z = 1 as the lens does."""
        if not self.is_distorted:
            return plane
        k1, k2, p1, p2, k3 = self.distortion
        x, y = plane[..., 0], plane[..., 1]
        r2 = x * x + y * y
        radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
        return np.stack(
            [
                x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x),
                y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y,
            ],
            axis=-1,
        )

    def unproject(self, points_px: npt.ArrayLike) -> Array:
        """Points (…, 2) of the plane z = 1 seen at image px (…, 2): the ray is (x, y, 1)."""
        distorted = (np.asarray(points_px, dtype=np.float64) - (self.cx, self.cy)) / (self.fx, self.fy)
        if not self.is_distorted:
            return distorted
        plane = distorted
        for _ in range(UNDISTORT_STEPS):
            plane = plane + (distorted - self.distort(plane))
        return plane

    def undistortion_error_px(self) -> float:
        """Return the largest error of `unproject` followed by `project` over the image, px.

        Infinite if the distortion cannot be undone, as when it folds the image over itself.
        """
        grid = np.linspace((0.0, 0.0), (self.width - 1.0, self.height - 1.0), GRID_POINTS)
        points = np.stack(np.meshgrid(grid[:, 0], grid[:, 1]), axis=-1)
        with np.errstate(all="ignore"):
            plane = self.unproject(points)
            again = self.distort(plane) * (self.fx, self.fy) + (self.cx, self.cy)
            errors = np.linalg.norm(again - points, axis=-1)
        return float(errors.max()) if np.isfinite(errors).all() else math.inf

    def gl_projection(self, near_m: float, far_m: float) -> Array:
        """Return the (4, 4) OpenGL clip matrix for `gl`-frame points, without distortion.

        Clip space covers the whole image: a camera point that `project` puts at px (u, v) lands at window
        position (u + 0.5, height − 0.5 − v) with OpenGL's origin in the bottom-left corner.
        """
        matrix = np.zeros((4, 4))
        matrix[0, 0] = 2.0 * self.fx / self.width
        matrix[1, 1] = 2.0 * self.fy / self.height
        matrix[0, 2] = 1.0 - 2.0 * (self.cx + 0.5) / self.width
        matrix[1, 2] = 2.0 * (self.cy + 0.5) / self.height - 1.0
        matrix[2, 2] = -(far_m + near_m) / (far_m - near_m)
        matrix[2, 3] = -2.0 * far_m * near_m / (far_m - near_m)
        matrix[3, 2] = -1.0
        return matrix
