"""Wayfarer: a thick black acetate front that tapers from a straight brow line, rivets and dark green lenses."""

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
    end_piece = smoothstep(58.0, 69.0, x) * smoothstep(-4.0, 10.0, y)
    return 2.1 + 4.2 * end_piece


def wayfarer(build: Assembly) -> Pack:
    """Build the pack."""
    sheet = Sheet(face=1.9, back=_back, outer_bevel=1.2, inner_bevel=0.9, crown=0.55)
    hole = fittings.add_front(build, "black", sheet)
    add_lenses(build, "g15", hole, fittings.TONGUE_MM)
    pad = PadFit((9.6, -5.0, -3.8), splay_deg=42, flare_deg=22, length=13.5, width=5.2, thickness=2.2)
    fittings.add_moulded_pads(build, "black", pad)

    path = temple_path(build.style.temple_mm, 96.0, 40.0, bow=1.0)
    fittings.hang_temples(build, "black", path)
    fittings.add_hinge(build, "steel", inset=3.0, height=7.0)
    fittings.add_rivets(build, "steel", [(66.6, 19.4), (67.6, 16.2)], face=1.9 + 0.4)
    fittings.add_temple_rivets(build, "steel", path, [(6.5, 2.2), (6.5, -1.4)], 2.1)
    return build.pack(
        materials=[
            acetate("black", "#0b0b0c"),
            glass("g15", (0.030, 0.038, 0.026)),
            metal("steel", "#cfd0d2", 0.22),
        ],
    )
