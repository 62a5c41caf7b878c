"""Fittings that acetate styles share: outlines, temples, hinges, rivets."""

import numpy as np

from eyewear.assembly import Assembly
from eyewear.curves import Array, at_length, closed_spline
from eyewear.front import Front
from eyewear.hinges import knuckles, leaf, pin
from eyewear.meshes import Mesh
from eyewear.pack import Attribute
from eyewear.solids import aimed, rivet


def symmetric(half: list[tuple[float, float]]) -> Array:
    """A dense closed outline from the control points of its left half, top of the mid-plane to its bottom."""
    left = np.array(half, dtype=np.float64)
    return closed_spline(np.vstack([left, left[::-1] * np.array([-1.0, 1.0])]), samples=8000)


def add_temple(
    build: Assembly, material: str, arm: Mesh, uv: Attribute | None = None, crease_deg: float = 50.0
) -> None:
    """Hang a left temple built at the origin on its pivot, and its mirror image on the other side."""
    build.add_both("temple", material, arm.moved(*build.pivots["temple_l"]), uv=uv, crease_deg=crease_deg)


def add_hinge(build: Assembly, material: str, inset: float, height: float, barrels: int = 5) -> None:
    """A barrel hinge on the inner side of the joint, its leaf let into the temple.

    Args:
        build: Gets the parts; its temples are hung already.
        material: Of the hinge.
        inset: From the temple's centre line to the barrels' axis, towards the head, mm.
        height: Of the stack of barrels, mm.
        barrels: Number of barrels.
    """
    x, y, z = build.pivots["temple_l"]
    fixed, moving = knuckles(barrels, 1.25, height)
    spot = (x - inset, y, z - 1.0)
    build.add_both("frame", material, fixed.moved(*spot), crease_deg=40)
    build.add_both("frame", material, pin(1.25, height).moved(*spot), crease_deg=40)
    build.add_both("temple", material, moving.moved(*spot), crease_deg=40)
    plate = leaf(8.0, 0.72 * height, 0.9).moved(x - inset + 0.75, y, z - 5.2)
    build.add_both("temple", material, plate, crease_deg=40)


def add_rivets(
    build: Assembly,
    material: str,
    front: Front,
    spots: list[tuple[float, float]],
    face: float,
    radius: float = 1.0,
) -> None:
    """Round rivet heads on the front at flat (x, y), `face` mm over its reference surface."""
    for x, y in spots:
        normal = front.outward(x, y)
        head = aimed(
            rivet(radius, 0.35, sides=12), normal, np.array([0.0, 1.0, 0.0]), front.point(x, y, face)
        )
        build.add_both("frame", material, head, crease_deg=60)


def add_temple_rivets(
    build: Assembly,
    material: str,
    path: Array,
    spots: list[tuple[float, float]],
    out: float,
    radius: float = 1.0,
) -> None:
    """Round rivet heads on the outer side of the temples at (mm from the hinge, mm above the centre line)."""
    pivot = np.array(build.pivots["temple_l"])
    for along, above in spots:
        center = at_length(path, np.array([along]))[0] + pivot + [out, above, 0.0]
        head = aimed(
            rivet(radius, 0.3, sides=12), np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), center
        )
        build.add_both("temple", material, head, crease_deg=60)
