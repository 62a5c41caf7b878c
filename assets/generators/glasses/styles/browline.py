"""Browline: black acetate brows on gold wire rims with clear lenses."""

import numpy as np

from glasses import acetate_parts, metal_parts
from glasses.assembly import Assembly
from glasses.curves import closed_spline, open_spline, resample_closed
from glasses.lenses import add_lenses, opening
from glasses.materials import acetate, glass, metal, silicone
from glasses.metal import bridge, on_rim, wire_rim
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.sweeps import bar
from glasses.temples import temple_path

TONGUE_MM = 0.3
BROW = [
    (10.0, 8.6), (11.0, 13.4), (14.4, 18.2), (20.6, 21.2), (30, 22.9), (41, 23), (52, 22), (60, 19.8),
    (66, 18.4), (70.6, 17.8),
]  # fmt: skip


def browline(build: Assembly) -> Pack:
    """Build the pack."""
    hole = opening(build.front, closed_spline(np.array(build.style.opening)), TONGUE_MM)
    loop = resample_closed(hole, 60, 10.0)
    build.add_both("frame", "gold", wire_rim(loop, 1.5, 2.0).mapped(build.front.place))
    add_lenses(build, "clear", hole, TONGUE_MM)
    control = np.array([(x, y, 0.3) for x, y in BROW])
    brow = bar(
        open_spline(control),
        [(0, 2.2), (0.12, 4.0), (0.3, 5.6), (0.6, 6.6), (0.85, 10.5), (1, 12.0)],
        [(0, 2.6), (0.2, 3.8), (0.8, 4.4), (1, 5.0)],
        corner=0.36,
        stations=26,
        steps=3,
        cap_start=1.0,
        cap_end=1.2,
        up=(0.0, 0.0, 1.0),
    )
    build.add_both("frame", "black", brow.mapped(build.front.place))
    arch = [(0.0, 9.6, 0.9), (3.6, 9.4, 0.8), (7.0, 8.2, 0.4), on_rim(loop, (10.4, 6.2), 1.5)]
    build.add("frame", "gold", bridge(np.array(arch), 2.4, 1.6).mapped(build.front.place))

    path = temple_path(build.style.temple_mm, 96.0, 42.0, bow=1.0, drop_deg=1.5)
    acetate_parts.hang_temples(build, "black", path)
    acetate_parts.add_hinge(build, "gold", inset=3.0, height=6.0)
    acetate_parts.add_rivets(build, "gold", [(66.6, 18.4), (66.6, 15.6)], face=2.4, radius=0.8)
    fit = PadFit((10.0, -3.5, -7.4), splay_deg=30)
    metal_parts.add_pads(build, "gold", "silicone", fit, (11.8, -0.5, -0.8))
    return build.pack(
        materials=[
            acetate("black", "#0b0b0c"),
            metal("gold", "#e4b96c", 0.19),
            glass("clear", (0.97, 0.98, 0.97)),
            silicone(),
        ],
    )
