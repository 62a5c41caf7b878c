"""Aviator: gold wire, double bridge, teardrop lenses shaded brown."""

import numpy as np

from glasses import metal_parts as fittings
from glasses.assembly import Assembly, vertical_gradient
from glasses.curves import closed_spline, resample_closed
from glasses.front import Front
from glasses.lenses import add_lenses, opening
from glasses.materials import acetate, glass, metal, silicone
from glasses.metal import bridge, on_rim, wire_rim
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path

FRONT = Front(
    56.0, 48.0, 15.0, wrap_deg=5.0, pantoscopic_deg=8.0, radius=105.0, contact_y=3.0, contact_d=-3.0
)
TEMPLE_MM = 140.0
TONGUE_MM = 0.3
OPENING = [
    (28.5, 7), (27, 17), (17, 24), (3, 25), (-12, 24.5), (-25, 22.5), (-29, 14), (-27, 3), (-22.5, -8),
    (-14, -19), (-1, -25.5), (12, -23.5), (22, -15), (27.5, -4),
]  # fmt: skip


def aviator() -> Pack:
    """Build the pack."""
    build = Assembly()
    hole = opening(FRONT, closed_spline(np.array(OPENING)), TONGUE_MM)
    loop = resample_closed(hole, 60, 10.0)
    rim = wire_rim(loop, 1.6, 2.2)
    build.add_both("frame", "gold", rim.mapped(FRONT.place))
    shade = vertical_gradient([0.055, 0.030, 0.014], [0.66, 0.42, 0.20], 16.0, -28.0)
    add_lenses(build, "brown", FRONT, hole, TONGUE_MM, color=shade)
    low = [(0.0, 10.6, 0.9), (3.5, 10.4, 0.8), (6.0, 8.8, 0.3), on_rim(loop, (8.0, 6.8), 1.6)]
    build.add("frame", "gold", bridge(np.array(low), 2.0, 1.5).mapped(FRONT.place))
    bar = [(0.0, 20.6, 0.6), (5.0, 20.6, 0.6), (9.5, 21.1, 0.3), on_rim(loop, (13.6, 22.4), 1.6)]
    build.add("frame", "gold", bridge(np.array(bar), 2.0, 1.6).mapped(FRONT.place))
    fittings.add_end_piece(build, "gold", FRONT, (64.9, 12.5), 69.0, -6.5)
    path = temple_path(TEMPLE_MM, 92.0, 42.0, bow=1.5)
    fittings.add_slim_temple(build, "gold", "tips", path, tip_at=78.0)
    fit = PadFit((8.6, -3.5, -7.6))
    fittings.add_pads(build, "gold", "silicone", FRONT, fit, (9.6, -0.5, -0.8))
    return build.pack(
        name="aviator",
        title="Aviator",
        description="Gold wire with a double bridge and teardrop lenses shaded from brown to amber.",
        tags=["glasses", "metal", "sun"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        materials=[
            metal("gold", "#e4b96c", 0.19),
            glass("brown"),
            acetate("tips", "#1a0f0a"),
            silicone(),
        ],
    )
