"""Pigments and skin smoothing: one pass over the triangles that any of their masks touches."""

from collections.abc import Sequence

import moderngl
import numpy as np

from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.masks import Mask, merge, pack, strongest, touched_triangles
from arpipe.effects.makeup.optics import PigmentOptics
from arpipe.effects.makeup.pigment import Pigment, SkinSmoothing
from arpipe.effects.makeup.skin_mesh import SkinMesh
from arpipe.effects.makeup.smoothing import LOW_SIDE, SmoothingMaps
from arpipe.effects.makeup.uniforms import set_appearance, set_placement
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.view import Region
from arpipe.topology import Topology
from arpipe.types import Frame

MAX_PIGMENTS = 14


class SkinPainter:
    """Draws a set of pigments over smoothed skin.

    Args:
        context: Context to draw with.
        topology: Topology of the faces.
        pigments: At most `MAX_PIGMENTS`.
        smoothings: Places where the skin is smoothed first.
    """

    def __init__(
        self,
        context: GlContext,
        topology: Topology,
        pigments: tuple[Pigment, ...],
        smoothings: tuple[SkinSmoothing, ...] = (),
    ) -> None:
        self._resources = context.resources
        pigments = tuple(sorted(pigments, key=lambda pigment: pigment.glow == 0))  # glowing ones first
        glowing = tuple(pigment for pigment in pigments if pigment.glow > 0)
        self._pigment = PigmentOptics(pigments) if pigments else None
        self._glowing = PigmentOptics(glowing) if glowing else None
        pages = pack([*_pigment_masks(pigments), *_smoothing_masks(smoothings)])
        has_grains = any(pigment.shimmer > 0 for pigment in glowing)
        defines = (
            f"FILMS {len(pigments)}",
            f"GLOWS {len(glowing)}",
            f"PAGES {len(pages)}",
            *(["EVEN"] if smoothings else []),
            *(["GRAINS"] if has_grains else []),
        )
        triangles = touched_triangles(_places(pigments, smoothings), topology)
        self._mesh = SkinMesh(context, topology, triangles, "skin.frag", defines)
        self._pages = [self._mask_texture(page) for page in pages]
        self._smoothing = (
            self._resources.texture(np.zeros((LOW_SIDE, LOW_SIDE, 4), np.float32)) if smoothings else None
        )
        self._maps = SmoothingMaps()

    def draw(self, canvas: Canvas, face: MakeupFace, frame: Frame) -> None:
        """Draw all pigments on one face; the canvas's backdrop is bound to `BACKDROP_UNIT`."""
        program = self._mesh.program
        set_placement(program, canvas, face)
        set_appearance(program, canvas, face)
        if self._pigment is not None:
            program.write("u_film", self._pigment.films(face.complexion) * face.presence)
        if self._glowing is not None:
            program.write("u_glow", self._glowing.glow(face.complexion) * (*[face.presence] * 3, 1.0))
        for unit, page in enumerate(self._pages, start=1):
            page.use(unit)
            program.set(f"u_page{unit - 1}", unit)
        if self._smoothing is not None:
            self._set_smoothing(self._smoothing, canvas.region, face, frame)
        self._mesh.draw(canvas, face)

    def reset(self) -> None:
        """Forget the smoothing maps of all faces."""
        self._maps.reset()

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._mesh.close()
        for texture in (*self._pages, *([self._smoothing] if self._smoothing else [])):
            self._resources.release(texture)

    def _mask_texture(self, page: Mask) -> moderngl.Texture:
        texture = self._resources.texture(page, mipmaps=True)
        # Without mipmaps, the brows of small faces flicker; sampling a single level is enough.
        texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        return texture

    def _set_smoothing(
        self, texture: moderngl.Texture, region: Region, face: MakeupFace, frame: Frame
    ) -> None:
        """Pass the smoothing map of the face to the shader."""
        program, unit = self._mesh.program, 1 + len(self._pages)
        even = self._maps.update(frame, face)
        if even is not None:
            texture.write(even.ratios)
            offset = (np.array([region.x, region.y]) - even.low_px) / even.size_px
            program.set("u_low_place", [*(1.0 / even.size_px).tolist(), *offset.tolist()])
        texture.use(unit)
        program.set("u_smoothing", unit)
        program.set("u_even", face.presence if even is not None else 0.0)


def _pigment_masks(pigments: Sequence[Pigment]) -> list[Mask]:
    return [merge(pigment.places) for pigment in pigments]


def _smoothing_masks(smoothings: Sequence[SkinSmoothing]) -> list[Mask]:
    """Return how far the skin is evened and how far it is lifted; none without smoothing."""
    if not smoothings:
        return []
    even = strongest(tuple((each.place, each.even) for each in smoothings))
    lift = strongest(tuple((each.place, each.lift) for each in smoothings))
    return [even, lift]


def _places(pigments: Sequence[Pigment], smoothings: Sequence[SkinSmoothing]) -> list[str]:
    """Return the names of all masks."""
    pigmented = [name for pigment in pigments for name, _ in pigment.places]
    return [*pigmented, *(each.place for each in smoothings)]
