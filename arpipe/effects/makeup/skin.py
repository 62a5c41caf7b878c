"""Powders, foundation and concealer: one pass over the triangles that any of their masks reaches."""

import math

import cv2
import moderngl
import numpy as np

from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.masks import Powder, linear, packed, touched_triangles
from arpipe.effects.makeup.person import shares
from arpipe.effects.makeup.wearer import REACH_OVER_SPREAD, SKIN_REACH, Wearer, describe, place
from arpipe.geometry.transforms import Array
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas
from arpipe.render.lighting import LUMINANCE, linear_from_srgb
from arpipe.render.view import Region
from arpipe.topology import Topology
from arpipe.types import Frame

MOST_POWDERS = 16
NEAR_MM, WIDE_MM = (
    3.2,
    13.0,
)  # blurs: wider than pores and moles; wider than blotches, finer than the face's shape
LOW_SIDE = 96  # texels across a face: less than 2 mm each
COARSER = 4  # the wide blur is done on so much smaller a map
_LINEAR = linear_from_srgb(np.arange(256, dtype=np.uint8)).astype(np.float32)
HUE_EVEN, OWN_HUE = 0.8, 0.2  # of a blotch's hue goes; of what replaces it is the whole face's
LEVEL_EVEN, LIFT_OVER = 0.4, 1.02
WARMER = 0.45  # as in makeup_common.glsl


class SkinPainter:
    """Draws one set of powders.

    Args:
        context: Where.
        topology: Of the faces to come.
        powders: At most `MOST_POWDERS`, brushed on in this order.
    """

    def __init__(self, context: GlContext, topology: Topology, powders: tuple[Powder, ...]) -> None:
        self.powders = powders
        self._resources = context.resources
        names = tuple(dict.fromkeys(powder.mask for powder in powders))
        evens = any(powder.even + powder.lift > 0 for powder in powders)
        glows = any(powder.glow > 0 for powder in powders)
        defines = [f"LAYERS {len(powders)}", f"PAGES {math.ceil(len(powders) / 4)}"]
        self._program = self._resources.program(
            "makeup_skin.vert",
            "makeup_skin.frag",
            (*defines, *(["EVEN"] if evens else []), *(["GLOW"] if glows else [])),
        )
        by_powder = tuple(powder.mask for powder in powders)
        self._pages = [self._resources.texture(page) for page in packed(by_powder)]
        self._evening = (
            self._resources.texture(np.ones((LOW_SIDE, LOW_SIDE, 4), np.float32)) if evens else None
        )
        if self._evening is not None:
            self._evening.repeat_x = self._evening.repeat_y = False
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
        program, complexion = self._program, wearer.complexion
        place(program, canvas, wearer)
        describe(program, wearer)
        veil = complexion.veil / complexion.skin
        films = []
        for powder in self.powders:
            ratio = powder.ratio(complexion.skin, complexion.white)
            films.append((*(ratio + (1.0 - ratio) * veil), powder.opacity))  # a haze lies over pigment, too
        program.write("u_film", np.array(films))
        if program.has("u_glow"):
            program.write("u_glow", np.array([_glow(powder, complexion.white) for powder in self.powders]))
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
        box = wearer.face.landmarks.box_px
        side = float(max(box[2] - box[0], box[3] - box[1])) * 1.1
        origin = 0.5 * (box[:2] + box[2:]) - side / 2.0
        texture.write(
            evening(low_skin(frame, origin, side, wearer), side / LOW_SIDE / wearer.px_per_mm, wearer)
        )
        texture.use(unit)
        program.set("u_evening", unit)
        offset = (np.array([region.x, region.y]) - origin) / side
        program.set("u_low_place", [1.0 / side, 1.0 / side, *offset.tolist()])
        program.write("u_even", np.array([(powder.even, powder.lift) for powder in self.powders]))


def evening(skin: Floats, texel_mm: float, wearer: Wearer) -> Floats:
    """(LOW_SIDE, LOW_SIDE, 4) what to multiply skin with: RGB to even it out, A to lift its shadows.

    Blotches are wider than pores and moles and narrower than the face's shape: what differs between two blurs.

    Args:
        skin: As `low_skin` gives it.
        texel_mm: Size of a texel on the face.
        wearer: Whose skin.
    """
    near = cv2.GaussianBlur(skin, (0, 0), max(NEAR_MM / texel_mm, 0.8))
    coarse = cv2.resize(near, (LOW_SIDE // COARSER, LOW_SIDE // COARSER), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), max(WIDE_MM / texel_mm / COARSER, 0.8))
    wide = cv2.resize(coarse, (LOW_SIDE, LOW_SIDE), interpolation=cv2.INTER_CUBIC)
    known = np.clip((near[..., 3:] - 0.02) / 0.28, 0.0, 1.0)
    near, wide = (sums[..., :3] / np.maximum(sums[..., 3:], 0.02) + 1e-3 for sums in (near, wide))
    luminance = LUMINANCE.astype(np.float32)
    near_level, wide_level = (colors @ luminance for colors in (near, wide))
    mean = wearer.complexion.skin
    own = (mean / float(mean @ LUMINANCE)).astype(np.float32)
    hue = (1.0 - OWN_HUE) * wide / wide_level[..., None] + OWN_HUE * own
    hue = near / near_level[..., None] * (1.0 - HUE_EVEN) + HUE_EVEN * hue
    level = near_level + LEVEL_EVEN * (wide_level - near_level)
    ratios = np.empty_like(skin)
    ratios[..., :3] = hue * level[..., None] / near
    ratios[..., 3] = np.maximum(LIFT_OVER * wide_level / near_level, 1.0)
    return np.asarray(1.0 + known * (np.clip(ratios, 0.4, 2.5) - 1.0), np.float32)


def low_skin(frame: Frame, origin: Array, side: float, wearer: Wearer) -> Floats:
    """(LOW_SIDE, LOW_SIDE, 4) float32: linear skin colours times the share of skin, and that share.

    Args:
        frame: The picture.
        origin: (2,) first corner of a square, image px.
        side: Of the square, px.
        wearer: Whose skin.
    """
    scale = LOW_SIDE / side
    matrix = np.array([[scale, 0.0, -origin[0] * scale], [0.0, scale, -origin[1] * scale]])
    low = np.maximum(np.floor(origin).astype(int), 0)
    high = np.minimum(np.ceil(origin + side).astype(int), (frame.width, frame.height))
    result = np.zeros((LOW_SIDE, LOW_SIDE, 4), np.float32)
    if (high - low < 2).any():
        return result
    crop = frame.pixels[low[1] : high[1], low[0] : high[0]]
    whole = np.maximum(np.rint((high - low) * scale).astype(int), 2)
    small = cv2.resize(crop, tuple(whole.tolist()), interpolation=cv2.INTER_AREA)
    factor = whole / (high - low)
    shift = matrix.copy()
    shift[:, :2] = np.diag(scale / factor)
    shift[:, 2] = (low - origin) * scale
    placed = cv2.warpAffine(small, shift, (LOW_SIDE, LOW_SIDE), flags=cv2.INTER_LINEAR)
    covered = cv2.warpAffine(np.ones(small.shape[:2], np.float32), shift, (LOW_SIDE, LOW_SIDE))
    colors = _LINEAR[placed]
    skin = wearer.complexion.skin.astype(np.float32)
    reach = SKIN_REACH + REACH_OVER_SPREAD * float(wearer.complexion.spread)
    shift = shares(colors) - shares(skin)
    away = np.hypot(shift[..., 0], shift[..., 1]) * np.where(
        shift[..., 0] > 0, np.float32(WARMER), np.float32(1.0)
    )
    level = colors @ (LUMINANCE / float(skin @ LUMINANCE)).astype(np.float32)
    share = np.clip(2.0 - away / reach, 0.0, 1.0) * np.clip((level - 0.25) / 0.2, 0.0, 1.0) * covered
    result[..., :3], result[..., 3] = colors * share[..., None], share
    return result


def _glow(powder: Powder, white: Array) -> tuple[float, float, float, float]:
    red, green, blue = linear(powder.color) * white * powder.glow * powder.opacity
    return float(red), float(green), float(blue), powder.shimmer
