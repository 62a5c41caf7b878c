"""Hinges about the y axis at the origin: barrels, leaves and screws."""

import numpy as np

from glasses.meshes import Mesh, joined
from glasses.solids import barrel, block, screw, standing


def knuckles(count: int, radius: float, height: float) -> tuple[Mesh, Mesh]:
    """Build a stack of interlacing barrels.

    Returns:
        The barrels of the front (the outer ones) and those of the temple.
    """
    each = height / count
    fixed: list[Mesh] = []
    moving: list[Mesh] = []
    for index in range(count):
        y = -height / 2 + (index + 0.5) * each
        piece = barrel(radius, each - 0.12, sides=10, bevel=0.14).moved(0.0, y, 0.0)
        (fixed if index % 2 == 0 else moving).append(piece)
    return joined(*fixed), joined(*moving)


def pin(radius: float, height: float) -> Mesh:
    """Build the hinge screw: a slotted head above the top barrel."""
    return standing(screw(0.8 * radius, 0.5, sides=10)).moved(0.0, height / 2 - 0.02, 0.0)


def leaf(width: float, height: float, thickness: float) -> Mesh:
    """Build a plate with bevelled edges and two rivet heads, facing -x."""
    plate = block(thickness, height, width, bevel=0.2)
    heads = [barrel(0.55, 0.5, sides=8, bevel=0.15) for _ in range(2)]
    quarter = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    placed = [
        head.turned(quarter).moved(-thickness / 2, s * height * 0.22, 0.0)
        for head, s in zip(heads, (-1, 1), strict=True)
    ]
    return joined(plate, *placed)
