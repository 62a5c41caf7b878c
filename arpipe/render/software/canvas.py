"""A region that is drawn without OpenGL."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.base_canvas import Phase
from arpipe.render.config import RenderConfig
from arpipe.render.matte import texture_from_sample
from arpipe.render.software import structures
from arpipe.render.software.library import Rasteriser
from arpipe.render.view import Region, View
from arpipe.types import OcclusionMatte, Pixels

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.uint32]


class Buffers:
    """Depth and visibility buffers that are kept between regions, because fresh memory is slow at first use."""

    def __init__(self) -> None:
        self._depth: Floats = np.empty(0, np.float32)
        self._nearest: Indices = np.empty(0, np.uint32)

    def cleared(self, columns: int, rows: int) -> tuple[Floats, Indices]:
        """Return depth, everywhere at the far plane, and the scratch that the library leaves at zero."""
        count = columns * rows
        if count > len(self._depth):
            self._depth, self._nearest = np.empty(count, np.float32), np.zeros(count, np.uint32)
        self._depth[:count] = 1.0
        return self._depth[:count], self._nearest[:count]


@dataclass(slots=True, eq=False)
class SoftwareCanvas:
    """Where a layer draws without OpenGL; the other attributes are those of `BaseCanvas`.

    Attributes:
        rasteriser: What draws.
        mattes: What stands before the faces of the frame.
        pixels: (rows, columns, 4) RGBA of the samples in `Phase.SOLID`, with alpha the share that is not covered;
            (rows, columns, 3) factors of the picture's sRGB codes in `Phase.SHADE`.
        depth, nearest: Buffers of `Phase.SOLID`.
    """

    rasteriser: Rasteriser
    phase: Phase
    region: Region
    view: View
    config: RenderConfig
    samples: tuple[int, int]
    mattes: Sequence[OcclusionMatte]
    pixels: Pixels
    depth: Floats
    nearest: Indices

    def draw_depth(self, points_m: Floats, triangles: Indices, gl_from_points: Array) -> None:
        """Draw the depth of a closed mesh; colour is unchanged, and objects must not have been drawn before.

        Args:
            points_m: (n, 3) vertices, m.
            triangles: (m, 3), counter-clockwise from outside.
            gl_from_points: (4, 4).
        """
        self.rasteriser.functions.arpipe_draw_depth(
            self.buffers(),
            points_m.ctypes,
            len(points_m),
            triangles.ctypes,
            len(triangles),
            affine(gl_from_points).ctypes,
        )

    def interpolate(
        self, points_m: Floats, triangles: Indices, gl_from_points: Array, values: Floats
    ) -> Floats:
        """Interpolate values of the vertices at all samples that triangles facing the camera cover.

        Args:
            points_m: (n, 3) vertices, m.
            triangles: (m, 3), counter-clockwise from outside.
            gl_from_points: (4, 4).
            values: (n, k), C-contiguous.

        Returns:
            (k, rows, columns), 0 at all other samples.
        """
        columns, rows = self.samples
        out = np.zeros((values.shape[1], rows, columns), np.float32)
        self.rasteriser.functions.arpipe_interpolate(
            ctypes.byref(self._view()),
            points_m.ctypes,
            len(points_m),
            triangles.ctypes,
            len(triangles),
            affine(gl_from_points).ctypes,
            values.ctypes,
            values.shape[1],
            out.ctypes,
        )
        return out

    def matte(self, track_id: int | None) -> tuple[Floats, Array] | None:
        """Return what covers a face, and its place; None if nothing does.

        Returns:
            (side, side) share that is hidden, and the (2, 3) map to its columns and rows from columns and rows of
            samples, whose first has its centre at (0.5, 0.5).
        """
        matte = next((each for each in self.mattes if each.track_id == track_id), None)
        if matte is None:
            return None
        texel_from_sample = texture_from_sample(matte, self.region, self.samples) * len(matte.covered)
        texel_from_sample[:, 2] -= 0.5
        return np.ascontiguousarray(matte.covered, np.float32), texel_from_sample

    def buffers(self) -> structures.Canvas:
        """Return the buffers, for the library."""
        return structures.Canvas(
            self._view(),
            self.depth.ctypes.data,
            self.nearest.ctypes.data,
            self.pixels.ctypes.data,
            self.samples[0] // self.region.width,
        )

    def _view(self) -> structures.View:
        view = structures.View(width=self.samples[0], height=self.samples[1])
        view.clip_from_gl[:] = self.view.clip_from_gl.ravel().tolist()
        view.lens[:] = self.view.distortion
        return view


def affine(matrix: Array) -> Floats:
    """Return the upper three rows of (…, 4, 4) matrices as the library takes them."""
    return np.ascontiguousarray(matrix[..., :3, :], np.float32)
