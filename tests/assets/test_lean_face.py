"""The simplified face, which replaces the full one for occlusion and shadows."""

from collections import Counter

import numpy as np
import trimesh
from face.lean import lean

from arpipe.topology import load_topology

FACE = load_topology("face")
LEAN = FACE.lean_triangles
WHOLE = np.concatenate([FACE.triangles, *FACE.patches.values()])


def open_edges(triangles):
    """Edges of one triangle only, as they run around the surface."""
    sides = [tuple(side) for a, b, c in triangles.tolist() for side in ((a, b), (b, c), (c, a))]
    counts = Counter(tuple(sorted(side)) for side in sides)
    return {side for side in sides if counts[tuple(sorted(side))] == 1}


def test_there_are_a_third_fewer_triangles():
    assert len(LEAN) < 0.67 * len(WHOLE)


def test_the_rim_is_the_same_and_there_are_no_holes():
    assert open_edges(LEAN) == open_edges(WHOLE)


def test_both_sides_are_alike():
    triangles = {tuple(sorted(triangle)) for triangle in LEAN.tolist()}
    assert triangles == {tuple(sorted(triangle)) for triangle in FACE.mirror[LEAN].tolist()}


def test_triangles_face_outwards_as_those_of_the_whole_do():
    def forward(triangles):
        a, b, c = (FACE.canonical_m[triangles[:, corner]] for corner in range(3))
        return np.cross(b - a, c - a)[:, 2]

    assert (forward(LEAN) > 0).mean() >= (forward(WHOLE) > 0).mean() - 0.01


def test_no_landmark_lies_a_millimetre_off():
    points = FACE.canonical_m[np.unique(WHOLE)]
    corners = FACE.canonical_m[LEAN]
    pairs = np.repeat(corners, len(points), axis=0), np.tile(points, (len(corners), 1))
    nearest = trimesh.triangles.closest_point(*pairs).reshape(len(corners), len(points), 3)
    assert np.linalg.norm(nearest - points, axis=2).min(axis=0).max() < 0.001


def test_the_generator_gives_the_triangles_in_the_table():
    assert lean(WHOLE, FACE.canonical_m, FACE.mirror) == LEAN.tolist()
