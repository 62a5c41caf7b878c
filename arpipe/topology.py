"""Landmarks by name: which index is the nose tip, which triangles make the face.

Left and right are the person's. Tables live in `assets/topology/*.json`, those of the face made by
`assets/generators/face/`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np
import numpy.typing as npt

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.geometry.transforms import Array

IndexArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """Names, regions and surface of one kind of landmarks.

    Attributes:
        name: "face", "body" or "hand".
        count: Number of landmarks n.
        names: Landmark name → index.
        regions: Region name → (k,) indices; outlines are in order, closed.
        triangles: (t, 3) indices, counter-clockwise seen from outside; (0, 3) when there is no surface.
        lean_triangles: Fewer triangles over the same landmarks, holes closed, within a millimetre of the whole surface;
            for effects that are not visible themselves.
        patches: Name of a hole ("left_eye", "right_eye", "mouth") → (k, 3) triangles that close it.
        edges: (e, 2) indices of the lines of a debug view.
        mirror: (n,) index of each landmark's partner on the other side; empty when there is none.
        rigid: (k,) indices that do not move with expression; empty when there are none.
        rigid_weights: (k,) weight of each rigid point, at most 1.
        canonical_m: (n, 3) mean shape in the `head` frame, m; (0, 3) when there is none.
        uv: (n, 2) texture coordinates in arpipe's unwrap, u right and v down in [0, 1]; (0, 2) when there are none.
    """

    name: str
    count: int
    names: Mapping[str, int]
    regions: Mapping[str, IndexArray]
    triangles: IndexArray
    lean_triangles: IndexArray
    patches: Mapping[str, IndexArray]
    edges: IndexArray
    mirror: IndexArray
    rigid: IndexArray
    rigid_weights: Array
    canonical_m: Array
    uv: Array

    @property
    def surface(self) -> IndexArray:
        """Return the (k,) landmarks that triangles use; of a face, all but the irises."""
        # Not by `np.unique`, whose first use imports NumPy's masked arrays.
        uses = np.bincount(self.triangles.ravel(), minlength=self.count)
        return np.flatnonzero(uses).astype(np.int32)

    def index(self, name: str) -> int:
        """Return the index of a named landmark; KeyError has the nearest name."""
        if name not in self.names:
            raise KeyError(_unknown("landmark", name, self.name, list(self.names)))
        return self.names[name]

    def region(self, name: str) -> IndexArray:
        """Return the indices of a named region; KeyError has the nearest name."""
        if name not in self.regions:
            raise KeyError(_unknown("region", name, self.name, list(self.regions)))
        return self.regions[name]


def _unknown(what: str, name: str, topology: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.0)
    return f"{topology} topology has no {what} {name!r}; nearest: {near[0] if near else 'none'}"


@cache
def load_topology(name: str) -> Topology:
    """Read `assets/topology/<name>.json`.

    Raises:
        AssetError: The file is missing or not a topology.
    """
    path = asset_path(f"topology/{name}.json")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return Topology(
            name=name,
            count=int(table["count"]),
            names={key: int(index) for key, index in table["names"].items()},
            regions={key: _indices(value) for key, value in table["regions"].items()},
            triangles=_indices(table.get("triangles", [])).reshape(-1, 3),
            lean_triangles=_indices(table.get("lean_triangles", [])).reshape(-1, 3),
            patches={key: _indices(value) for key, value in table.get("patches", {}).items()},
            edges=_indices(table.get("edges", [])).reshape(-1, 2),
            mirror=_indices(table.get("mirror", [])),
            rigid=_indices(table.get("rigid", [])),
            rigid_weights=np.asarray(table.get("rigid_weights", []), dtype=np.float64),
            canonical_m=np.asarray(table.get("canonical_m", []), dtype=np.float64).reshape(-1, 3),
            uv=np.asarray(table.get("uv", []), dtype=np.float64).reshape(-1, 2),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AssetError(f"topology {name!r}: {path} cannot be read ({error}); reinstall arpipe") from error


def _indices(values: object) -> IndexArray:
    return np.asarray(values, dtype=np.int32)
