"""Parts that acetate styles share: fronts, pads, temples, hinges, rivets."""

import numpy as np

from glasses.acetate import Sheet, acetate_front
from glasses.assembly import Assembly
from glasses.curves import Array, at_length, closed_spline
from glasses.hinges import knuckles, leaf, pin
from glasses.lenses import opening
from glasses.meshes import Mesh
from glasses.nose import PadFit, moulded_pad
from glasses.pack import Attribute
from glasses.solids import aimed, rivet
from glasses.style import Point
from glasses.sweeps import bar

TONGUE_MM = 0.5  # height of the V at the edge of a lens that sits in the groove of the front


def symmetric(half: list[Point]) -> Array:
    """Return a dense closed outline from the control points of its left half, from top to bottom of the mid-plane."""
    left = np.array(half, dtype=np.float64)
    return closed_spline(np.vstack([left, left[::-1] * np.array([-1.0, 1.0])]), samples=8000)


def add_front(build: Assembly, material: str, sheet: Sheet, uv: Attribute | None = None) -> Array:
    """Add a full-rim front; returns the dense flat outline of its lens opening."""
    style = build.style
    hole = opening(build.front, closed_spline(np.array(style.opening)), TONGUE_MM)
    front = acetate_front(build.front, symmetric(style.half_outline), hole, sheet)
    build.add("frame", material, front, uv=uv)
    return hole


def add_moulded_pads(build: Assembly, material: str, fit: PadFit, uv: Attribute | None = None) -> None:
    """Add nose pads of solid acetate."""
    build.add_both("nose_pads", material, moulded_pad(fit).mapped(build.front.place), uv=uv)


def hang_temples(build: Assembly, material: str, path: Array, uv: Attribute | None = None) -> None:
    """Set the pivots of the temples, and add the temples of the style along a centre line from the origin."""
    temple = build.style.temple
    if temple is None:
        raise ValueError(f"{build.style.name}: there is no temple in styles.toml")
    build.hang_temples(temple.hinge)
    arm = bar(
        path,
        temple.width,
        temple.height,
        corner=temple.corner,
        stations=20,
        steps=3,
        cap_end=temple.cap,
        start_plane=build.front.outward(*(temple.start or temple.hinge[:2])),
    )
    add_temple(build, material, arm, uv=uv)


def add_temple(build: Assembly, material: str, part: Mesh, uv: Attribute | None = None) -> None:
    """Attach a part of a left temple built at the origin to its pivot, and its mirror image to the other one."""
    build.add_both("temple", material, part.moved(*build.pivots["temple_l"]), uv=uv)


def add_hinge(build: Assembly, material: str, inset: float, height: float, barrels: int = 5) -> None:
    """Add a barrel hinge on the inner side of the joint, with its leaf set into the temple.

    Args:
        build: Receives the parts; its pivots are set.
        material: Name of the material of the hinge.
        inset: Distance from the temple's centre line to the axis of the barrels, towards the head, mm.
        height: Height of the stack of barrels, mm.
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
    spots: list[Point],
    face: float,
    radius: float = 1.0,
) -> None:
    """Add round rivet heads on the front at flat (x, y), `face` mm above its reference surface."""
    for x, y in spots:
        head = _rivet_head(radius, 0.35, build.front.outward(x, y), build.front.point(x, y, face))
        build.add_both("frame", material, head, crease_deg=60)


def add_temple_rivets(
    build: Assembly,
    material: str,
    path: Array,
    spots: list[Point],
    out: float,
    radius: float = 1.0,
) -> None:
    """Add round rivet heads on the outside of the temples at (mm from the hinge, mm above the centre line)."""
    pivot = np.array(build.pivots["temple_l"])
    for along, above in spots:
        center = at_length(path, np.array([along]))[0] + pivot + [out, above, 0.0]
        head = _rivet_head(radius, 0.3, np.array([1.0, 0.0, 0.0]), center)
        build.add_both("temple", material, head, crease_deg=60)


def _rivet_head(radius: float, height: float, normal: Array, center: Array) -> Mesh:
    return aimed(rivet(radius, height, sides=12), normal, np.array([0.0, 1.0, 0.0]), center)
