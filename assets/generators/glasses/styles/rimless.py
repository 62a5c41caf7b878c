"""Rimless: clear polished lenses drilled for titanium fittings."""

import numpy as np

from glasses import metal_parts as fittings
from glasses.assembly import Assembly
from glasses.curves import closed_spline, resample_closed
from glasses.front import Front
from glasses.lenses import lens, opening
from glasses.materials import acetate, glass, lens_edge, metal, silicone
from glasses.metal import bridge, drilled_mount
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path

FRONT = Front(
    54.0, 36.0, 18.0, wrap_deg=5.0, pantoscopic_deg=9.0, radius=110.0, contact_y=4.0, contact_d=-3.0
)
TEMPLE_MM = 145.0
TONGUE_MM = 0.0
LENS_MM = 2.2
OPENING = [
    (27, 6), (26, 14), (18, 18), (4, 18.6), (-10, 18.4), (-22, 17), (-27, 10), (-27.5, 0), (-25, -10),
    (-17, -17), (-3, -18.6), (12, -18.2), (22, -14.5), (26.5, -5),
]  # fmt: skip


def rimless() -> Pack:
    """Build the pack."""
    build = Assembly()
    edge = opening(FRONT, closed_spline(np.array(OPENING)), TONGUE_MM)
    faces, side = lens(FRONT, resample_closed(edge, 72, 10.0), LENS_MM, TONGUE_MM, rim_bevel=0.5)
    build.add_both("lens", "clear", faces, ball=FRONT.ball)
    build.add_both("lens", "edge", side, crease_deg=30)
    half = LENS_MM / 2
    arch = [
        (0.0, 9.0, 0.8), (3.4, 8.9, 0.7), (6.6, 8.0, 0.9), (8.8, 6.6, half + 0.5), (10.1, 6.2, half + 0.45),
        (11.0, 6.2, half + 0.35),
    ]  # fmt: skip
    build.add(
        "frame",
        "titanium",
        bridge(np.array(arch), 1.7, [(0, 0.9), (0.2, 1.3), (0.8, 1.3), (1, 0.9)]).mapped(FRONT.place),
    )
    build.add_both("frame", "titanium", drilled_mount(13.1, 6.2, half).mapped(FRONT.place), crease_deg=40)
    build.add_both("frame", "titanium", drilled_mount(56.8, 7.0, half).mapped(FRONT.place), crease_deg=40)
    fittings.add_end_piece(
        build, "titanium", FRONT, (60.0, 7.0), 68.2, -6.5, height=2.6, block_drop=None, lift=half + 0.5
    )
    path = temple_path(TEMPLE_MM, 96.0, 42.0, bow=1.5)
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
    fittings.add_pads(build, "titanium", "silicone", FRONT, fit, (11.8, 5.2, -half - 0.5))
    return build.pack(
        name="rimless",
        title="Rimless",
        description="Clear lenses with polished edges, drilled for slim titanium fittings.",
        tags=["glasses", "rimless", "optical"],
        front=FRONT,
        temple_mm=TEMPLE_MM,
        materials=[
            metal("titanium", "#b9b4ae", 0.28),
            glass("clear", (0.97, 0.98, 0.97)),
            lens_edge("edge", "#a9bab7", 0.3),
            acetate("tips", "#4a4f57"),
            silicone(),
        ],
    )
