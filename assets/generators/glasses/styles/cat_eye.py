"""Cat-eye: upswept tortoise-shell acetate with rose-brown gradient lenses."""

from glasses import acetate_parts as fittings
from glasses.acetate import Sheet
from glasses.assembly import Assembly, sheet_uv, side_uv, vertical_gradient
from glasses.curves import Array, smoothstep
from glasses.front import Front
from glasses.lenses import add_lenses
from glasses.materials import acetate, glass, metal
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path
from glasses.textures import HAVANA, png, tortoise

FRONT = Front(
    53.0, 42.0, 17.0, wrap_deg=5.0, pantoscopic_deg=9.0, radius=110.0, contact_y=4.5, contact_d=-2.5
)
TEMPLE_MM = 140.0
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
    """Build the pack."""
    build = Assembly()
    sheet = Sheet(face=1.8, back=_back, outer_bevel=1.1, inner_bevel=0.7, crown=0.3)
    hole = fittings.add_front(build, "tortoise", FRONT, HALF_OUTLINE, OPENING, sheet, sheet_uv(80.0, 0.6))
    shade = vertical_gradient([0.060, 0.024, 0.020], [0.72, 0.42, 0.33], 15.0, -26.0)
    add_lenses(build, "rose", FRONT, hole, fittings.TONGUE_MM, color=shade)
    pad = PadFit((9.0, -5.0, -3.6), splay_deg=42, flare_deg=24, length=13, width=5.0, thickness=2.2)
    fittings.add_moulded_pads(build, "tortoise", FRONT, pad, sheet_uv(80.0, 0.6))

    build.hang_temples(FRONT.point(69.2, 22.8, -5.7))
    path = temple_path(TEMPLE_MM, 92.0, 42.0, bow=1.0, drop_deg=3.0)
    arm = fittings.temple_arm(
        path,
        [(0, 4.2), (0.3, 3.5), (0.7, 3.0), (1, 3.2)],
        [(0, 10.4), (0.1, 9.2), (0.35, 6.6), (0.58, 5.4), (0.82, 7.2), (0.93, 7.0), (1, 4.2)],
        FRONT.outward(69.2, 22.8),
    )
    fittings.add_temple(build, "tortoise", arm, uv=side_uv(80.0))
    fittings.add_hinge(build, "gold", inset=3.0, height=6.0)
    fittings.add_rivets(build, "gold", FRONT, [(68.4, 25.2), (65.6, 24.2)], face=1.9, radius=0.8)
    return build.pack(
        name="cat-eye",
        title="Cat-eye",
        description="Upswept tortoise-shell acetate with gold pins and rose-brown gradient lenses.",
        tags=["glasses", "acetate", "sun", "tortoise"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        materials=[
            acetate("tortoise", "#ffffff", texture=0),
            glass("rose"),
            metal("gold", "#e3bd78", 0.22),
        ],
        images=[png(tortoise(HAVANA, seed=5))],
    )
