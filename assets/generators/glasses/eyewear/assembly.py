"""Collects the meshes of a style, mirrors what comes in pairs, and merges what can be drawn at once."""

from dataclasses import replace

import numpy as np

from eyewear.curves import Array
from eyewear.meshes import Mesh, joined, welded
from eyewear.pack import Attribute, Part

Point = tuple[float, float, float]


class Assembly:
    """The parts of one style while it is put together."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self.pivots: dict[str, Point] = {}

    def add(
        self,
        node: str,
        material: str,
        mesh: Mesh,
        *,
        crease_deg: float = 50.0,
        uv: Attribute | None = None,
        color: Attribute | None = None,
        ball: Point | None = None,
    ) -> None:
        """Take one worn mesh into a node; see `Part` for the rest."""
        self._parts.append(Part(node, material, welded(mesh), crease_deg, uv, color, ball))

    def add_both(
        self,
        node: str,
        material: str,
        left: Mesh,
        *,
        crease_deg: float = 50.0,
        uv: Attribute | None = None,
        color: Attribute | None = None,
        ball: Point | None = None,
    ) -> None:
        """Take a worn left mesh and its mirror image; lenses and temples go to `<node>_l` and `<node>_r`."""
        paired = node in ("lens", "temple")
        for side, sign, mesh in (("l", 1.0, left), ("r", -1.0, left.mirrored())):
            name = f"{node}_{side}" if paired else node
            center = None if ball is None else (sign * ball[0], ball[1], ball[2])
            self.add(name, material, mesh, crease_deg=crease_deg, uv=uv, color=color, ball=center)

    def hang_temples(self, pivot: Array) -> None:
        """Set the temples' origins: the left hinge as worn, mm, and its mirror image."""
        x, y, z = (round(float(value), 3) for value in pivot)
        self.pivots = {"temple_l": (x, y, z), "temple_r": (-x, y, z)}

    def parts(self) -> list[Part]:
        """All parts; those of one node that are shaded alike are merged."""
        merged: dict[tuple[object, ...], Part] = {}
        for part in self._parts:
            key = (part.node, part.material, part.crease_deg, part.uv, part.color, part.ball)
            known = merged.get(key)
            merged[key] = part if known is None else replace(known, mesh=joined(known.mesh, part.mesh))
        return list(merged.values())

    def width(self) -> float:
        """Outermost width of the front, hinge to hinge, mm."""
        return 2 * max(
            float(np.abs(part.mesh.points[:, 0]).max())
            for part in self._parts
            if part.node.startswith("frame")
        )


def vertical_gradient(top: list[float], bottom: list[float], high: float, low: float) -> Attribute:
    """Vertex colours from `top` at height `high` to `bottom` at `low` (worn mm), smooth at both ends."""

    def color(position: Array) -> Array:
        share = np.clip((high - position[:, 1]) / (high - low), 0.0, 1.0)[:, None]
        share = share * share * (3 - 2 * share)
        rgb = np.array(top) * (1 - share) + np.array(bottom) * share
        return np.column_stack([rgb, np.ones(len(rgb))])

    return color


def sheet_uv(tile_mm: float, turn: float = 0.0) -> Attribute:
    """Texture coordinates of one sheet: planar, with depth leaned in so that edges do not smear."""

    def uv(position: Array) -> Array:
        x, y, z = position.T
        u, v = (x + 0.55 * z) / tile_mm, (y + 0.45 * z) / tile_mm
        c, s = np.cos(turn), np.sin(turn)
        return np.column_stack([c * u - s * v, s * u + c * v])

    return uv


def side_uv(tile_mm: float) -> Attribute:
    """Texture coordinates of a temple, cut from the sheet lengthwise."""

    def uv(position: Array) -> Array:
        x, y, z = position.T
        return np.column_stack([(z + 0.5 * x) / tile_mm, (y + 0.6 * x) / tile_mm])

    return uv
