"""Draws makeup on the CPU."""

from collections.abc import Iterable, Mapping
from ctypes import Structure

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.coat import Coat, Surface, Texels, UvTexture, Value
from arpipe.effects.makeup.curves import Floats, Indices
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.masks import touching_masks
from arpipe.effects.makeup.self_occlusion import sunk_points
from arpipe.effects.makeup.smoothing import SmoothingMap
from arpipe.effects.makeup.uniforms import appearance, depth_per_px
from arpipe.render.rasteriser.canvas import SoftwareCanvas
from arpipe.render.rasteriser.makeup_structures import (
    MAX_LEVELS,
    SHADERS,
    AppearanceStruct,
    PyramidStruct,
    SkinStruct,
)
from arpipe.render.rasteriser.structures import FlatMeshStruct
from arpipe.render.view import Region
from arpipe.topology import Topology
from arpipe.types import Pixels

NOTHING: Pixels = np.zeros((0, 0, 4), np.uint8)


class SoftwareBrush:
    """Draws makeup on the CPU; see `brushes.Brush`.

    Args:
        topology: Topology of the faces.
    """

    def __init__(self, topology: Topology) -> None:
        self._triangles = np.ascontiguousarray(topology.triangles, np.uint32)
        self._surfaces: dict[Surface, _SoftwareSurface] = {}
        self._backdrop = NOTHING
        self._sitting: _Sitting | None = None

    def prepare(self, surfaces: Iterable[Surface]) -> None:
        """See `Brush`."""
        known = self._surfaces
        self._surfaces = {surface: known.get(surface) or _SoftwareSurface(surface) for surface in surfaces}

    def take_backdrop(self, canvas: SoftwareCanvas) -> None:
        """See `Brush`."""
        self._backdrop, self._sitting = canvas.pixels.copy(), None

    def hide_behind(self, canvas: SoftwareCanvas, face: MakeupFace) -> None:
        """See `Brush`."""
        points = sunk_points(face)
        mesh = _mesh(points, None, self._triangles, face)
        canvas.rasteriser.functions.arpipe_hide_behind(self._sitting_of(canvas, face).painting, mesh)

    def draw(self, canvas: SoftwareCanvas, face: MakeupFace, coat: Coat) -> None:
        """See `Brush`."""
        self._surfaces[coat.surface].draw(self._sitting_of(canvas, face), coat)

    def flush(self, canvas: SoftwareCanvas) -> None:
        """See `Brush`; everything has been drawn."""

    def close(self) -> None:
        """See `Brush`."""
        self.prepare(())
        self._backdrop, self._sitting = NOTHING, None

    def _sitting_of(self, canvas: SoftwareCanvas, face: MakeupFace) -> "_Sitting":
        if self._sitting is None or self._sitting.face is not face:
            self._sitting = _Sitting(canvas, face, self._backdrop)
        return self._sitting


class _Sitting:
    """A face on a canvas as the library takes it, which is the same for all coats."""

    def __init__(self, canvas: SoftwareCanvas, face: MakeupFace, backdrop: Pixels) -> None:
        self.canvas, self.face = canvas, face
        self.painting, self._maps = canvas.painting(backdrop, face.tracked.track_id, face.is_occluded)
        self.appearance = AppearanceStruct()
        _fill(self.appearance, appearance(face))


class _SoftwareSurface:
    """A surface as the library takes it, with the arrays that it refers to."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._function = f"arpipe_draw_{surface.shader}"
        self._values = SHADERS[surface.shader]()
        self._pyramids = {picture.name: _Pyramid(picture) for picture in surface.textures}
        self._touched = _touched(surface)
        structures = {name: pyramid.structure for name, pyramid in self._pyramids.items()}
        options = {name.lower(): value for name, value in surface.options.items()}
        for name, value in {**options, **structures}.items():
            setattr(self._values, name, value)
        if self._touched is not None:
            self._values.touched = self._touched.ctypes.data

    def draw(self, sitting: _Sitting, coat: Coat) -> None:
        """Draw makeup on a face."""
        surface, values = self._surface, self._values
        _fill(values, coat.values)
        if isinstance(values, SkinStruct):
            _set_smoothing(values, coat.smoothing, sitting.canvas.region)
        mesh = _mesh(coat.vertices, surface.uv, surface.triangles, sitting.face)
        draw = getattr(sitting.canvas.rasteriser.functions, self._function)
        draw(sitting.painting, mesh, sitting.appearance, values)


def _set_smoothing(skin: SkinStruct, smoothing: SmoothingMap | None, region: Region) -> None:
    """Refer to the map of this frame; without one, the skin is not evened out."""
    skin.evens = smoothing is not None
    if smoothing is not None:
        skin.smoothing, skin.smoothing_side = smoothing.ratios.ctypes.data, len(smoothing.ratios)
        skin.low_place[:] = smoothing.place_in(region)


def _mesh(vertices: Floats, uv: Floats | None, triangles: Indices, face: MakeupFace) -> FlatMeshStruct:
    """Return a mesh as the library takes it; the arrays must be contiguous, and outlive it."""
    return FlatMeshStruct(
        vertices.ctypes.data,
        None if uv is None else uv.ctypes.data,
        triangles.ctypes.data,
        len(vertices),
        len(triangles),
        depth_per_px(face),
    )


class _Pyramid:
    """A picture with smaller versions of itself, down to a single texel."""

    def __init__(self, picture: UvTexture) -> None:
        self._levels = _levels(picture.pixels)
        self.structure = PyramidStruct(count=len(self._levels), side=len(picture.pixels))
        for number, level in enumerate(self._levels):
            self.structure.levels[number] = level.ctypes.data


def _levels(pixels: Texels) -> list[Texels]:
    levels = [np.ascontiguousarray(pixels)]
    while len(levels[-1]) > 1 and len(levels) < MAX_LEVELS:
        half = len(levels[-1]) // 2
        finer = levels[-1] if pixels.dtype == np.uint8 else levels[-1].astype(np.float32)
        levels.append(cv2.resize(finer, (half, half), interpolation=cv2.INTER_AREA).astype(pixels.dtype))
    return levels


def _touched(surface: Surface) -> npt.NDArray[np.uint16] | None:
    """Return the masks that touch each triangle of skin, as bits; None for other surfaces."""
    if surface.uv is None or "PAGES" not in surface.options:
        return None
    pages = [picture.pixels for picture in surface.textures]
    return touching_masks(pages, surface.uv[surface.triangles])


def _fill(structure: Structure, values: Mapping[str, Value]) -> None:
    for name, value in values.items():
        if isinstance(value, int | float):
            setattr(structure, name, value)
        else:
            numbers = np.ravel(value).tolist()
            getattr(structure, name)[: len(numbers)] = numbers
