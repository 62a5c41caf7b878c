"""Oversized: large rounded squares of champagne crystal acetate with smoke-to-rose lenses."""

from glasses import acetate_parts as fittings
from glasses.acetate import Sheet
from glasses.assembly import Assembly, vertical_gradient
from glasses.curves import Array, smoothstep
from glasses.front import Front
from glasses.lenses import add_lenses
from glasses.materials import crystal, glass, metal
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.sweeps import bar
from glasses.temples import stretch, temple_path

FRONT = Front(
    57.0, 50.0, 18.0, wrap_deg=5.0, pantoscopic_deg=8.0, radius=110.0, contact_y=7.0, contact_d=-2.4
)
TEMPLE_MM = 145.0
OPENING = [
    (29, 10), (27.5, 22), (15, 26), (-2, 26), (-19, 25), (-28, 18), (-29, 4), (-26, -11), (-18, -23),
    (-3, -27), (13, -26), (25, -19), (29.5, -5),
]  # fmt: skip
HALF_OUTLINE = [
    (4, 20), (10, 23), (18, 27), (30, 29.4), (46, 29.8), (60, 29.2), (69, 26.5), (74, 22), (74, 14.5),
    (71.4, 8), (70.6, -4), (69, -15), (61.6, -25), (50, -28.9), (35, -29.2), (22, -26), (14.2, -17),
    (9.6, -6), (7.6, 2), (6, 8), (2.4, 10.6),
]  # fmt: skip


def _back(x: Array, y: Array) -> Array:
    return 1.9 + 3.8 * smoothstep(62.0, 72.0, x) * smoothstep(0.0, 13.0, y)


def oversized() -> Pack:
    """Build the pack."""
    build = Assembly()
    sheet = Sheet(face=1.9, back=_back, outer_bevel=1.2, inner_bevel=0.8, crown=0.3)
    hole = fittings.add_front(build, "champagne", FRONT, HALF_OUTLINE, OPENING, sheet)
    shade = vertical_gradient([0.036, 0.030, 0.034], [0.72, 0.52, 0.47], 14.0, -32.0)
    add_lenses(build, "smoke", FRONT, hole, fittings.TONGUE_MM, points=52, color=shade)
    pad = PadFit((10.0, -4.5, -3.6), splay_deg=42, flare_deg=22, length=13.5, width=5.0, thickness=2.2)
    fittings.add_moulded_pads(build, "champagne", FRONT, pad)

    build.hang_temples(FRONT.point(71.2, 18.6, -5.8))
    path = temple_path(TEMPLE_MM, 96.0, 42.0, bow=1.0, drop_deg=2.5)
    arm = fittings.temple_arm(
        path,
        [(0, 4.2), (0.3, 3.6), (0.7, 3.2), (1, 3.4)],
        [(0, 11.5), (0.1, 9.4), (0.35, 6.6), (0.58, 5.8), (0.82, 7.4), (0.93, 7.2), (1, 4.4)],
        FRONT.outward(71.2, 18.6),
    )
    fittings.add_temple(build, "champagne", arm)
    core = bar(
        stretch(path, 7.0, TEMPLE_MM - 8.0), 0.9, [(0, 3.2), (0.3, 1.8), (1, 1.6)], corner=0.3, stations=10
    )
    fittings.add_temple(build, "gold", core)
    fittings.add_hinge(build, "gold", inset=3.0, height=6.0)
    fittings.add_rivets(build, "gold", FRONT, [(69.6, 20.4), (69.6, 17.4)], face=2.0, radius=0.8)
    return build.pack(
        name="oversized",
        title="Oversized",
        description="Large rounded squares of champagne crystal acetate over a gold core, smoke-to-rose lenses.",
        tags=["glasses", "acetate", "sun", "crystal"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        materials=[
            crystal("champagne", "#ead2ba", transmission=0.65, roughness=0.12),
            glass("smoke"),
            metal("gold", "#e6c08c", 0.22),
        ],
    )
