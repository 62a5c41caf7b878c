"""Where subjects are in an image: squares, detections and landmarks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.transforms import Array, require_shape
from arpipe.topology import Topology
from arpipe.types.pixels import Points


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """A rotated square in the image.

    Attributes:
        center_px: (2,) centre in the image, px.
        size_px: Side, px, > 0.
        angle_rad: Rotation from image x to the crop's x, positive from x towards y.
        mirrored: The crop shows the square as in a mirror, left and right exchanged.
    """

    center_px: Array
    size_px: float
    angle_rad: float
    mirrored: bool = False

    def __post_init__(self) -> None:
        center = np.asarray(self.center_px, dtype=np.float64)
        require_shape("Roi.center_px", center, (2,))
        if not (0 < self.size_px < math.inf and all(map(math.isfinite, center.tolist()))):
            raise ValueError(f"Roi: expected finite values and size_px > 0, got {center} {self.size_px}")
        object.__setattr__(self, "center_px", center)

    def image_from_crop(self, side: int) -> Affine2D:
        """Return the map from a crop of `side`² px to the image; the crop's (side/2, side/2) lands on the centre."""
        scale, half, (x, y) = self.size_px / side, side / 2.0, self.center_px.tolist()
        across, down = scale * math.cos(self.angle_rad), scale * math.sin(self.angle_rad)
        if self.mirrored:
            left, top = x + (across * half + down * half), y + (down * half - across * half)
            return Affine2D.unchecked(np.array([[-across, -down, left], [-down, across, top]]))
        left, top = x - (across * half - down * half), y - (down * half + across * half)
        return Affine2D.unchecked(np.array([[across, -down, left], [down, across, top]]))


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One detection.

    Attributes:
        box_px: (4,) float64: x0, y0, x1, y1 in the image; may reach outside it.
        keypoints_px: (k, 2) float64.
        score: In [0, 1].
    """

    box_px: Array
    keypoints_px: Array
    score: float

    def __post_init__(self) -> None:
        require_shape("Detection.box_px", self.box_px, (4,))
        require_shape("Detection.keypoints_px", self.keypoints_px, (None, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Named points of one face, body or hand; a sequence of (3,) points, which `np.asarray` turns into (n, 3).

    Attributes:
        points_px: (n, 3) float32: x, y in image px, z in the same scale, negative towards the camera,
            relative to the subject's centre.
        score: Presence in [0, 1].
        topology: Names and regions; `topology.count == n`.
        visibility: (n,) float32 in [0, 1]: within the picture and not hidden; None where the network does not give it.
        presence: (n,) float32 in [0, 1]: within the picture, hidden or not; None where the network does not give it.
    """

    points_px: Points
    score: float
    topology: Topology
    visibility: Points | None = None
    presence: Points | None = None

    def __post_init__(self) -> None:
        expected = (self.topology.count, 3)
        if self.points_px.shape != expected or self.points_px.dtype != np.float32:
            raise ValueError(
                f"Landmarks.points_px: expected {expected} float32, "
                f"got {self.points_px.shape} {self.points_px.dtype}"
            )

    def __getitem__(self, key: str | int | slice) -> Points:
        """Return the (3,) point of a name or an index, or the (k, 3) points of a slice.

        Raises:
            KeyError: There is no such name; the message has the nearest one.
            IndexError: There is no such index.
        """
        points: Points = self.points_px[self.topology.index(key) if isinstance(key, str) else key]
        return points

    def __len__(self) -> int:
        return len(self.points_px)

    def __iter__(self) -> Iterator[Points]:
        return iter(self.points_px)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.points_px, dtype, copy=copy)

    def __repr__(self) -> str:
        return f"Landmarks({self.topology.name!r}, {len(self)} points, score={self.score:.2f})"

    def region(self, name: str) -> Points:
        """Return the (k, 3) points of a named region, in its order."""
        points: Points = self.points_px[self.topology.region(name)]
        return points

    @property
    def box_px(self) -> Array:
        """(4,) x0, y0, x1, y1 around all points."""
        rows = self.points_px.T.copy()  # NumPy is slow along a short last axis, and over what lies apart
        low, high = rows.min(axis=1), rows.max(axis=1)
        return np.array([low[0], low[1], high[0], high[1]], np.float64)
