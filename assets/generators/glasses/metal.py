"""Metal fronts: grooved wire rims, bridges, end pieces. Flat space, left side unless stated otherwise."""

import numpy as np

from glasses.curves import Array, open_spline, outward_normals
from glasses.meshes import Mesh, joined
from glasses.solids import block, hexagon_nut, screw
from glasses.sweeps import Keys, bar, rim


def rim_profile(width: float, depth: float, groove: float) -> Array:
    """Return the profile of a rim wire as (outwards from the lens edge, out of the front), mm.

    The inner wall has a V groove; the front edges are round.

    Args:
        width: Width of the rim, seen from the front.
        depth: Depth from front to back.
        groove: Depth of the V.
    """
    half = depth / 2
    r = 0.42 * min(width, depth)
    k = r * (1 - np.cos(np.pi / 4))
    return np.array(
        [
            (0.0, 0.3 * half),
            (groove, 0.0),
            (0.0, -0.3 * half),
            (0.0, -half),
            (width - 0.7 * r, -half),
            (width, -half + 0.7 * r),
            (width, half - r),
            (width - k, half - k),
            (width - r, half),
            (r * 0.5, half),
            (0.0, half - r * 0.5),
        ]
    )


def wire_rim(opening: Array, width: float, depth: float, groove: float = 0.35) -> Mesh:
    """Build a rim around an (n, 2) lens opening."""
    return rim(opening, rim_profile(width, depth, groove))


def bridge(
    control: Array,
    width: Keys,
    height: Keys,
    *,
    stations: int = 22,
    corner: float | None = None,
    cap: float = 0.0,
) -> Mesh:
    """Build a bridge through flat points from the mid-plane to the left rim; the right half is mirrored."""
    control = np.asarray(control, dtype=np.float64)
    mirrored = control[::-1] * np.array([-1.0, 1.0, 1.0])
    whole = np.vstack([mirrored[:-1] if control[0, 0] == 0 else mirrored, control])
    return bar(
        open_spline(whole),
        width,
        height,
        corner=corner,
        stations=stations,
        steps=2,
        cap_start=cap,
        cap_end=cap,
        up=(0.0, 0.0, 1.0),
    )


def on_rim(opening: Array, near: tuple[float, float], width: float) -> tuple[float, float, float]:
    """Return the flat point nearest to `near` on the middle of a rim wire, where a bridge is soldered."""
    index = int(np.argmin(np.linalg.norm(opening - np.array(near), axis=1)))
    x, y = opening[index] + outward_normals(opening)[index] * width / 2
    return float(x), float(y), 0.0


def closing_block(x: float, y: float, d: float, height: float = 4.2) -> Mesh:
    """Build the two-piece block that closes a rim around its lens, with its seam and the screw from below."""
    upper = block(2.0, height / 2 - 0.06, 2.4, bevel=0.28).moved(0.0, height / 4, 0.0)
    lower = block(2.0, height / 2 - 0.06, 2.4, bevel=0.28).moved(0.0, -height / 4, 0.0)
    head = screw(0.75, 0.4, sides=10)
    down = Mesh(head.points[:, [0, 2, 1]] * np.array([1.0, -1.0, 1.0]), head.triangles)
    parts = joined(upper, lower, down.moved(0.0, -height / 2, 0.0))
    return parts.moved(x, y, d)


def drilled_mount(x: float, y: float, half: float) -> Mesh:
    """Build a mount through a drilled lens: a plate and two screws in front, their nuts behind.

    Args:
        x: Flat x of its centre.
        y: Flat y of its centre.
        half: Half the lens thickness, mm.
    """
    parts = [block(5.2, 2.5, 0.8, bevel=0.25).moved(x, y, half + 0.35)]
    for side in (-1.35, 1.35):
        parts.append(screw(0.85, 0.5, sides=10).moved(x + side, y, half + 0.75))
        flipped = hexagon_nut(0.95, 0.7)
        behind = Mesh(flipped.points * np.array([1.0, -1.0, -1.0]), flipped.triangles)
        parts.append(behind.moved(x + side, y, -half))
    return joined(*parts)
