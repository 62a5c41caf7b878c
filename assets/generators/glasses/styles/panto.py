"""Panto: bottle-green acetate with a keyhole bridge and clear lenses."""

from glasses import acetate_parts as fittings
from glasses.acetate import Sheet
from glasses.assembly import Assembly
from glasses.curves import Array, smoothstep
from glasses.lenses import add_lenses
from glasses.materials import acetate, glass, metal
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path


def _back(x: Array, y: Array) -> Array:
    return 1.9 + 3.6 * smoothstep(56.0, 69.0, x) * smoothstep(-4.0, 9.0, y)


def panto(build: Assembly) -> Pack:
    """Build the pack."""
    sheet = Sheet(face=1.8, back=_back, outer_bevel=1.1, inner_bevel=0.7, crown=0.55)
    hole = fittings.add_front(build, "green", sheet)
    add_lenses(build, "clear", hole, fittings.TONGUE_MM)
    pad = PadFit((10.6, -4.0, -3.6), splay_deg=42, flare_deg=22, length=13, width=5.0, thickness=2.2)
    fittings.add_moulded_pads(build, "green", pad)

    path = temple_path(build.style.temple_mm, 96.0, 42.0, bow=1.0)
    fittings.hang_temples(build, "green", path)
    fittings.add_hinge(build, "gold", inset=3.0, height=5.4)
    fittings.add_rivets(build, "gold", [(67.0, 13.8), (67.0, 10.8)], face=1.9 + 0.3, radius=0.75)
    fittings.add_temple_rivets(build, "gold", path, [(6.0, 1.3), (6.0, -1.3)], 2.0, radius=0.75)
    return build.pack(
        materials=[
            acetate("green", "#143a2d"),
            glass("clear", (0.97, 0.98, 0.97)),
            metal("gold", "#e3bd78", 0.22),
        ],
    )
