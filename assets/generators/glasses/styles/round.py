"""Round: fine gunmetal wire, clear lenses, honey tortoise tips."""

import numpy as np

from glasses import metal_parts as fittings
from glasses.assembly import Assembly, side_uv
from glasses.curves import resample_closed, superellipse
from glasses.lenses import add_lenses, opening
from glasses.materials import acetate, glass, metal, silicone
from glasses.metal import bridge, on_rim, wire_rim
from glasses.nose import PadFit
from glasses.pack import Pack
from glasses.temples import temple_path
from glasses.textures import HONEY, png, tortoise

TONGUE_MM = 0.3


def round_wire(build: Assembly) -> Pack:
    """Build the pack."""
    shape = superellipse(48.0, 46.0, 2.06)
    hole = opening(build.front, shape, TONGUE_MM)
    loop = resample_closed(hole, 64)
    build.add_both("frame", "gunmetal", wire_rim(loop, 1.5, 2.1).mapped(build.front.place))
    add_lenses(build, "clear", hole, TONGUE_MM, bend_weight=0.0, rim_bevel=0.25)
    arch = [
        (0.0, 11.4, 1.6),
        (3.6, 11.2, 1.5),
        (7.0, 9.8, 0.9),
        (9.4, 7.4, 0.2),
        on_rim(loop, (11.2, 5.4), 1.5),
    ]
    build.add("frame", "gunmetal", bridge(np.array(arch), 1.9, 1.5).mapped(build.front.place))
    fittings.add_end_piece(build, "gunmetal", (57.9, 9.0), 68.4, -6.5, height=3.0, block_drop=2.9)
    path = temple_path(build.style.temple_mm, 96.0, 44.0, bow=1.5)
    fittings.add_slim_temple(
        build, "gunmetal", "tips", path, tip_at=84.0, height=2.8, thickness=1.1, tip_uv=side_uv(70.0)
    )
    fit = PadFit((9.6, -3.0, -7.4), splay_deg=30)
    fittings.add_pads(build, "gunmetal", "silicone", fit, (11.4, -0.5, -0.8))
    return build.pack(
        materials=[
            metal("gunmetal", "#6e6a68", 0.24),
            glass("clear", (0.97, 0.98, 0.97)),
            acetate("tips", "#ffffff", texture=0),
            silicone(),
        ],
        images=[png(tortoise(HONEY, seed=11, side=128))],
    )
