"""Parts that metal styles share: end pieces with hinges, slim temples with tips, pads on arms."""

import numpy as np

from glasses.assembly import Assembly
from glasses.curves import Array, open_spline
from glasses.hinges import knuckles, pin
from glasses.metal import closing_block
from glasses.nose import PadFit, pad, pad_arm, pad_mount
from glasses.pack import Attribute
from glasses.sweeps import bar
from glasses.temples import stretch


def add_end_piece(
    build: Assembly,
    material: str,
    root: tuple[float, float],
    hinge_x: float,
    hinge_d: float,
    *,
    height: float = 3.4,
    block_drop: float | None = 3.2,
    lift: float = 0.0,
) -> None:
    """Add the arm from the rim to the hinge, the closing block below it, and the hinge; sets the pivots of the temples.

    Args:
        build: Receives the parts.
        material: Name of their material.
        root: Flat (x, y) on the outside of the rim where the arm starts.
        hinge_x: Flat x of the hinge.
        hinge_d: Flat depth of the hinge (negative).
        height: Height of the arm, mm.
        block_drop: Distance of the closing block below the arm, mm; None for no block.
        lift: Height of the start of the arm above the reference surface, mm: on a lens instead of beside it.
    """
    x, y = root
    control = [
        (x - 0.6, y, lift - 0.2),
        (x + 0.45 * (hinge_x - x), y, lift + 0.25),
        (hinge_x - 0.4, y, 0.3),
        (hinge_x + 0.35, y, -0.6),
        (hinge_x + 0.3, y, 0.5 * hinge_d),
        (hinge_x + 0.2, y, hinge_d + 0.6),
    ]
    arm = bar(
        open_spline(np.array(control, dtype=np.float64)),
        [(0, 1.7), (0.5, 1.5), (1, 1.3)],
        [(0, height * 1.15), (0.3, height), (1, height * 0.95)],
        corner=0.4,
        stations=18,
        cap_end=0.3,
    )
    build.add_both("frame", material, arm.mapped(build.front.place))
    if block_drop is not None:
        blocks = closing_block(x + 0.3, y - block_drop, -0.5)
        build.add_both("frame", material, blocks.mapped(build.front.place), crease_deg=35)
    build.hang_temples((hinge_x, y, hinge_d))
    pivot = build.front.point(hinge_x, y, hinge_d)
    fixed, moving = knuckles(3, 1.15, height + 0.8)
    spot = (pivot[0] - 0.75, pivot[1], pivot[2] + 0.2)
    build.add_both("frame", material, fixed.moved(*spot), crease_deg=40)
    build.add_both("frame", material, pin(1.15, height + 0.8).moved(*spot), crease_deg=40)
    build.add_both("temple", material, moving.moved(*spot), crease_deg=40)


def add_slim_temple(
    build: Assembly,
    metal: str,
    tip: str,
    path: Array,
    *,
    tip_at: float,
    height: float = 3.2,
    thickness: float = 1.2,
    tip_height: float = 4.4,
    tip_thickness: float = 2.8,
    tip_uv: Attribute | None = None,
) -> None:
    """Add flat metal temples that end in acetate tips.

    Args:
        build: Receives the parts; its pivots are set.
        metal: Name of the material of the arm.
        tip: Name of the material of the tip.
        path: Centre line from the origin.
        tip_at: Start of the tip, mm from the hinge.
        height: Height of the arm at the hinge, mm; it tapers.
        thickness: Thickness of the arm, mm.
        tip_height: Maximum height of the tip, mm.
        tip_thickness: Thickness of the tip, mm.
        tip_uv: Texture coordinates of the tip.
    """
    total = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    pivot = build.pivots["temple_l"]
    arm = bar(
        stretch(path, 0.0, tip_at + 4.0),
        [(0, thickness), (1, 0.9 * thickness)],
        [(0, height), (0.08, height), (0.6, 0.72 * height), (1, 0.62 * height)],
        corner=0.42,
        stations=12,
        cap_start=0.4,
    )
    build.add_both("temple", metal, arm.moved(*pivot))
    sleeve = bar(
        stretch(path, tip_at, total),
        [
            (0, 0.72 * tip_thickness),
            (0.3, 0.85 * tip_thickness),
            (0.8, tip_thickness),
            (1, 0.9 * tip_thickness),
        ],
        [(0, 0.66 * tip_height), (0.3, 0.74 * tip_height), (0.8, tip_height), (1, 0.92 * tip_height)],
        corner=None,
        stations=16,
        steps=2,
        cap_start=0.5,
        cap_end=1.3,
    )
    build.add_both("temple", tip, sleeve.moved(*pivot), uv=tip_uv)


def add_pads(
    build: Assembly, metal: str, cushion: str, fit: PadFit, root: tuple[float, float, float]
) -> None:
    """Add nose pads on arms; `root` is the flat point on the rim where the left arm is soldered."""
    build.add_both("nose_pads", cushion, pad(fit).mapped(build.front.place))
    build.add_both("nose_pads", metal, pad_mount(fit).mapped(build.front.place), crease_deg=40)
    build.add_both("nose_pads", metal, pad_arm(fit, root).mapped(build.front.place))
