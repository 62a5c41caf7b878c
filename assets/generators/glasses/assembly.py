"""Collects the meshes of a style, mirrors those that come in pairs, and merges those that can be drawn together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glasses.curves import Array
from glasses.materials import Material
from glasses.meshes import Mesh, joined, welded
from glasses.pack import Attribute, Pack, Part
from glasses.style import Style

Point = tuple[float, float, float]


class Assembly:
    """The parts of one style during its construction.

    Args:
        style: Dimensions and texts.
    """

    def __init__(self, style: Style) -> None:
        self.style = style
        self.front = style.front
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
        """Add a worn mesh to a node; see `Part` for the other arguments."""
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
        """Add a worn left mesh and its mirror image; lenses and temples go to `<node>_l` and `<node>_r`."""
        paired = node in ("lens", "temple")
        for side, sign, mesh in (("l", 1.0, left), ("r", -1.0, left.mirrored())):
            name = f"{node}_{side}" if paired else node
            center = None if ball is None else (sign * ball[0], ball[1], ball[2])
            self.add(name, material, mesh, crease_deg=crease_deg, uv=uv, color=color, ball=center)

    def hang_temples(self, hinge: Point) -> None:
        """Set the origins of the temples to a flat point, the left hinge, and its mirror image."""
        pivot = self.front.point(*hinge)
        x, y, z = (round(float(value), 3) for value in pivot)
        self.pivots = {"temple_l": (x, y, z), "temple_r": (-x, y, z)}

    def pack(self, materials: list[Material], images: Sequence[bytes] = ()) -> Pack:
        """Return the finished pack.

        Args:
            materials: glTF materials that the parts name.
            images: PNG files, in texture order.
        """
        return Pack(self.style, self._width(), materials, self._merged(), self.pivots, list(images))

    def _merged(self) -> list[Part]:
        """Merge the parts of one node that are shaded alike."""
        merged: dict[tuple[object, ...], Part] = {}
        for part in self._parts:
            key = (part.node, part.material, part.crease_deg, part.uv, part.color, part.ball)
            known = merged.get(key)
            merged[key] = part if known is None else replace(known, mesh=joined(known.mesh, part.mesh))
        return list(merged.values())

    def _width(self) -> float:
        """Return the overall width of the front, hinge to hinge, mm."""
        return 2 * max(
            float(np.abs(part.mesh.points[:, 0]).max())
            for part in self._parts
            if part.node.startswith("frame")
        )


def vertical_gradient(top: list[float], bottom: list[float], high: float, low: float) -> Attribute:
    """Return vertex colours from `top` at height `high` to `bottom` at `low` (worn mm), smooth at both ends."""

    def color(position: Array) -> Array:
        share = np.clip((high - position[:, 1]) / (high - low), 0.0, 1.0)[:, None]
        share = share * share * (3 - 2 * share)
        rgb = np.array(top) * (1 - share) + np.array(bottom) * share
        return np.column_stack([rgb, np.ones(len(rgb))])

    return color


def sheet_uv(tile_mm: float, turn: float = 0.0) -> Attribute:
    """Return texture coordinates of a sheet: planar, sheared by depth so that edges do not smear."""

    def uv(position: Array) -> Array:
        x, y, z = position.T
        u, v = (x + 0.55 * z) / tile_mm, (y + 0.45 * z) / tile_mm
        c, s = np.cos(turn), np.sin(turn)
        return np.column_stack([c * u - s * v, s * u + c * v])

    return uv


def side_uv(tile_mm: float) -> Attribute:
    """Return texture coordinates of a temple, cut lengthwise from the sheet."""

    def uv(position: Array) -> Array:
        x, y, z = position.T
        return np.column_stack([(z + 0.5 * x) / tile_mm, (y + 0.6 * x) / tile_mm])

    return uv
