import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.geometry.camera import GL_FROM_CAMERA, CameraIntrinsics
from arpipe.render.view import Region, View, box_around, merge_overlapping, region_of_box

DISTORTED = CameraIntrinsics(600.0, 620.0, 310.0, 250.0, 640, 480, (-0.28, 0.09, 0.001, -0.002, 0.01))
REGION = Region(123, 45, 201, 150)


def drawn_at(view, region, points_m):
    """Image px where the clip matrix puts camera points, distortion left out."""
    gl = GL_FROM_CAMERA.apply(points_m)
    clip = np.column_stack([gl, np.ones(len(gl))]) @ view.clip_from_gl.T
    ndc = clip[:, :2] / clip[:, 3:]
    window = (ndc + 1.0) / 2.0 * (region.width, region.height)
    return window - 0.5 + (region.x, region.y)


def test_clip_matrix_agrees_with_projection():
    camera = DISTORTED.undistorted()
    points = np.random.default_rng(0).uniform((-0.2, -0.2, 0.3), (0.2, 0.2, 1.0), (50, 3))
    assert drawn_at(View.of_region(camera, REGION), REGION, points) == pytest.approx(
        camera.project(points), abs=1e-6
    )


@pytest.mark.gl
@pytest.mark.parametrize("camera", [DISTORTED, DISTORTED.undistorted()])
def test_drawn_points_agree_with_projection(context, camera):
    """A small triangle around each point: the centre of the pixels it covers is where `project` says."""
    resources, gl = context.resources, context.gl
    program = resources.program("depth.vert", "copy.frag")
    target = resources.target("test", REGION.width * 4, REGION.height * 4)
    white = resources.texture(np.full((1024, 1024, 4), 255, np.uint8))
    corners = np.array([[-1.0, -0.577, 0.0], [1.0, -0.577, 0.0], [0.0, 1.155, 0.0]]) * 0.004
    view = View.of_region(camera, REGION)
    for target_px in [(130.0, 60.0), (200.0, 100.0), (315.0, 185.0)]:
        point = np.append(camera.unproject(target_px), 1.0) * 0.6
        mesh = resources.mesh(
            program,
            [(GL_FROM_CAMERA.apply(corners + point).astype(np.float32), "3f", ("in_position",))],
            np.array([[0, 1, 2]]),
        )
        target.framebuffer.use()
        target.framebuffer.viewport = (0, 0, REGION.width * 4, REGION.height * 4)
        target.framebuffer.clear()
        view.apply(program)
        program.write("u_gl_from_head", np.eye(4))
        white.use(0)
        mesh.vertex_array.render()
        pixels = np.frombuffer(
            target.framebuffer.read(viewport=(0, 0, REGION.width * 4, REGION.height * 4), components=4),
            np.uint8,
        ).reshape(REGION.height * 4, REGION.width * 4, 4)
        rows, columns = np.nonzero(pixels[..., 0])
        center = (np.array([columns.mean(), rows.mean()]) + 0.5) / 4.0 - 0.5 + (REGION.x, REGION.y)
        assert np.linalg.norm(center - target_px) < 0.3
    assert gl.error == "GL_NO_ERROR"


def test_region_covers_the_pixels_of_a_box_and_stays_in_the_image():
    assert region_of_box((10.0, 20.0, 12.0, 20.0), 100, 50) == Region(10, 20, 3, 1)
    assert region_of_box((10.4, 20.6, 12.4, 21.4), 100, 50) == Region(10, 21, 3, 1)
    assert region_of_box((-5.0, -5.0, 200.0, 200.0), 100, 50) == Region(0, 0, 100, 50)
    assert region_of_box((-9.0, 3.0, -2.0, 9.0), 100, 50).is_empty
    assert region_of_box((np.nan, 3.0, 20.0, 9.0), 100, 50).is_empty


def test_box_around_points_has_a_margin():
    assert box_around(np.array([[1.0, 2.0], [5.0, -3.0]]), 2.0).tolist() == [-1.0, -5.0, 7.0, 4.0]


boxes = st.builds(Region, st.integers(0, 60), st.integers(0, 60), st.integers(0, 30), st.integers(0, 30))


@given(st.lists(boxes, max_size=8))
def test_merged_regions_are_disjoint_and_cover_all(regions):
    merged = merge_overlapping(regions)
    covered = np.zeros((100, 100), int)
    for region in merged:
        covered[region.rows, region.columns] += 1
    assert covered.max(initial=0) <= 1
    for region in regions:
        assert (covered[region.rows, region.columns] == 1).all()
