"""The simplifier of the glasses' generator on shapes whose leaner forms are known."""

import math
from itertools import pairwise

import numpy as np
import pytest
import trimesh
from glasses.detail import ERRORS_MM, Surface, coverages, leaner
from glasses.deviation import closest


def surface(mesh: trimesh.Trimesh, *, colors=None) -> Surface:
    """A mesh in mm as the generator has it: float32, m."""
    return Surface(
        places=(np.asarray(mesh.vertices) * 1e-3).astype(np.float32),
        normals=np.asarray(mesh.vertex_normals).astype(np.float32),
        uvs=None,
        colors=None if colors is None else colors.astype(np.float32),
        triangles=np.asarray(mesh.faces, dtype=np.int64),
    )


def wire() -> trimesh.Trimesh:
    """Wire of 1.2 mm bent to a ring of 40 mm, much finer than needed."""
    return trimesh.creation.torus(20.0, 0.6, major_sections=100, minor_sections=16)


def sheet(side: int = 20) -> trimesh.Trimesh:
    """A closed slab, 0.5 mm thick, in far more triangles than its twelve."""
    box = trimesh.creation.box((side, side, 0.5))
    for _ in range(3):
        box = box.subdivide()
    return trimesh.Trimesh(box.vertices, box.faces, process=False)


def drawn(mesh: trimesh.Trimesh, triangles) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices, triangles, process=False)


def test_a_wire_loses_triangles_and_stays_a_wire():
    mesh = wire()
    for error_mm, (triangles,) in zip(ERRORS_MM, leaner([surface(mesh)]), strict=True):
        lean = drawn(mesh, triangles)
        assert lean.is_watertight
        assert lean.euler_number == 0
        middles = lean.triangles_center
        from_axis = np.hypot(np.hypot(middles[:, 0], middles[:, 1]) - 20.0, middles[:, 2])
        assert np.abs(from_axis - 0.6).max() < 1.5 * error_mm + 0.02
    assert len(triangles) < 0.12 * len(mesh.faces)


def test_levels_grow_out_of_each_other_and_are_the_same_every_time():
    mesh = surface(wire())
    levels, again = leaner([mesh]), leaner([mesh])
    counts = [len(triangles) for (triangles,) in levels]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == len(ERRORS_MM)
    for (one,), (other,) in zip(levels, again, strict=True):
        np.testing.assert_array_equal(one, other)
    kept = [set(triangles.ravel().tolist()) for (triangles,) in levels]
    assert all(after < before for before, after in pairwise(kept))


def test_a_slab_keeps_its_outline():
    mesh = sheet()
    for (triangles,) in leaner([surface(mesh)]):
        lean = drawn(mesh, triangles)
        np.testing.assert_allclose(lean.bounds, mesh.bounds, atol=1e-6)
        np.testing.assert_allclose(lean.volume, mesh.volume, rtol=0.02)


def gradient(mesh: trimesh.Trimesh, shade) -> np.ndarray:
    height = (mesh.vertices[:, 1] - mesh.bounds[0, 1]) / np.ptp(mesh.bounds[:, 1])
    return np.repeat(shade(height)[:, None], 4, axis=1)


def test_a_linear_gradient_costs_nothing_and_a_curved_one_is_kept():
    mesh = trimesh.creation.icosphere(subdivisions=3, radius=20.0)
    counts = {}
    for name, shade in {
        "none": lambda height: 0.0 * height,
        "linear": lambda height: 0.2 * height,
        "curved": lambda height: np.sin(6.0 * height),
    }.items():
        colors = gradient(mesh, shade)
        (triangles,) = leaner([surface(mesh, colors=colors)])[-1]
        counts[name] = len(triangles)
        lean = trimesh.Trimesh(mesh.vertices, triangles, process=False)
        for point, color in list(zip(mesh.vertices, colors[:, 0], strict=True))[::29]:
            near = trimesh.triangles.closest_point(lean.triangles, np.tile(point, (len(triangles), 1)))
            chosen = int(np.linalg.norm(near - point, axis=1).argmin())
            weights = trimesh.triangles.points_to_barycentric(lean.triangles[[chosen]], near[[chosen]])[0]
            assert abs(weights @ colors[triangles[chosen], 0] - color) < 0.02
    assert counts["linear"] < 1.5 * counts["none"]
    assert counts["curved"] > 1.5 * counts["none"]


def test_surfaces_that_touch_keep_touching():
    mesh = wire()
    upper = mesh.triangles_center[:, 2] > 0
    parts = [mesh.submesh([np.flatnonzero(side)], append=True) for side in (upper, ~upper)]
    for levels in leaner([surface(part) for part in parts]):
        halves = [drawn(part, triangles) for part, triangles in zip(parts, levels, strict=True)]
        whole = trimesh.util.concatenate(halves)
        whole.merge_vertices(merge_norm=True, digits_vertex=4)
        assert whole.is_watertight


def test_open_edges_stay_where_they_are():
    mesh = wire()
    half = mesh.submesh([np.flatnonzero(mesh.triangles_center[:, 0] > 0)], append=True)
    edges = {tuple(edge) for edge in half.edges_sorted[trimesh.grouping.group_rows(half.edges_sorted, 1)]}
    (triangles,) = leaner([surface(half)])[-1]
    lean = drawn(half, triangles)
    assert {
        tuple(edge) for edge in lean.edges_sorted[trimesh.grouping.group_rows(lean.edges_sorted, 1)]
    } == edges


def test_coverage_is_the_share_of_a_disc_whose_rows_are_two_errors():
    mesh = trimesh.creation.box((30.0, 40.0, 0.0))
    radius_mm = 25.0
    for error_mm, share in zip(ERRORS_MM, coverages([surface(mesh)])[:-1], strict=True):
        rows = radius_mm / (2.0 * error_mm)
        assert share == pytest.approx(math.pi * rows**2 / (1080 * 1920), rel=1e-5)
    assert coverages([surface(mesh)])[-1] == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_closest_point_of_a_triangle_is_that_of_trimesh(seed):
    rng = np.random.default_rng(seed)
    for corners, point in zip(rng.normal(size=(60, 3, 3)), rng.normal(size=(60, 3)) * 2, strict=True):
        weights = closest(tuple(point), tuple(map(tuple, corners)))
        assert min(weights) >= 0
        assert sum(weights) == pytest.approx(1.0)
        expected = trimesh.triangles.closest_point(corners[None], point[None])[0]
        np.testing.assert_allclose(np.array(weights) @ corners, expected, atol=1e-9)
