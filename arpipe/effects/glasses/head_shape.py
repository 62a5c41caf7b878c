"""The parts of a head without landmarks, skull and ears, estimated from those with landmarks.

The proportions are those of a scanned head in the frame of its own landmarks, in units of the half width `w` of the
face at its outermost landmarks in front of the ears.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.topology import Topology

# Distance behind the edge of the face and half width, in w; 2 mm less than the scan, so that temples clear it.
SKULL_SECTIONS = np.array(
    [
        (0.00, 0.925),
        (0.13, 0.965),
        (0.28, 1.005),
        (0.42, 1.045),
        (0.70, 1.080),
        (1.00, 1.060),
        (1.35, 0.900),
        (1.65, 0.550),
        (1.78, 0.000),
    ]
)
SKULL_CENTRE_UP, SKULL_HALF_HEIGHT = 0.40, 1.20  # relative to the edge of the face, in w
SKULL_SQUARENESS = 3.0  # exponent of the outline, whose sides are vertical where temples are
SKULL_SPOKES = 20

EAR_CENTRE = (0.105, -0.25, -0.375)  # outwards from the edge of the face, up, back; in w
EAR_FLARE_DEG = 40.0  # between the ear and the side of the head
EAR_HALF_SIZES = (0.20, 0.37, 0.045)  # along the ear, up, and its thickness; in w
EAR_RINGS, EAR_SPOKES = 5, 10

EAR_ROOT = (0.045, 0.115, -0.30)  # where the upper edge of the ear meets the head and a temple rests; in w


@dataclass(frozen=True, slots=True, eq=False)
class HeadShape:
    """Size and position of a head.

    Attributes:
        half_width_m: The unit w, m.
        left_edge_m, right_edge_m: (3,) outermost points of the face at the temples, head frame, m.
    """

    half_width_m: float
    left_edge_m: Array
    right_edge_m: Array

    @classmethod
    def of_mesh(cls, metric_mesh_m: Array, topology: Topology) -> "HeadShape":
        """Measure the (n, 3) landmarks of a face in the head frame."""
        left = metric_mesh_m[topology.index("left_temple")]
        right = metric_mesh_m[topology.index("right_temple")]
        return cls(float(left[0] - right[0]) / 2.0, left, right)

    @property
    def middle_m(self) -> Array:
        """(3,) point midway between the edges, head frame, m."""
        return (self.left_edge_m + self.right_edge_m) / 2.0

    def ear_root_m(self, side: int) -> Array:
        """Return the (3,) point where a temple rests; `side` is +1 for the person's left, -1 for the right."""
        edge = self.left_edge_m if side > 0 else self.right_edge_m
        out, up, back = EAR_ROOT
        offset: Array = np.array([side * out, up, back]) * self.half_width_m
        return edge + offset

    def vertices_m(self) -> Array:
        """Return the (m, 3) vertices of skull and ears in the head frame, m, for `TRIANGLES`."""
        skull = _SKULL * self.half_width_m + self.middle_m
        left = _EAR * self.half_width_m + self.left_edge_m
        right = _EAR * (-1.0, 1.0, 1.0) * self.half_width_m + self.right_edge_m
        return np.concatenate([skull, left, right])


def _skull() -> tuple[Array, npt.NDArray[np.int32]]:
    angles = np.linspace(0.0, 2.0 * np.pi, SKULL_SPOKES, endpoint=False)
    power = 2.0 / SKULL_SQUARENESS
    x = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** power
    y = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** power
    widest = SKULL_SECTIONS[:, 1].max()
    rings = [
        np.stack(
            [x * half, SKULL_CENTRE_UP + y * SKULL_HALF_HEIGHT * half / widest, np.full_like(x, -behind)],
            axis=1,
        )
        for behind, half in SKULL_SECTIONS
    ]
    return np.concatenate(rings), _grid_triangles(len(rings), SKULL_SPOKES)


def _ear() -> tuple[Array, npt.NDArray[np.int32]]:
    latitudes = np.linspace(-np.pi / 2.0, np.pi / 2.0, EAR_RINGS)
    longitudes = np.linspace(0.0, 2.0 * np.pi, EAR_SPOKES, endpoint=False)
    latitude, longitude = (grid.ravel() for grid in np.meshgrid(latitudes, longitudes, indexing="ij"))
    ball = np.stack(
        [np.cos(latitude) * np.cos(longitude), np.sin(latitude), np.cos(latitude) * np.sin(longitude)], axis=1
    )
    flare = np.deg2rad(EAR_FLARE_DEG)
    along = np.array([np.sin(flare), 0.0, -np.cos(flare)])
    through = np.array([np.cos(flare), 0.0, np.sin(flare)])
    sizes = EAR_HALF_SIZES
    plate = (
        ball[:, :1] * sizes[0] * along
        + ball[:, 1:2] * sizes[1] * np.array([0.0, 1.0, 0.0])
        + ball[:, 2:] * sizes[2] * through
    )
    return plate + EAR_CENTRE, _grid_triangles(EAR_RINGS, EAR_SPOKES)


def _grid_triangles(rings: int, spokes: int) -> npt.NDArray[np.int32]:
    """Return (t, 3) triangles of a tube of rings, counter-clockwise from outside for the rings of this module."""
    ring, spoke = (
        grid.ravel() for grid in np.meshgrid(np.arange(rings - 1), np.arange(spokes), indexing="ij")
    )
    here, beside = ring * spokes + spoke, ring * spokes + (spoke + 1) % spokes
    lower = np.stack([here, here + spokes, beside], axis=1)
    upper = np.stack([beside, here + spokes, beside + spokes], axis=1)
    return np.concatenate([lower, upper]).astype(np.int32)


_SKULL, _SKULL_TRIANGLES = _skull()
_EAR, _EAR_TRIANGLES = _ear()

TRIANGLES: npt.NDArray[np.int32] = np.concatenate(
    [
        _SKULL_TRIANGLES,
        _EAR_TRIANGLES + len(_SKULL),
        _EAR_TRIANGLES[:, ::-1] + len(_SKULL) + len(_EAR),  # mirrored
    ]
)
"""(t, 3) triangles of `HeadShape.vertices_m`."""

VERTEX_COUNT = len(_SKULL) + 2 * len(_EAR)
