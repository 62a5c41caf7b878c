"""Powders, foundation and concealer: one pass over the triangles that any of their masks reaches."""

import moderngl
import numpy as np

from arpipe.effects.makeup.evening import LOW_SIDE, EveningMaps
from arpipe.effects.makeup.masks import (
    Evening,
    Powder,
    merged,
    packed,
    strongest,
    touched_triangles,
)
from arpipe.effects.makeup.pigment import Pigment
from arpipe.effects.makeup.wearer import Wearer, describe, place
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.view import Region
from arpipe.topology import Topology
from arpipe.types import Frame

MOST_POWDERS = 14


class SkinPainter:
    """Draws one set of powders, over skin that is evened out before.

    Args:
        context: Where.
        topology: Of the faces to come.
        powders: At most `MOST_POWDERS`.
        evenings: Where the skin is evened out.
    """

    def __init__(
        self,
        context: GlContext,
        topology: Topology,
        powders: tuple[Powder, ...],
        evenings: tuple[Evening, ...] = (),
    ) -> None:
        self._resources = context.resources
        powders = tuple(sorted(powders, key=lambda powder: powder.glow == 0))  # what shines goes first
        glowing = tuple(powder for powder in powders if powder.glow > 0)
        self._pigment = Pigment(powders) if powders else None
        self._glowing = Pigment(glowing) if glowing else None
        masks = [merged(powder.places) for powder in powders]
        if evenings:
            masks.append(strongest(tuple((each.place, each.even) for each in evenings)))
            masks.append(strongest(tuple((each.place, each.lift) for each in evenings)))
        names = [name for powder in powders for name, _ in powder.places] + [each.place for each in evenings]
        pages = packed(masks)
        defines = [f"FILMS {len(powders)}", f"GLOWS {len(glowing)}", f"PAGES {len(pages)}"]
        if evenings:
            defines.append("EVEN")
        if any(powder.shimmer > 0 for powder in glowing):
            defines.append("GRAINS")
        self._program = self._resources.program("skin.vert", "skin.frag", tuple(defines), __package__)
        self._pages = [self._resources.texture(page, mipmaps=True) for page in pages]
        # Without smaller levels the brows of small faces flicker; one of them at a time will do.
        for page in self._pages:
            page.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        self._evening = (
            self._resources.texture(np.zeros((LOW_SIDE, LOW_SIDE, 4), np.float32)) if evenings else None
        )
        self._maps = EveningMaps()
        self._vertices = np.zeros((topology.count, 6), np.float32)
        uv = topology.uv.astype(np.float32)
        self._mesh = self._resources.mesh(
            self._program,
            [(self._vertices, "3f 3f", ("in_position", "in_normal")), (uv, "2f", ("in_uv",))],
            touched_triangles(names, topology),
            dynamic=True,
        )

    def draw(self, canvas: Canvas, wearer: Wearer, frame: Frame) -> None:
        """Brush all powders onto one face; the canvas's backdrop is in unit 0."""
        program = self._program
        place(program, canvas, wearer)
        describe(program, wearer)
        if self._pigment is not None:
            program.write("u_film", self._pigment.films(wearer.complexion) * wearer.presence)
        if self._glowing is not None:
            program.write("u_glow", self._glowing.glow(wearer.complexion) * (*[wearer.presence] * 3, 1.0))
        for unit, page in enumerate(self._pages, start=1):
            page.use(unit)
            program.set(f"u_page{unit - 1}", unit)
        if self._evening is not None:
            self._even_out(self._evening, canvas.region, wearer, frame)
        self._vertices[:, :3], self._vertices[:, 3:] = wearer.points, wearer.normals
        self._mesh.write(self._vertices)
        canvas.gl.enable_only(moderngl.BLEND | moderngl.CULL_FACE | wearer.depth_test)
        self._mesh.vertex_array.render(moderngl.TRIANGLES)

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        self._resources.release(self._mesh)
        for texture in (*self._pages, *([self._evening] if self._evening else [])):
            self._resources.release(texture)

    def _even_out(self, texture: moderngl.Texture, region: Region, wearer: Wearer, frame: Frame) -> None:
        """Hand over how the frame's skin would be even."""
        program, unit = self._program, 1 + len(self._pages)
        even = self._maps.update(frame, wearer)
        if even is not None:
            texture.write(even.ratios)
            offset = (np.array([region.x, region.y]) - even.low_px) / even.size_px
            program.set("u_low_place", [*(1.0 / even.size_px).tolist(), *offset.tolist()])
        texture.use(unit)
        program.set("u_evening", unit)
        program.set("u_even", wearer.presence if even is not None else 0.0)
