"""Rimless: clear polished lenses drilled for titanium fittings."""

import numpy as np

from glasses import metal_parts as fittings
from glasses.assembly import Assembly
from glasses.curves import closed_spline, resample_closed
from glasses.lenses import lens, opening
from glasses.materials import acetate, glass, lens_edge, metal, silicone
from glasses.metal import bridge, drilled_mount
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path

TONGUE_MM = 0.0
LENS_MM = 2.2


def rimless(build: Assembly) -> Pack:
    """Build the pack."""
    edge = opening(build.front, closed_spline(np.array(build.style.opening)), TONGUE_MM)
    faces, side = lens(build.front, resample_closed(edge, 72, 10.0), LENS_MM, TONGUE_MM, rim_bevel=0.5)
    build.add_both("lens", "clear", faces, ball=build.front.ball)
    build.add_both("lens", "edge", side, crease_deg=30)
    half = LENS_MM / 2
    arch = [
        (0.0, 9.0, 0.8), (3.4, 8.9, 0.7), (6.6, 8.0, 0.9), (8.8, 6.6, half + 0.5), (10.1, 6.2, half + 0.45),
        (11.0, 6.2, half + 0.35),
    ]  # fmt: skip
    build.add(
        "frame",
        "titanium",
        bridge(np.array(arch), 1.7, [(0, 0.9), (0.2, 1.3), (0.8, 1.3), (1, 0.9)]).mapped(build.front.place),
    )
    build.add_both(
        "frame", "titanium", drilled_mount(13.1, 6.2, half).mapped(build.front.place), crease_deg=40
    )
    build.add_both(
        "frame", "titanium", drilled_mount(56.8, 7.0, half).mapped(build.front.place), crease_deg=40
    )
    fittings.add_end_piece(
        build, "titanium", (60.0, 7.0), 68.2, -6.5, height=2.6, block_drop=None, lift=half + 0.5
    )
    path = temple_path(build.style.temple_mm, 96.0, 42.0, bow=1.5)
    fittings.add_slim_temple(
        build,
        "titanium",
        "tips",
        path,
        tip_at=92.0,
        height=2.5,
        thickness=1.0,
        tip_height=3.8,
        tip_thickness=2.5,
    )
    fit = PadFit((9.3, -3.5, -7.4))
    fittings.add_pads(build, "titanium", "silicone", fit, (11.8, 5.2, -half - 0.5))
    return build.pack(
        materials=[
            metal("titanium", "#b9b4ae", 0.28),
            glass("clear", (0.97, 0.98, 0.97)),
            lens_edge("edge", "#a9bab7", 0.3),
            acetate("tips", "#4a4f57"),
            silicone(),
        ],
    )
