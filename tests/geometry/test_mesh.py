import numpy as np
import pytest

from arpipe.geometry.mesh import vertex_normals
from arpipe.topology import load_topology


def test_a_cube_s_corners_look_outwards():
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([triangle for a, b, c, d in faces for triangle in ((a, b, c), (a, c, d))])
    normals = vertex_normals(corners, triangles)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(np.ones(8))
    assert ((normals * corners).sum(axis=1) > 0.9 * np.sqrt(3.0) * 0.9).all()


def test_a_vertex_without_triangles_looks_ahead():
    points = np.vstack([np.eye(3), [[5.0, 5.0, 5.0]]])
    assert vertex_normals(points, np.array([[0, 1, 2]]))[3].tolist() == [0.0, 0.0, 1.0]


def test_the_face_looks_out_of_the_head():
    topology = load_topology("face")
    normals = vertex_normals(topology.canonical_m, topology.triangles)
    assert normals[topology.index("nose_tip"), 2] > 0.8
    assert normals[topology.index("left_temple"), 0] > 0.5
    assert normals[topology.index("right_temple"), 0] < -0.5
