"""Cat-eye: upswept tortoise-shell acetate with rose-brown gradient lenses."""

import numpy as np

from eyewear import acetate_parts as fittings
from eyewear.acetate import Sheet, acetate_front
from eyewear.assembly import Assembly, sheet_uv, side_uv, vertical_gradient
from eyewear.curves import Array, closed_spline, resample_closed, smoothstep
from eyewear.front import Front
from eyewear.lenses import lens, opening
from eyewear.materials import acetate, glass, metal
from eyewear.nose import PadFit, moulded_pad
from eyewear.pack import Pack
from eyewear.sweeps import bar
from eyewear.temples import temple_path
from eyewear.textures import HAVANA, png, tortoise

FRONT = Front(
    53.0, 42.0, 17.0, wrap_deg=5.0, pantoscopic_deg=9.0, radius=110.0, contact_y=4.5, contact_d=-2.5
)
TEMPLE_MM = 140.0
TONGUE_MM = 0.5
OPENING = [
    (29.5, 12), (25, 20.5), (11, 21), (-6, 19), (-20, 16.5), (-27, 11.5), (-27, 2), (-23.5, -9), (-14, -19),
    (0, -22.5), (13, -20.5), (23, -11.5), (28, 2),
]  # fmt: skip
HALF_OUTLINE = [
    (4, 13.4), (11.5, 17.8), (22, 20.9), (36, 23.4), (50, 26.2), (61, 28.8), (70.5, 31.4), (74.6, 27.8),
    (70.5, 20), (66.2, 11.5), (64.4, 2), (61, -8.5), (53, -19.5), (42.5, -24.4), (30, -24.6), (19.2, -20),
    (12, -11.5), (8.4, -2.8), (6, 3.4), (2.4, 6.2),
]  # fmt: skip


def _back(x: Array, y: Array) -> Array:
    return 1.9 + 3.9 * smoothstep(57.0, 69.0, x) * smoothstep(2.0, 15.0, y)


def cat_eye() -> Pack:
    """The pack."""
    build = Assembly()
    outline = fittings.symmetric(HALF_OUTLINE)
    hole = opening(FRONT, closed_spline(np.array(OPENING)), TONGUE_MM)
    sheet = Sheet(face=1.8, back=_back, outer_bevel=1.1, inner_bevel=0.7, crown=0.3)
    build.add("frame", "tortoise", acetate_front(FRONT, outline, hole, sheet), uv=sheet_uv(80.0, 0.6))
    shade = vertical_gradient([0.060, 0.024, 0.020], [0.72, 0.42, 0.33], 15.0, -26.0)
    faces, edge = lens(FRONT, resample_closed(hole, 48, 10.0), 2.0, TONGUE_MM, rim_bevel=0.3)
    build.add_both("lens", "rose", faces, ball=FRONT.ball, color=shade)
    build.add_both("lens", "rose", edge, color=shade)
    pad = PadFit((9.0, -5.0, -3.6), splay_deg=42, flare_deg=24, length=13, width=5.0, thickness=2.2)
    build.add_both("nose_pads", "tortoise", moulded_pad(pad).mapped(FRONT.place), uv=sheet_uv(80.0, 0.6))

    build.hang_temples(FRONT.point(69.2, 22.8, -5.7))
    path = temple_path(TEMPLE_MM, 92.0, 42.0, bow=1.0, drop_deg=3.0)
    arm = bar(
        path,
        [(0, 4.2), (0.3, 3.5), (0.7, 3.0), (1, 3.2)],
        [(0, 10.4), (0.1, 9.2), (0.35, 6.6), (0.58, 5.4), (0.82, 7.2), (0.93, 7.0), (1, 4.2)],
        corner=0.38,
        stations=20,
        steps=3,
        cap_end=1.4,
        start_plane=FRONT.outward(69.2, 22.8),
    )
    fittings.add_temple(build, "tortoise", arm, uv=side_uv(80.0))
    fittings.add_hinge(build, "gold", inset=3.0, height=6.0)
    fittings.add_rivets(build, "gold", FRONT, [(68.4, 25.2), (65.6, 24.2)], face=1.9, radius=0.8)
    return Pack(
        name="cat-eye",
        title="Cat-eye",
        description="Upswept tortoise-shell acetate with gold pins and rose-brown gradient lenses.",
        tags=["glasses", "acetate", "sun", "tortoise"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        vertex_distance_mm=13.0,
        frame_width_mm=build.width(),
        materials=[
            acetate("tortoise", "#ffffff", texture=0),
            glass("rose"),
            metal("gold", "#e3bd78", 0.22),
        ],
        parts=build.parts(),
        pivots=build.pivots,
        images=[png(tortoise(HAVANA, seed=5))],
    )
