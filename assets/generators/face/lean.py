"""Fewer triangles over the face's landmarks, for what is not looked at: `python assets/generators/face/lean.py`.

Heads hide temples and take shadows; both cost by the triangle. Eyes and mouth are closed, and the surface stays
within `ERROR_MM` of the whole one. Writes `lean_triangles` of `assets/topology/face.json`, which `make.py` does, too.
"""

import json
import sys
from pathlib import Path

import numpy as np

from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import Array

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "topology" / "face.json"
ERROR_MM = 0.7


def lean(whole: Array, points_m: Array, mirror: Array) -> list[list[int]]:
    """Leaner triangles of a symmetrical closed surface: the left half made leaner, and its mirror image."""
    sys.path.insert(0, str(HERE.parent / "glasses"))
    from eyewear.deviation import Corner
    from eyewear.levels import Simplifier

    is_left = (points_m[:, 0] > 0) | (mirror == np.arange(len(mirror)))
    half = whole[is_left[whole].all(axis=1)]
    corners = [Corner(0, tuple(normal), (), ()) for normal in vertex_normals(points_m, whole).tolist()]
    places = [tuple(point) for point in (points_m * 1000.0).tolist()]
    simplifier = Simplifier(places, corners, [tuple(triangle) for triangle in half.tolist()])
    simplifier.simplify(ERROR_MM)
    left = np.array(simplifier.triangles)
    return [*left.tolist(), *mirror[left[:, ::-1]].tolist()]


def write(table: dict[str, object], path: Path = TABLE) -> None:
    """Write the topology, a line a key."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in table.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    whole = np.concatenate([table["triangles"], *table["patches"].values()])
    table["lean_triangles"] = lean(whole, np.array(table["canonical_m"]), np.array(table["mirror"]))
    write(table)
    print(f"{len(table['triangles'])} triangles, {len(table['lean_triangles'])} lean ones")


if __name__ == "__main__":
    main()
