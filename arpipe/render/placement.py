"""Where objects are drawn, and in how much detail."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.render.base_canvas import BaseCanvas
from arpipe.render.color import LUMINANCE
from arpipe.render.object_mesh import Batch

ERROR_PX = 0.5  # largest deviation of a simplified level in the picture
HYSTERESIS = 0.85  # of it, before a coarser level is used, so that a swaying head does not alternate levels
# Luminous transmittances, ISO 12312-1: at most that of sunglasses of category 2; at least that of category 0.
TINTED, CLEAR = 0.43, 0.80


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Position and colour of an object.

    Attributes:
        gl_from_part: (4, 4) per part of the mesh, from the model frame, m, to the gl frame.
        head_z: (4,) plane; its dot product with a gl point (x, y, z, 1) is the point's z in the head frame, m.
        fade_z_m: Head z at which the object is invisible, and at which it is opaque; in between it fades.
        wearer: Id of the face before which other things may hide the object; None if nothing does.
        tint: (4,) linear factors of the base colour, and opacity.
        glass_tint: (4,) as `tint`, for glass.
        darkening: Share of the light that tinted lenses absorb in addition, 0 to 1, see `tint_of`.
    """

    gl_from_part: tuple[Array, ...]
    head_z: Array
    fade_z_m: tuple[float, float]
    wearer: int | None
    tint: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    glass_tint: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    darkening: float = 0.0


class HasBatch(Protocol):
    """What a renderer keeps for a batch."""

    @property
    def batch(self) -> Batch:
        """The batch."""
        ...


Item = TypeVar("Item", bound=HasBatch)


def back_to_front(items: Iterable[Item], placement: Placement) -> list[tuple[Item, float]]:
    """Return items in drawing order with their depth, m: opaque ones as they are, then glass, farthest first."""
    placed = [(item, _depth(item.batch, placement)) for item in items]
    return sorted(placed, key=lambda each: -each[1] if each[0].batch.glass else -math.inf)


def tint_of(batch: Batch, placement: Placement) -> tuple[float, float, float, float]:
    """Return linear factors of the base colour of a batch, and its opacity.

    Lenses of sunglasses are darkened as the placement demands, clear lenses not at all, and lightly tinted ones in
    proportion to their transmittance.
    """
    if not batch.glass:
        return placement.tint
    if batch.lens_color is None or placement.darkening == 0.0:
        return placement.glass_tint
    red, green, blue, opacity = placement.glass_tint
    transmittance = float(batch.lens_color * (red, green, blue) @ LUMINANCE)
    tinted = min(max((CLEAR - transmittance) / (CLEAR - TINTED), 0.0), 1.0)
    passed = 1.0 - placement.darkening * tinted
    return passed * red, passed * green, passed * blue, opacity


def can_be_lit_by_vertex(batch: Batch) -> bool:
    """Whether all normals are those of vertices, so that lighting can be interpolated between vertices."""
    return not batch.material.double_sided and "NORMAL_MAP" not in batch.maps


def level_for(batch: Batch, px_m: float, before: int) -> int:
    """Choose the coarsest level that deviates by at most `ERROR_PX`; 0 is the full mesh.

    A level coarser than the previous one must deviate by less than that, see `HYSTERESIS`.

    Args:
        batch: The batch.
        px_m: Size of a pixel at the batch, m.
        before: Level in use.
    """
    error_m = ERROR_PX * px_m
    level = sum(lean.error_m <= error_m for lean in batch.levels)
    lasting = sum(lean.error_m <= HYSTERESIS * error_m for lean in batch.levels)
    return level if level <= before else max(before, lasting)


def _depth(batch: Batch, placement: Placement) -> float:
    """Depth of the centre of a batch, m."""
    matrix = placement.gl_from_part[batch.part]
    return -float(matrix[2, :3] @ batch.center_m + matrix[2, 3])


def px_per_m_at_1_m(canvas: BaseCanvas, gl_from_part: Array) -> float:
    """Size in the picture, px, of 1 m in the model frame at a depth of 1 m."""
    stretch = math.sqrt(float(np.square(gl_from_part[:3, :3]).sum(axis=0).max()))
    return 0.5 * canvas.region.width * float(canvas.view.clip_from_gl[0, 0]) * stretch
