"""Panto: bottle-green acetate with a keyhole bridge and clear lenses."""

from glasses import acetate_parts as fittings
from glasses.acetate import Sheet
from glasses.assembly import Assembly
from glasses.curves import Array, smoothstep
from glasses.front import Front
from glasses.lenses import add_lenses
from glasses.materials import acetate, glass, metal
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path

FRONT = Front(
    48.0, 43.0, 22.0, wrap_deg=4.0, pantoscopic_deg=8.0, radius=120.0, contact_y=5.5, contact_d=-2.4
)
TEMPLE_MM = 145.0
OPENING = [
    (25, 8), (21.5, 18), (11, 22), (-3, 22.2), (-15, 20.5), (-23.5, 13), (-25, 3), (-21.5, -9),
    (-13.5, -18.5), (-2, -22.5), (10, -20.5), (19.5, -13), (24.5, -3),
]  # fmt: skip
HALF_OUTLINE = [
    (3.6, 17.6), (8.5, 19), (15, 22.2), (26, 25.6), (38, 26.2), (49, 24.2), (57, 20.2), (64, 17.6),
    (71, 17), (72.6, 12.4), (69, 6.2), (63.4, 1.8), (59.6, -6), (54, -16.5), (44, -23.6), (33, -25.2),
    (22.4, -21.2), (14.4, -12), (9.4, -2), (7.4, 3.6), (7.6, 8.2), (5.6, 10.4), (2.2, 10.2),
]  # fmt: skip


def _back(x: Array, y: Array) -> Array:
    return 1.9 + 3.6 * smoothstep(56.0, 69.0, x) * smoothstep(-4.0, 9.0, y)


def panto() -> Pack:
    """Build the pack."""
    build = Assembly()
    sheet = Sheet(face=1.8, back=_back, outer_bevel=1.1, inner_bevel=0.7, crown=0.3)
    hole = fittings.add_front(build, "green", FRONT, HALF_OUTLINE, OPENING, sheet)
    add_lenses(build, "clear", FRONT, hole, fittings.TONGUE_MM)
    pad = PadFit((10.6, -4.0, -3.6), splay_deg=42, flare_deg=22, length=13, width=5.0, thickness=2.2)
    fittings.add_moulded_pads(build, "green", FRONT, pad)

    build.hang_temples(FRONT.point(69.0, 12.0, -5.4))
    path = temple_path(TEMPLE_MM, 96.0, 42.0, bow=1.0)
    arm = fittings.temple_arm(
        path,
        [(0, 4.2), (0.3, 3.6), (0.7, 3.2), (1, 3.4)],
        [(0, 8.6), (0.1, 7.4), (0.35, 5.8), (0.58, 5.4), (0.82, 7.4), (0.93, 7.2), (1, 4.4)],
        FRONT.outward(69.0, 12.0),
    )
    fittings.add_temple(build, "green", arm)
    fittings.add_hinge(build, "gold", inset=3.0, height=5.4)
    fittings.add_rivets(build, "gold", FRONT, [(67.0, 13.8), (67.0, 10.8)], face=1.9, radius=0.75)
    fittings.add_temple_rivets(build, "gold", path, [(6.0, 1.3), (6.0, -1.3)], 2.0, radius=0.75)
    return build.pack(
        name="panto",
        title="Panto",
        description="Bottle-green acetate with a keyhole bridge, gold pins and clear lenses.",
        tags=["glasses", "acetate", "optical"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        materials=[
            acetate("green", "#143a2d"),
            glass("clear", (0.97, 0.98, 0.97)),
            metal("gold", "#e3bd78", 0.22),
        ],
    )
