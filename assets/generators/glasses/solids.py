"""Small solids: chamfered blocks, cylinders, screws, rivets, cushions."""

import numpy as np

from glasses.curves import Array
from glasses.meshes import Mesh, joined, loft, welded
from glasses.sweeps import rounded_rectangles


def block(width: float, height: float, depth: float, bevel: float = 0.25) -> Mesh:
    """Build a box about the origin (x, y, z sizes) with bevelled edges."""
    sizes = [(-depth / 2, bevel), (-depth / 2 + bevel, 0.0), (depth / 2 - bevel, 0.0), (depth / 2, bevel)]
    rings = []
    for z, inset in sizes:
        profile = rounded_rectangles(
            np.array([width - 2 * inset]), np.array([height - 2 * inset]), np.array([bevel]), 1
        )[0]
        rings.append(np.column_stack([profile, np.full(len(profile), z)]))
    return loft(np.array(rings))


def lathe(outline: list[tuple[float, float]], sides: int = 12) -> Mesh:
    """Build a solid of revolution about z from (radius, z) pairs, bottom to top, with filled ends."""
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rings = [np.column_stack([max(radius, 0.01) * circle, np.full(sides, z)]) for radius, z in outline]
    return loft(np.array(rings))


def barrel(radius: float, length: float, sides: int = 12, bevel: float = 0.15) -> Mesh:
    """Build a cylinder about y with bevelled ends, centred on the origin."""
    half = length / 2
    outline = [
        (radius - bevel, -half),
        (radius, -half + bevel),
        (radius, half - bevel),
        (radius - bevel, half),
    ]
    return standing(lathe(outline, sides))


def standing(mesh: Mesh) -> Mesh:
    """Turn the z axis of a mesh to y."""
    return Mesh(mesh.points[:, [1, 2, 0]], mesh.triangles)


def rivet(radius: float, height: float, sides: int = 14) -> Mesh:
    """Build a domed head along +z, with its foot 0.4 mm below z = 0."""
    return lathe(
        [(radius, -0.4), (radius, 0.45 * height), (0.82 * radius, 0.8 * height), (0.45 * radius, height)],
        sides,
    )


def screw(radius: float, height: float, sides: int = 14) -> Mesh:
    """Build a slotted screw head along +z, with its foot 0.4 mm below z = 0."""
    slot = 0.32 * height
    head = lathe([(radius, -0.4), (radius, 0.6 * height), (0.85 * radius, height - slot)], sides)
    lips = []
    for sign in (1.0, -1.0):
        angle = np.linspace(0.18, np.pi - 0.18, 7)
        rim = np.column_stack([0.85 * radius * np.cos(angle), sign * 0.85 * radius * np.sin(angle)])
        low = np.column_stack([rim, np.full(7, height - slot - 0.02)])
        high = np.column_stack([rim * 0.94, np.full(7, height)])
        lips.append(loft(np.array([low, high])))
    return joined(head, *lips)


def hexagon_nut(radius: float, height: float) -> Mesh:
    """Build a hexagonal nut along +z with the domed end of a screw in it, with its foot at z = -0.3."""
    nut = lathe([(radius, -0.3), (radius, 0.8 * height), (0.85 * radius, height)], 6)
    tip = lathe([(0.45 * radius, 0.0), (0.45 * radius, height + 0.25), (0.25 * radius, height + 0.45)], 8)
    return joined(nut, tip)


def pillow(length: float, width: float, thickness: float, drop: float = 0.25) -> Mesh:
    """Build a drop-shaped cushion in the xy plane, its long side along y, its face bulging towards +z.

    Args:
        length: Size along y, mm.
        width: Size along x, mm.
        thickness: Size along z, mm; the face bulges by 0.65 of it, the back by the rest.
        drop: Narrowing of the upper end relative to the lower one, 0 to 1.
    """
    angle = np.linspace(0.0, 2 * np.pi, 16, endpoint=False)
    # Fuller than an ellipse.
    x, y = (np.sign(wave) * np.abs(wave) ** 0.82 for wave in (np.cos(angle), np.sin(angle)))
    outline = np.column_stack([x * (1 - drop * 0.5 * (y + 0.3)) * width / 2, y * length / 2])
    levels = [(0.45, -0.35), (0.88, -0.28), (1.0, 0.0), (0.93, 0.3), (0.7, 0.52), (0.36, 0.64)]
    rings = [np.column_stack([outline * scale, np.full(16, z * thickness)]) for scale, z in levels]
    return loft(np.array(rings))


def aimed(mesh: Mesh, forward: Array, up: Array, origin: Array) -> Mesh:
    """Turn the z axis of a mesh to `forward` and y as near to `up` as possible, and move it to `origin`."""
    z = np.asarray(forward, dtype=np.float64)
    z = z / np.linalg.norm(z)
    x = np.cross(np.asarray(up, dtype=np.float64), z)
    x /= np.linalg.norm(x)
    rotation = np.stack([x, np.cross(z, x), z], axis=1)
    return welded(Mesh(mesh.points @ rotation.T + np.asarray(origin), mesh.triangles))
