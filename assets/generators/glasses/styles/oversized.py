"""Oversized: large rounded squares of champagne crystal acetate with smoke-to-rose lenses."""

from glasses import acetate_parts as fittings
from glasses.acetate import Sheet
from glasses.assembly import Assembly, vertical_gradient
from glasses.curves import Array, smoothstep
from glasses.lenses import add_lenses
from glasses.materials import crystal, glass, metal
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.sweeps import bar
from glasses.temples import stretch, temple_path


def _back(x: Array, y: Array) -> Array:
    return 1.9 + 3.8 * smoothstep(62.0, 72.0, x) * smoothstep(0.0, 13.0, y)


def oversized(build: Assembly) -> Pack:
    """Build the pack."""
    sheet = Sheet(face=1.9, back=_back, outer_bevel=1.2, inner_bevel=0.8, crown=0.3)
    hole = fittings.add_front(build, "champagne", sheet)
    shade = vertical_gradient([0.036, 0.030, 0.034], [0.72, 0.52, 0.47], 14.0, -32.0)
    add_lenses(build, "smoke", hole, fittings.TONGUE_MM, points=52, color=shade)
    pad = PadFit((10.0, -4.5, -3.6), splay_deg=42, flare_deg=22, length=13.5, width=5.0, thickness=2.2)
    fittings.add_moulded_pads(build, "champagne", pad)

    path = temple_path(build.style.temple_mm, 96.0, 42.0, bow=1.0, drop_deg=2.5)
    fittings.hang_temples(build, "champagne", path)
    core = bar(
        stretch(path, 7.0, build.style.temple_mm - 8.0),
        0.9,
        [(0, 3.2), (0.3, 1.8), (1, 1.6)],
        corner=0.3,
        stations=10,
    )
    fittings.add_temple(build, "gold", core)
    fittings.add_hinge(build, "gold", inset=3.0, height=6.0)
    fittings.add_rivets(build, "gold", [(69.6, 20.4), (69.6, 17.4)], face=2.0, radius=0.8)
    return build.pack(
        materials=[
            crystal("champagne", "#ead2ba", transmission=0.65, roughness=0.12),
            glass("smoke"),
            metal("gold", "#e6c08c", 0.22),
        ],
    )
