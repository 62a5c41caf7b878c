"""Wayfarer: a thick black acetate front with swept corners, rivets and dark green lenses."""

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
    52.0, 40.0, 18.0, wrap_deg=5.0, pantoscopic_deg=8.0, radius=110.0, contact_y=5.5, contact_d=-2.6
)
TEMPLE_MM = 145.0
OPENING = [
    (27, 11), (26.5, 18.5), (15, 20.6), (0, 20.4), (-14, 20), (-24, 17.5), (-26.6, 9), (-25, -3), (-20.5, -14),
    (-11, -20.6), (3, -21.5), (15, -19.5), (23, -10),
]  # fmt: skip
HALF_OUTLINE = [
    (4.5, 17.2), (13, 21.6), (24, 24.6), (40, 25.2), (55, 25.2), (66, 25.9), (72, 24), (72.4, 16),
    (69.2, 8.4), (65.6, 2.5), (63.6, -7), (59.6, -16.5), (51.5, -23), (40, -25.2), (28.5, -25), (18, -21),
    (11.2, -13), (8.2, -4), (6.2, 4), (2.4, 7.4),
]  # fmt: skip


def _back(x: Array, y: Array) -> Array:
    end_piece = smoothstep(58.0, 69.0, x) * smoothstep(-4.0, 10.0, y)
    return 2.1 + 4.2 * end_piece


def wayfarer() -> Pack:
    """Build the pack."""
    build = Assembly()
    sheet = Sheet(face=1.9, back=_back, outer_bevel=1.2, inner_bevel=0.8, crown=0.3)
    hole = fittings.add_front(build, "black", FRONT, HALF_OUTLINE, OPENING, sheet)
    add_lenses(build, "g15", FRONT, hole, fittings.TONGUE_MM)
    pad = PadFit((9.6, -5.0, -3.8), splay_deg=42, flare_deg=22, length=13.5, width=5.2, thickness=2.2)
    fittings.add_moulded_pads(build, "black", FRONT, pad)

    build.hang_temples(FRONT.point(69.3, 16.2, -6.2))
    path = temple_path(TEMPLE_MM, 96.0, 40.0, bow=1.0)
    arm = fittings.temple_arm(
        path,
        [(0, 4.3), (0.3, 3.8), (0.7, 3.4), (1, 3.6)],
        [(0, 13.2), (0.1, 11.6), (0.35, 9.0), (0.58, 7.2), (0.82, 8.8), (0.93, 8.6), (1, 5.4)],
        FRONT.outward(69.3, 16.2),
        corner=0.36,
        cap=1.6,
    )
    fittings.add_temple(build, "black", arm)
    fittings.add_hinge(build, "steel", inset=3.0, height=7.0)
    fittings.add_rivets(build, "steel", FRONT, [(66.6, 19.4), (67.6, 16.2)], face=1.9 + 0.1)
    fittings.add_temple_rivets(build, "steel", path, [(6.5, 2.2), (6.5, -1.4)], 2.1)
    return build.pack(
        name="wayfarer",
        title="Wayfarer",
        description="Black acetate with swept corners, silver rivets and deep green lenses.",
        tags=["glasses", "acetate", "sun"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        materials=[
            acetate("black", "#0b0b0c"),
            glass("g15", (0.030, 0.038, 0.026)),
            metal("steel", "#cfd0d2", 0.22),
        ],
    )
