"""Draws an `ObjectMesh` without OpenGL."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from arpipe.errors import NotDrawnByCpu
from arpipe.geometry.transforms import Array
from arpipe.io.gltf.model import GltfModel
from arpipe.io.gltf.model import Texture as ModelTexture
from arpipe.render.environment import BRIGHTEST
from arpipe.render.illuminant import pictured
from arpipe.render.lighting import Lighting
from arpipe.render.object_mesh import Batch, ObjectMesh
from arpipe.render.placement import (
    Placement,
    back_to_front,
    can_be_lit_by_vertex,
    level_for,
    px_per_m_at_1_m,
)
from arpipe.render.rasteriser import structures
from arpipe.render.rasteriser.canvas import SoftwareCanvas


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """The triangles of a level of detail, and the vertices that they use."""

    vertices: npt.NDArray[np.float32]
    colors: npt.NDArray[np.float32]
    surfaces: npt.NDArray[np.uint8]
    triangles: npt.NDArray[np.uint32]

    @classmethod
    def of_batch(cls, batch: Batch, indices: npt.NDArray[np.uint32]) -> "_Level":
        """Take the vertices that triangles use out of a batch."""
        used, places = np.unique(indices, return_inverse=True)
        return cls(
            batch.vertices[used],
            batch.colors[used].astype(np.float32),
            batch.surfaces[used],
            places.reshape(-1, 3).astype(np.uint32),
        )


@dataclass(slots=True, eq=False)
class _Item:
    """A batch as the library takes it.

    Attributes:
        batch: The batch.
        kind: What its surfaces are, in bits.
        base_map: Its colours.
        level: Level of detail in use; 0 is the full mesh.
        levels: Those that have been used.
    """

    batch: Batch
    kind: int
    base_map: structures.Texture
    level: int = 0
    levels: dict[int, _Level] = field(default_factory=dict)

    def current(self) -> _Level:
        """Return the level in use."""
        if self.level not in self.levels:
            indices = self.batch.levels[self.level - 1].indices if self.level else self.batch.indices
            self.levels[self.level] = _Level.of_batch(self.batch, indices)
        return self.levels[self.level]


class SoftwareObjectDrawer:
    """Draws one model.

    Args:
        model: The model, for its textures.
        mesh: Mesh of the same model.

    Raises:
        NotDrawnByCpu: A material is lit per sample, or has textures other than colours.
    """

    def __init__(self, model: GltfModel, mesh: ObjectMesh) -> None:
        for batch in mesh.batches:
            _check(batch)
        self._model = model  # holds the pixels of textures
        self._items = [
            _Item(batch, _kind(batch), _texture(model.textures, batch.maps.get("BASE_MAP")))
            for batch in mesh.batches
        ]

    def draw(self, canvas: SoftwareCanvas, placement: Placement, lighting: Lighting) -> None:
        """Draw all opaque batches, then glass from back to front."""
        px_per_m = px_per_m_at_1_m(canvas, placement.gl_from_part[0])
        batches = []
        for item, depth_m in back_to_front(self._items, placement):
            item.level = level_for(item.batch, depth_m / px_per_m, item.level)
            tint = placement.glass_tint if item.batch.glass else placement.tint
            batches.append(_structure(item, tint, lighting))
        gl_from_part = np.ascontiguousarray([matrix[:3] for matrix in placement.gl_from_part], np.float32)
        place = structures.Placement(gl_from_part.ctypes.data)
        place.head_z[:] = placement.head_z.tolist()
        place.fade_z_m[:] = placement.fade_z_m
        ball = lighting.environment.levels.astype(np.float32) * np.float32(np.sqrt(BRIGHTEST) / 255.0)
        light = structures.Light(
            reflection=canvas.config.reflection,
            colorful=lighting.colorful,
            ball=ball.ctypes.data,
            side=ball.shape[1],
        )
        light.irradiance[:] = lighting.irradiance.ravel().tolist()
        matte, _texels = canvas.matte(placement.wearer)
        array = (structures.Batch * len(batches))(*batches)
        functions = canvas.rasteriser.functions
        functions.arpipe_draw_object(canvas.buffers(), array, len(batches), place, light, matte)

    def reset_levels(self) -> None:
        """Choose levels of detail without hysteresis next time, because the object has another size now."""
        for item in self._items:
            item.level = 0

    def close(self) -> None:
        """Forget the levels of detail; may be called twice."""
        for item in self._items:
            item.levels.clear()


def _check(batch: Batch) -> None:
    material = batch.material
    if not can_be_lit_by_vertex(batch):
        what = "a normal map" if "NORMAL_MAP" in batch.maps else "two-sided surfaces"
    elif material.alpha_mode == "MASK":
        what = "cut-out surfaces"
    elif others := sorted(batch.maps.keys() - {"BASE_MAP"}):
        what = f"textures for {' and '.join(name.removesuffix('_MAP').lower() for name in others)}"
    else:
        return
    raise NotDrawnByCpu(
        f"material {material.name!r} has {what}, which the CPU renderer does not draw; use --renderer opengl"
    )


def _kind(batch: Batch) -> int:
    kind = structures.GLASS if batch.glass else 0
    kind |= structures.CLEARCOAT if batch.material.clearcoat > 0 else 0
    return kind | (structures.METALLIC if (batch.surfaces[:, 0] > 0).any() else 0)


def _texture(textures: Sequence[ModelTexture], index: int | None) -> structures.Texture:
    """Return a texture as the library takes it, which refers to the model's pixels."""
    if index is None:
        return structures.Texture()
    texture = textures[index]
    height, width = texture.pixels.shape[:2]
    repeat_x, repeat_y = (wrap != "clamp" for wrap in texture.wrap)
    made = structures.Texture(
        texture.pixels.ctypes.data, width, height, repeat_x, repeat_y, texture.filter != "nearest"
    )
    made.from_uv[:] = texture.transform[:2].ravel().tolist()
    return made


def _structure(item: _Item, tint: tuple[float, float, float, float], lighting: Lighting) -> structures.Batch:
    level = item.current()
    made = structures.Batch(
        level.vertices.ctypes.data,
        level.colors.ctypes.data,
        level.surfaces.ctypes.data,
        level.triangles.ctypes.data,
        len(level.vertices),
        len(level.triangles),
        item.kind,
        base_map=item.base_map,
    )
    made.tint[:] = tint
    emissive: Array = item.batch.material.emissive.astype(np.float64)
    made.emissive[:] = pictured(emissive, lighting.colorful).tolist()
    return made
