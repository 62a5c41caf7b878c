"""Fewer triangles over the landmarks of the face, for meshes that are not visible.

Heads occlude temples and receive shadows; the cost of both grows with the number of triangles. Eyes and mouth are
closed, and the surface stays within `ERROR_MM` of the full one. The result is `lean_triangles` of
`assets/topology/face.json`.
"""

import json
from pathlib import Path

import numpy as np
from glasses.deviation import Corner
from glasses.levels import Simplifier

from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import Array

TABLE = Path(__file__).resolve().parents[2] / "topology" / "face.json"
ERROR_MM = 0.7


def files() -> dict[Path, bytes]:
    """Return path → content of the topology with its lean triangles made anew."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    whole = np.concatenate([table["triangles"], *table["patches"].values()])
    table["lean_triangles"] = lean(whole, np.array(table["canonical_m"]), np.array(table["mirror"]))
    return {TABLE: encode(table)}


def lean(whole: Array, points_m: Array, mirror: Array) -> list[list[int]]:
    """Simplify a symmetric closed surface: its left half, and the mirror image of that."""
    is_left = (points_m[:, 0] > 0) | (mirror == np.arange(len(mirror)))
    half = whole[is_left[whole].all(axis=1)]
    corners = [Corner(0, tuple(normal), (), ()) for normal in vertex_normals(points_m, whole).tolist()]
    positions = [tuple(point) for point in (points_m * 1000.0).tolist()]
    simplifier = Simplifier(positions, corners, [tuple(triangle) for triangle in half.tolist()])
    simplifier.simplify(ERROR_MM)
    left = np.array(simplifier.triangles)
    return [*left.tolist(), *mirror[left[:, ::-1]].tolist()]


def encode(table: dict[str, object]) -> bytes:
    """Return the topology as JSON with one line per key."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in table.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
