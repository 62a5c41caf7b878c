"""Regions of an image, and the projection from the camera to their pixels.

Lens distortion is applied to the overlay instead of being removed from the picture: every vertex passes the lens
(Brown–Conrady) before the clip matrix of the pinhole camera. Edges stay straight between vertices; at the size of the
triangles of glasses, the error is far below a pixel.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.render.program import Program
from arpipe.types import Part

NEAR_M = 0.05  # closer than any camera can focus on a face
FAR_M = 20.0


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of whole pixels: columns `x` … `x + width - 1`, rows `y` … `y + height - 1` of the image."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Rows of the image array."""
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        """Columns of the image array."""
        return slice(self.x, self.x + self.width)

    @property
    def part(self) -> Part:
        """Rows and columns of the image array."""
        return self.rows, self.columns

    @property
    def is_empty(self) -> bool:
        """Whether it contains no pixel."""
        return self.width <= 0 or self.height <= 0

    def overlaps(self, other: "Region") -> bool:
        """Whether they share a pixel."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def touches(self, box_px: Array) -> bool:
        """Whether a box (4,) x0, y0, x1, y1 in image px shares a place with one of the pixels."""
        x0, y0, x1, y1 = box_px.tolist()
        left, top = self.x - 0.5, self.y - 0.5  # edges of pixels, whose centres are whole numbers
        return bool(left <= x1 and x0 <= left + self.width and top <= y1 and y0 <= top + self.height)

    def union(self, other: "Region") -> "Region":
        """Return the smallest region around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Region(x, y, right - x, bottom - y)


def region_of_box(box_px: Sequence[float] | Array, width: int, height: int) -> Region:
    """Return the smallest region that covers a box, clipped to the image.

    A box around pixel centres covers those pixels. A box outside the image, or one that is not finite, gives an empty
    region.

    Args:
        box_px: (4,) x0, y0, x1, y1, image px.
        width: Width of the image, px.
        height: Height of the image, px.
    """
    left, top, right, bottom = (float(edge) for edge in box_px)
    if not math.isfinite(left + top + right + bottom):
        return Region(0, 0, 0, 0)
    x0, y0 = _pixel(left, width), _pixel(top, height)
    x1, y1 = _pixel(right + 1.0, width), _pixel(bottom + 1.0, height)
    return Region(x0, y0, max(0, x1 - x0), max(0, y1 - y0))


def _pixel(edge: float, size: int) -> int:
    """Return the index of the pixel that an edge lies in, clipped to an image of `size` px."""
    return min(max(math.floor(edge + 0.5), 0), size)


def box_around(points_px: Array, margin_px: float) -> Array:
    """Return the (4,) box x0, y0, x1, y1 around (…, 2) points, enlarged by a margin on each side."""
    flat = points_px.reshape(-1, 2)
    return np.concatenate([flat.min(axis=0) - margin_px, flat.max(axis=0) + margin_px])


def merge_overlapping(regions: Iterable[Region]) -> list[Region]:
    """Return disjoint regions that cover all given ones; empty ones are dropped."""
    merged: list[Region] = []
    for region in regions:
        if region.is_empty:
            continue
        current = region
        while hit := next((other for other in merged if other.overlaps(current)), None):
            merged.remove(hit)
            current = current.union(hit)
        merged.append(current)
    return merged


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A camera whose image is one region.

    Attributes:
        clip_from_gl: (4, 4) clip matrix; the region's top row is at clip y = -1, so that row 0 of the pixels that
            are read back is on top.
        distortion: Lens coefficients k1, k2, p1, p2, k3.
    """

    clip_from_gl: Array
    distortion: tuple[float, float, float, float, float]

    @classmethod
    def of_region(cls, camera: CameraIntrinsics, region: Region) -> "View":
        """Return the view of a region of the camera's image."""
        matrix = camera.gl_projection(NEAR_M, FAR_M)
        width, height = region.width, region.height
        matrix[0, 0] = 2.0 * camera.fx / width
        matrix[1, 1] = -2.0 * camera.fy / height
        matrix[0, 2] = 1.0 - 2.0 * (camera.cx + 0.5 - region.x) / width
        matrix[1, 2] = 1.0 - 2.0 * (camera.cy + 0.5 - region.y) / height
        return cls(matrix, camera.distortion)

    def apply(self, program: Program) -> None:
        """Set the uniforms of `project.glsl`."""
        program.write("u_clip_from_gl", self.clip_from_gl)
        program.set("u_lens", self.distortion[:4])
        program.set("u_lens_k3", self.distortion[4])
