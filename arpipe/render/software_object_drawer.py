"""Draws an `ObjectMesh` without OpenGL."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

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
    tint_of,
)
from arpipe.render.rasteriser import structures
from arpipe.render.rasteriser.canvas import SoftwareCanvas


class _Level:
    """The triangles of a level of detail, and the vertices that they use, as the library takes them.

    Args:
        batch: The batch.
        indices: (m, 3) triangles of the level.
        material: What all levels have in common.

    Attributes:
        structure: For the library; tint and emission are those of the last use.
    """

    def __init__(
        self, batch: Batch, indices: npt.NDArray[np.uint32], material: structures.BatchStruct
    ) -> None:
        is_used = np.bincount(indices.ravel(), minlength=len(batch.vertices)) > 0
        used, places = np.flatnonzero(is_used), (np.cumsum(is_used) - 1)[indices]
        self._arrays = (  # kept, because the structure refers to them
            batch.vertices[used],
            batch.colors[used].astype(np.float32),
            batch.surfaces[used],
            places.astype(np.uint32),
        )
        made = self.structure = structures.BatchStruct.from_buffer_copy(material)
        made.vertices, made.colors, made.surfaces, made.triangles = (
            array.ctypes.data for array in self._arrays
        )
        made.vertex_count, made.triangle_count = len(used), len(indices)


@dataclass(slots=True, eq=False)
class _Item:
    """A batch with its levels of detail.

    Attributes:
        batch: The batch.
        material: What all levels have in common.
        level: Level in use; 0 is the full mesh.
        levels: Those that have been used.
    """

    batch: Batch
    material: structures.BatchStruct
    level: int = 0
    levels: dict[int, _Level] = field(default_factory=dict)

    def structure(self) -> structures.BatchStruct:
        """Return the level in use for the library."""
        if self.level not in self.levels:
            indices = self.batch.levels[self.level - 1].indices if self.level else self.batch.indices
            self.levels[self.level] = _Level(self.batch, indices, self.material)
        return self.levels[self.level].structure


class SoftwareObjectDrawer:
    """Draws one model.

    Args:
        model: The model, for its textures.
        mesh: Mesh of the same model.
    """

    def __init__(self, model: GltfModel, mesh: ObjectMesh) -> None:
        self._model = model  # holds the pixels of textures
        self._items = [_Item(batch, _material(batch, model.textures)) for batch in mesh.batches]

    def draw(self, canvas: SoftwareCanvas, placement: Placement, lighting: Lighting) -> None:
        """Draw all opaque batches, then glass from back to front."""
        px_per_m = px_per_m_at_1_m(canvas, placement.gl_from_part[0])
        batches = (structures.BatchStruct * len(self._items))()
        for place, (item, depth_m) in enumerate(back_to_front(self._items, placement)):
            item.level = level_for(item.batch, depth_m / px_per_m, item.level)
            structure = item.structure()
            structure.tint[:] = tint_of(item.batch, placement)
            structure.emissive[:] = pictured(
                item.batch.material.emissive.astype(np.float64), lighting.colorful
            ).tolist()
            batches[place] = structure
        gl_from_part = np.ascontiguousarray([matrix[:3] for matrix in placement.gl_from_part], np.float32)
        placed = structures.PlacementStruct(gl_from_part.ctypes.data)
        placed.head_z[:] = placement.head_z.tolist()
        placed.fade_z_m[:] = placement.fade_z_m
        ball = lighting.environment.levels.astype(np.float32) * np.float32(np.sqrt(BRIGHTEST) / 255.0)
        light = structures.LightStruct(
            reflection=canvas.config.reflection,
            colorful=lighting.colorful,
            black_level=lighting.black_level,
            ball=ball.ctypes.data,
            side=ball.shape[1],
        )
        light.irradiance[:] = lighting.irradiance.ravel().tolist()
        matte, _texels = canvas.matte(placement.wearer)
        functions = canvas.rasteriser.functions
        functions.arpipe_draw_object(canvas.buffers(), batches, len(batches), placed, light, matte)

    def reset_levels(self) -> None:
        """Choose levels of detail without hysteresis next time, because the object has another size now."""
        for item in self._items:
            item.level = 0

    def close(self) -> None:
        """Forget the levels of detail; may be called twice."""
        for item in self._items:
            item.levels.clear()


def _material(batch: Batch, textures: Sequence[ModelTexture]) -> structures.BatchStruct:
    """Return the material of a batch as the library takes it."""
    material = batch.material
    made = structures.BatchStruct(
        kind=_kind(batch),
        normal_scale=material.normal_scale,
        occlusion_strength=material.occlusion_strength,
        cutoff=material.alpha_cutoff if material.alpha_mode == "MASK" else 0.0,
        two_sided=material.double_sided,
        lit_by_sample=not can_be_lit_by_vertex(batch),
    )
    for define, index in batch.maps.items():
        setattr(made, define.lower(), _texture(textures[index]))
    return made


def _kind(batch: Batch) -> int:
    kind = structures.GLASS if batch.glass else 0
    kind |= structures.CLEARCOAT if batch.material.clearcoat > 0 else 0
    kind |= structures.TEXTURED if batch.maps.keys() - {"BASE_MAP"} else 0
    return kind | (structures.METALLIC if (batch.surfaces[:, 0] > 0).any() else 0)


def _texture(texture: ModelTexture) -> structures.TextureStruct:
    """Return a texture as the library takes it, which refers to the model's pixels."""
    height, width = texture.pixels.shape[:2]
    repeat_x, repeat_y = (wrap != "clamp" for wrap in texture.wrap)
    made = structures.TextureStruct(
        texture.pixels.ctypes.data, width, height, repeat_x, repeat_y, texture.filter != "nearest"
    )
    made.from_uv[:] = texture.transform[:2].ravel().tolist()
    return made
