"""Sport: a mirrored one-piece shield under a brow bar, with rubber nose piece and sleeves."""

import numpy as np

from glasses import acetate_parts as fittings
from glasses.assembly import Assembly, vertical_gradient
from glasses.materials import glass, rubber
from glasses.metal import bridge
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.shield import half_shield
from glasses.sweeps import bar
from glasses.temples import stretch, temple_path


def sport(build: Assembly) -> Pack:
    """Build the pack."""
    faces, edge = half_shield(
        build.front, fittings.symmetric(build.style.half_outline), 1.8, bevel=0.35, columns=64
    )
    fire = vertical_gradient([0.9, 0.09, 0.04], [1.0, 0.38, 0.05], 17.0, -22.0)
    build.add_both("lens", "mirror", faces, ball=build.front.ball, color=fire)
    build.add_both("lens", "rim", edge, crease_deg=30)
    brow = [
        (0.0, 20.9, 0.3), (10, 21.4, 0.3), (22, 22.6, 0.3), (38, 23.2, 0.3), (51, 21.8, 0.2), (60, 18.8, 0.0),
        (65, 16.6, -0.4), (69, 15.5, -1.2), (71.5, 15.1, -2.0),
    ]  # fmt: skip
    build.add(
        "frame",
        "nylon",
        bridge(
            np.array(brow),
            [(0, 9.5), (0.07, 9.0), (0.2, 4.6), (0.5, 4.2), (0.8, 4.6), (0.93, 9.0), (1, 9.5)],
            [(0, 4.4), (0.15, 4.6), (0.5, 4.2), (0.85, 4.6), (1, 4.4)],
            corner=0.36,
            stations=40,
            cap=1.2,
        ).mapped(build.front.place),
    )
    saddle = [(0.0, 3.6, -1.2), (3.0, 3.0, -1.4), (6.0, -0.6, -1.9), (8.6, -5.6, -2.6), (11.4, -11.6, -2.8)]
    build.add(
        "nose_pads",
        "grip",
        bridge(np.array(saddle), 2.6, 3.6, corner=0.4, stations=26).mapped(build.front.place),
    )
    pad = PadFit((10.8, -6.0, -5.0), splay_deg=40, flare_deg=24, length=15, width=6.2, thickness=2.6)
    fittings.add_moulded_pads(build, "grip", pad)

    path = temple_path(build.style.temple_mm, 78.0, 30.0, bend_over=46.0, bow=2.0, tip_in_deg=10.0)
    fittings.hang_temples(build, "nylon", path)
    sleeve = bar(
        stretch(path, 72.0, build.style.temple_mm + 0.0),
        [(0, 4.4), (0.5, 4.2), (1, 4.0)],
        [(0, 8.4), (0.4, 8.2), (0.9, 7.4), (1, 5.0)],
        corner=0.42,
        stations=16,
        steps=3,
        cap_start=0.9,
        cap_end=1.6,
    )
    fittings.add_temple(build, "grip", sleeve)
    stripe = bar(
        stretch(path, 8.0, 62.0), 0.5, [(0, 0.6), (0.2, 2.0), (0.8, 1.4), (1, 0.5)], corner=0.4, stations=12
    )
    fittings.add_temple(build, "accent", stripe.moved(2.0, 0.0, 0.0))
    return build.pack(
        materials=[
            glass("mirror", ior=1.6, metallic=0.82),
            rubber("rim", "#1b1413", 0.3),
            rubber("nylon", "#121315", 0.42),
            rubber("grip", "#1e1f22", 0.85),
            rubber("accent", "#e2551c", 0.4),
        ],
    )
