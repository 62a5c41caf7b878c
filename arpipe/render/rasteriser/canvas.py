"""A region that is drawn without OpenGL."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.base_canvas import Phase
from arpipe.render.config import RenderConfig
from arpipe.render.matte import texture_from_sample
from arpipe.render.rasteriser import structures
from arpipe.render.rasteriser.library import Rasteriser
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
        pixels: (rows, columns, 4) RGBA of the samples in `Phase.SKIN` and `Phase.SOLID`, in the latter with alpha the
            share that is not covered; (rows, columns, 3) factors of the picture's sRGB codes in `Phase.SHADE`.
        depth, nearest: Buffers of depth, and of `Phase.SOLID`.
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
        mesh = mesh_structure(points_m, triangles, gl_from_points)
        self.rasteriser.functions.arpipe_draw_depth(self.buffers(), mesh)

    def draw_shadow(
        self, mesh: structures.MeshStruct, shadow: structures.ShadowStruct, track_id: int
    ) -> None:
        """Multiply the factors by a shadow on a face.

        Args:
            mesh: The face.
            shadow: The shadow.
            track_id: Id of the face; what stands before it is not shaded.
        """
        matte, _maps = self.matte(track_id)
        self.rasteriser.functions.arpipe_draw_shadow(
            self.view_structure(), mesh, shadow, matte, self.pixels.ctypes
        )

    def matte(self, track_id: int | None) -> tuple[structures.MatteStruct, tuple[Floats, ...]]:
        """Return the occluders of a face, for the library, and the arrays that they refer to."""
        made = structures.MatteStruct()
        matte = next((each for each in self.mattes if each.track_id == track_id), None)
        if matte is None:
            return made, ()
        maps = covered, bare = [
            np.ascontiguousarray(each, np.float32) for each in (matte.covered, matte.bare)
        ]
        texel_from_sample = texture_from_sample(matte, self.region, self.samples) * len(covered)
        texel_from_sample[:, 2] -= 0.5
        made.covered, made.bare, made.side = covered.ctypes.data, bare.ctypes.data, len(covered)
        made.texel_from_sample[:] = texel_from_sample.ravel().tolist()
        return made, tuple(maps)

    def painting(
        self, backdrop: Pixels, track_id: int, has_depth: bool
    ) -> tuple[structures.PaintingStruct, tuple[Floats, ...]]:
        """Return the region for makeup on a face, for the library, and the arrays that it refers to.

        Args:
            backdrop: As `pixels`: the picture that makeup is applied to.
            track_id: Id of the face; what stands before it is not made up.
            has_depth: Whether the face may hide a part of itself.
        """
        matte, maps = self.matte(track_id)
        made = structures.PaintingStruct(
            self.pixels.ctypes.data,
            backdrop.ctypes.data,
            self.depth.ctypes.data if has_depth else None,
            *self.samples,
            self.region.x,
            self.region.y,
            self.config.threads,
            matte,
        )
        return made, maps

    def buffers(self) -> structures.CanvasStruct:
        """Return the buffers, for the library."""
        return structures.CanvasStruct(
            self.view_structure(),
            self.depth.ctypes.data,
            self.nearest.ctypes.data,
            self.pixels.ctypes.data,
            self.samples[0] // self.region.width,
            self.config.threads,
        )

    def view_structure(self) -> structures.ViewStruct:
        """Return the camera of the samples, for the library."""
        view = structures.ViewStruct(width=self.samples[0], height=self.samples[1])
        view.clip_from_gl[:] = self.view.clip_from_gl.ravel().tolist()
        view.lens[:] = self.view.distortion
        return view


def mesh_structure(points_m: Floats, triangles: Indices, gl_from_points: Array) -> structures.MeshStruct:
    """Return a mesh as the library takes it; the arrays must be contiguous, and outlive it."""
    mesh = structures.MeshStruct(points_m.ctypes.data, triangles.ctypes.data, len(points_m), len(triangles))
    mesh.gl_from_points[:] = rows_of(gl_from_points)
    return mesh


def rows_of(matrix: Array) -> list[float]:
    """Return the upper three rows of a (4, 4) transform, one after the other."""
    rows: list[float] = matrix[:3].ravel().tolist()
    return rows
