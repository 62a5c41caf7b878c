"""Fittings that metal styles share: end pieces with hinges, slim temples with tips, pads on arms."""

import numpy as np

from eyewear.assembly import Assembly
from eyewear.curves import Array, open_spline
from eyewear.front import Front
from eyewear.hinges import knuckles, pin
from eyewear.metal import closing_block
from eyewear.nose import PadFit, pad, pad_arm, pad_mount
from eyewear.pack import Attribute
from eyewear.sweeps import bar
from eyewear.temples import stretch


def add_end_piece(
    build: Assembly,
    material: str,
    front: Front,
    root: tuple[float, float],
    hinge_x: float,
    hinge_d: float,
    *,
    height: float = 3.4,
    block_drop: float | None = 3.2,
    lift: float = 0.0,
) -> None:
    """The arm from the rim to the hinge, the closing block under it, and the hinge; hangs the temples.

    Args:
        build: Gets the parts.
        material: Of all of them.
        front: Their surface.
        root: Flat (x, y) on the rim's outer side where the arm starts.
        hinge_x: Flat x of the hinge.
        hinge_d: Flat depth of the hinge (negative).
        height: Of the arm.
        block_drop: How far under the arm the closing block sits; None for no block.
        lift: How far before the reference surface the arm starts: on a lens instead of beside it.
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
    build.add_both("frame", material, arm.mapped(front.place))
    if block_drop is not None:
        blocks = closing_block(x + 0.3, y - block_drop, -0.5)
        build.add_both("frame", material, blocks.mapped(front.place), crease_deg=35)
    pivot = front.point(hinge_x, y, hinge_d)
    build.hang_temples(pivot)
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
    """A flat metal temple that ends in an acetate tip.

    Args:
        build: Gets the parts; its temples are hung already.
        metal: Material of the arm.
        tip: Material of the tip.
        path: Centre line from the origin.
        tip_at: Where the tip starts, mm from the hinge.
        height: Of the arm at the hinge; it tapers.
        thickness: Of the arm.
        tip_height: Of the tip at its thickest.
        tip_thickness: Of the tip.
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
    build: Assembly, metal: str, cushion: str, front: Front, fit: PadFit, root: tuple[float, float, float]
) -> None:
    """Nose pads on their arms; `root` is the flat point on the rim where the left arm is soldered."""
    build.add_both("nose_pads", cushion, pad(fit).mapped(front.place))
    build.add_both("nose_pads", metal, pad_mount(fit).mapped(front.place), crease_deg=40)
    build.add_both("nose_pads", metal, pad_arm(fit, root).mapped(front.place))
