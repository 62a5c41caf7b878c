"""Aviator: gold wire, double bridge, teardrop lenses shaded brown."""

import numpy as np

from glasses import metal_parts as fittings
from glasses.assembly import Assembly, vertical_gradient
from glasses.curves import closed_spline, resample_closed
from glasses.lenses import add_lenses, opening
from glasses.materials import acetate, glass, metal, silicone
from glasses.metal import bridge, on_rim, wire_rim
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path

TONGUE_MM = 0.3


def aviator(build: Assembly) -> Pack:
    """Build the pack."""
    hole = opening(build.front, closed_spline(np.array(build.style.opening)), TONGUE_MM)
    loop = resample_closed(hole, 60, 10.0)
    rim = wire_rim(loop, 1.6, 2.2)
    build.add_both("frame", "gold", rim.mapped(build.front.place))
    shade = vertical_gradient([0.055, 0.030, 0.014], [0.66, 0.42, 0.20], 16.0, -28.0)
    add_lenses(build, "brown", hole, TONGUE_MM, color=shade)
    low = [(0.0, 10.6, 0.9), (3.5, 10.4, 0.8), (6.0, 8.8, 0.3), on_rim(loop, (8.0, 6.8), 1.6)]
    build.add("frame", "gold", bridge(np.array(low), 2.0, 1.5).mapped(build.front.place))
    bar = [(0.0, 20.6, 0.6), (5.0, 20.6, 0.6), (9.5, 21.1, 0.3), on_rim(loop, (13.6, 22.4), 1.6)]
    build.add("frame", "gold", bridge(np.array(bar), 2.0, 1.6).mapped(build.front.place))
    fittings.add_end_piece(build, "gold", (64.9, 12.5), 69.0, -6.5)
    path = temple_path(build.style.temple_mm, 92.0, 42.0, bow=1.5)
    fittings.add_slim_temple(build, "gold", "tips", path, tip_at=78.0)
    fit = PadFit((8.6, -3.5, -7.6))
    fittings.add_pads(build, "gold", "silicone", fit, (9.6, -0.5, -0.8))
    return build.pack(
        materials=[
            metal("gold", "#e4b96c", 0.19),
            glass("brown"),
            acetate("tips", "#1a0f0a"),
            silicone(),
        ],
    )
