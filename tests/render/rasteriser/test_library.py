"""The compiled rasteriser against laws of rasterisation."""

import numpy as np
import pytest

from arpipe.errors import NativeError, RenderError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.base_canvas import Phase
from arpipe.render.config import RenderConfig
from arpipe.render.rasteriser import library
from arpipe.render.rasteriser.canvas import Buffers, SoftwareCanvas
from arpipe.render.rasteriser.library import load_rasteriser
from arpipe.render.view import Region, View

CAMERA = CameraIntrinsics.from_fov(64, 48)
WHOLE = Region(0, 0, 64, 48)
IDENTITY = np.eye(4)


def canvas(region=WHOLE, camera=CAMERA, scale=1):
    columns, rows = region.width * scale, region.height * scale
    depth, nearest = Buffers().cleared(columns, rows)
    return SoftwareCanvas(
        load_rasteriser(),
        Phase.SOLID,
        region,
        View.of_region(camera, region),
        RenderConfig(),
        (columns, rows),
        (),
        np.zeros((rows, columns, 4), np.uint8),
        depth,
        nearest,
    )


def gl_points(pixels, depths_m, camera=CAMERA):
    """Points in the gl frame that are seen at places of the image."""
    x, y = np.asarray(pixels, float).T
    z = np.asarray(depths_m, float)
    points = np.stack([(x - camera.cx) / camera.fx * z, -(y - camera.cy) / camera.fy * z, -z], axis=1)
    return points.astype(np.float32)


def depth_of(points, triangles):
    drawn = canvas()
    drawn.draw_depth(points, np.asarray(triangles, np.uint32), IDENTITY)
    return drawn.depth.reshape(WHOLE.height, WHOLE.width)


@pytest.mark.cpu
def test_triangles_with_a_common_edge_leave_no_gap_and_reach_no_further():
    points = gl_points([(9.7, 7.2), (50.1, 8.9), (48.3, 40.4), (11.2, 37.8)], [0.5, 0.5, 0.5, 0.5])
    whole = depth_of(points, [(0, 2, 1), (0, 3, 2)]) < 1.0
    other = depth_of(points, [(0, 3, 1), (1, 3, 2)]) < 1.0
    assert np.array_equal(whole, other)
    assert not whole[:7].any()
    assert not whole[41:].any()
    assert whole[10:37, 13:48].all()


@pytest.mark.cpu
def test_depth_is_that_of_the_rays_through_the_samples():
    points = gl_points([(5.0, 5.0), (58.0, 10.0), (30.0, 44.0)], [0.3, 1.5, 0.6])
    depth = depth_of(points, [(0, 2, 1)])
    rows, columns = np.nonzero(depth < 1.0)
    normal = np.cross(points[1] - points[0], points[2] - points[0])
    rays = gl_points(np.stack([columns, rows], axis=1), np.ones(len(rows))).astype(float)
    z = ((points[0] @ normal) / (rays @ normal)) * rays[:, 2]
    clip = View.of_region(CAMERA, WHOLE).clip_from_gl
    assert len(rows) > 700
    assert np.allclose(depth[rows, columns], (clip[2, 2] * z + clip[2, 3]) / -z, atol=1e-5)


@pytest.mark.cpu
def test_faces_that_look_away_are_not_drawn():
    points = gl_points([(9.0, 7.0), (50.0, 9.0), (30.0, 40.0)], [0.5, 0.5, 0.5])
    assert (depth_of(points, [(0, 2, 1)]) < 1.0).any()
    assert (depth_of(points, [(0, 1, 2)]) == 1.0).all()


@pytest.mark.cpu
def test_the_nearest_depth_stays_whatever_the_order():
    points = gl_points([(0.0, 0.0), (63.0, 0.0), (0.0, 47.0)] * 2, [0.5] * 3 + [0.8] * 3)
    near, far = (0, 2, 1), (3, 5, 4)
    both, reversed_, alone = (depth_of(points, each) for each in ([near, far], [far, near], [near]))
    assert np.array_equal(both, reversed_)
    assert np.array_equal(both, alone)
    assert both.min() < 1.0


@pytest.mark.cpu
def test_triangles_that_reach_beyond_the_range_of_integers_are_drawn():
    points = gl_points([(9.5, 7.5), (5e9, 7.5), (9.5, 5e9)], [0.5, 0.5, 0.5])
    drawn = depth_of(points, [(0, 2, 1)]) < 1.0
    assert drawn[8:, 10:].all()
    assert drawn.sum() == drawn[8:, 10:].size


@pytest.mark.cpu
def test_points_behind_the_camera_are_not_drawn():
    points = np.array([(-0.1, 0.1, -0.3), (0.1, 0.1, -0.3), (0.0, -0.1, 0.2)], np.float32)
    assert (depth_of(points, [(0, 2, 1), (0, 1, 2)]) == 1.0).all()


@pytest.mark.cpu
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_points_that_are_no_numbers_leave_the_other_triangles(value, axis):
    points = gl_points([(9.0, 7.0), (30.0, 9.0), (20.0, 40.0)] * 2, [0.5] * 6)
    alone = depth_of(points, [(3, 5, 4)])
    points[0, axis] = value
    both = depth_of(points, [(0, 2, 1), (3, 5, 4)])
    assert (alone < 1.0).any()
    assert not (both > alone).any()


def test_without_the_library_the_renderer_says_how_to_get_it(monkeypatch):
    def refuse():
        raise NativeError("no compiled library; install a C++ compiler")

    monkeypatch.setattr(library, "load_library", refuse)
    with pytest.raises(RenderError, match=r"no CPU renderer: no compiled library; install a C\+\+ compiler"):
        load_rasteriser.__wrapped__()
