"""Cat-eye: upswept tortoise-shell acetate with rose-brown gradient lenses."""

from glasses import acetate_parts as fittings
from glasses.acetate import Sheet
from glasses.assembly import Assembly, sheet_uv, side_uv, vertical_gradient
from glasses.curves import Array, smoothstep
from glasses.lenses import add_lenses
from glasses.materials import acetate, glass, metal
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path
from glasses.textures import HAVANA, png, tortoise


def _back(x: Array, y: Array) -> Array:
    return 1.9 + 3.9 * smoothstep(57.0, 69.0, x) * smoothstep(2.0, 15.0, y)


def cat_eye(build: Assembly) -> Pack:
    """Build the pack."""
    sheet = Sheet(face=1.8, back=_back, outer_bevel=1.1, inner_bevel=0.7, crown=0.3)
    hole = fittings.add_front(build, "tortoise", sheet, sheet_uv(80.0, 0.6))
    shade = vertical_gradient([0.060, 0.024, 0.020], [0.72, 0.42, 0.33], 15.0, -26.0)
    add_lenses(build, "rose", hole, fittings.TONGUE_MM, color=shade)
    pad = PadFit((9.0, -5.0, -3.6), splay_deg=42, flare_deg=24, length=13, width=5.0, thickness=2.2)
    fittings.add_moulded_pads(build, "tortoise", pad, sheet_uv(80.0, 0.6))

    path = temple_path(build.style.temple_mm, 92.0, 42.0, bow=1.0, drop_deg=3.0)
    fittings.hang_temples(build, "tortoise", path, uv=side_uv(80.0))
    fittings.add_hinge(build, "gold", inset=3.0, height=6.0)
    fittings.add_rivets(build, "gold", [(68.4, 25.2), (65.6, 24.2)], face=1.9, radius=0.8)
    return build.pack(
        materials=[
            acetate("tortoise", "#ffffff", texture=0),
            glass("rose"),
            metal("gold", "#e3bd78", 0.22),
        ],
        images=[png(tortoise(HAVANA, seed=5))],
    )
