"""Levels of detail of a node: their maximum errors and screen coverages."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from glasses.curves import Array
from glasses.deviation import Corner
from glasses.levels import Simplifier
from glasses.meshes import Triangles

ERRORS_MM = (0.08, 0.16, 0.32, 0.64)
SCREEN_ROWS, SCREEN_COLUMNS = 1080, 1920
ROWS_PER_ERROR = 2.0  # a level is shown where its error is at most half a row of the screen


@dataclass(frozen=True, eq=False)
class Surface:
    """A primitive as in the file: positions (n, 3) m, normals, uv and colours or None, triangles."""

    places: Array
    normals: Array
    uvs: Array | None
    colors: Array | None
    triangles: Triangles


def leaner(surfaces: Sequence[Surface]) -> list[list[Triangles]]:
    """Simplify surfaces to each of `ERRORS_MM`; surfaces that touch keep touching."""
    starts = np.cumsum([0, *(len(surface.places) for surface in surfaces)]).tolist()
    places = [tuple(row) for surface in surfaces for row in _in_mm(surface.places).tolist()]
    corners = [corner for number, surface in enumerate(surfaces) for corner in _corners(number, surface)]
    triangles = [
        (a + start, b + start, c + start)
        for surface, start in zip(surfaces, starts[:-1], strict=True)
        for a, b, c in surface.triangles.tolist()
    ]
    simplifier = Simplifier(places, corners, triangles)
    levels = []
    for error_mm in ERRORS_MM:
        simplifier.simplify(error_mm)
        parts: list[list[tuple[int, int, int]]] = [[] for _ in surfaces]
        for triangle in simplifier.triangles:
            parts[corners[triangle[0]].primitive].append(triangle)
        levels.append([np.array(part) - start for part, start in zip(parts, starts[:-1], strict=True)])
    return levels


def coverages(surfaces: Sequence[Surface]) -> list[float]:
    """Return MSFT_screencoverage of a node and its levels: the minimum share of the screen for each.

    The share is that of a disc around the bounding box of the node.
    """
    low = np.min([_in_mm(surface.places).min(axis=0) for surface in surfaces], axis=0).tolist()
    high = np.max([_in_mm(surface.places).max(axis=0) for surface in surfaces], axis=0).tolist()
    x, y, z = ((b - a) / 2.0 for a, b in zip(low, high, strict=True))
    square = (x * x + y * y + z * z) * pi
    rows = [1.0 / (ROWS_PER_ERROR * error_mm) for error_mm in ERRORS_MM]
    shares = [square * row * row / (SCREEN_ROWS * SCREEN_COLUMNS) for row in rows]
    return [*(min(1.0, float(f"{share:.6g}")) for share in shares), 0.0]


def _corners(number: int, surface: Surface) -> list[Corner]:
    nothing = [()] * len(surface.places)
    normals = surface.normals.astype(np.float64).tolist()
    colors = nothing if surface.colors is None else surface.colors.astype(np.float64).tolist()
    uvs = (
        nothing
        if surface.uvs is None
        else (surface.uvs.astype(np.float64) * _mm_per_uv(surface.places, surface.uvs)).tolist()
    )
    return [
        Corner(number, tuple(normal), color, uv)
        for normal, color, uv in zip(normals, colors, uvs, strict=True)
    ]


def _mm_per_uv(places: Array, uvs: Array) -> float:
    """Return the size of a texture on the surface, as the ratio of longest sides, exact to the bit."""
    length = float(np.ptp(_in_mm(places), axis=0).max())
    return length / max(float(np.ptp(uvs, axis=0).max()), 1e-9)


def _in_mm(places: Array) -> Array:
    return places.astype(np.float64) * 1e3
