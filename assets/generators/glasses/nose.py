"""Nose pads: on arms, or moulded from acetate. Built for the left side, in flat space."""

from dataclasses import dataclass

import numpy as np

from glasses.curves import Array, open_spline
from glasses.meshes import Mesh, joined
from glasses.solids import aimed, block, lathe, pillow
from glasses.sweeps import wire


@dataclass(frozen=True)
class PadFit:
    """Position and size of a nose pad in flat space, left side, mm and degrees.

    Attributes:
        center: Centre of the pad.
        splay_deg: Angle about the vertical: at 0 it faces the other pad, at 90 straight back.
        flare_deg: Angle by which the lower end is further out than the upper one.
        length: Length of the long side.
        width: Length of the short side.
        thickness: Thickness of the cushion.
    """

    center: tuple[float, float, float]
    splay_deg: float = 32.0
    flare_deg: float = 22.0
    length: float = 13.0
    width: float = 7.2
    thickness: float = 2.6

    def axes(self) -> tuple[Array, Array]:
        """Return the direction that the pad faces, and its long axis, both unit vectors."""
        splay, flare = np.radians(self.splay_deg), np.radians(self.flare_deg)
        long_axis = np.array([-np.sin(flare), np.cos(flare), 0.12])
        facing = np.array([-np.cos(splay) * np.cos(flare), -np.sin(flare) * 0.8, -np.sin(splay)])
        long_axis /= np.linalg.norm(long_axis)
        facing -= long_axis * float(facing @ long_axis)
        return facing / np.linalg.norm(facing), long_axis


def pad(fit: PadFit) -> Mesh:
    """Build the cushion of a nose pad."""
    facing, long_axis = fit.axes()
    return aimed(pillow(fit.length, fit.width, fit.thickness), facing, long_axis, np.array(fit.center))


def pad_mount(fit: PadFit) -> Mesh:
    """Build the metal box and screw behind a pad."""
    facing, long_axis = fit.axes()
    back = np.array(fit.center) - facing * (0.35 * fit.thickness + 0.55)
    box = aimed(block(2.4, 3.4, 1.5, bevel=0.3), facing, long_axis, back)
    head = lathe([(1.0, 0.0), (1.0, 0.25), (0.7, 0.45)], 10)
    side = np.cross(facing, long_axis)
    return joined(box, aimed(head, side, long_axis, back + side * 1.15))


def pad_arm(fit: PadFit, root: tuple[float, float, float], diameter: float = 1.05) -> Mesh:
    """Build the bent wire from the rim, around a loop, to the box of the pad.

    Args:
        fit: The pad.
        root: Point at which the wire is soldered to the rim, flat space.
        diameter: Diameter of the wire, mm.
    """
    facing, long_axis = fit.axes()
    box = np.array(fit.center) - facing * (0.35 * fit.thickness + 0.7)
    start = np.array(root)
    back = min(box[2], start[2]) - 1.6
    control = [
        start,
        start + np.array([0.3, -0.2, -1.6]),
        [start[0] + 0.9, start[1] - 0.6, back + 0.4],
        [(start[0] + box[0]) / 2 + 0.9, (start[1] + box[1]) / 2 - 0.4, back - 0.7],
        [box[0] + 1.4, box[1] - 0.1, back + 0.3],
        box - facing * 1.0 + long_axis * 0.1,
        box,
    ]
    return wire(open_spline(np.array(control)), diameter, stations=16, sides=8)


def moulded_pad(fit: PadFit) -> Mesh:
    """Build a pad of solid acetate, thick enough to reach into the rim."""
    facing, long_axis = fit.axes()
    body = pillow(fit.length, fit.width, fit.thickness, drop=0.15)
    sunk = body.points.copy()
    sunk[:, 2] = np.where(sunk[:, 2] < 0, sunk[:, 2] * 4.0, sunk[:, 2])
    return aimed(Mesh(sunk, body.triangles), facing, long_axis, np.array(fit.center))
