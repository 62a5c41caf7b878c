"""The camera and its OpenGL twin."""

import numpy as np
import pytest

from arpipe.geometry.camera import GL_FROM_CAMERA, CameraIntrinsics

LENS = (-0.28, 0.03, 0.0012, -0.0003, 0.01)
CAMERA = CameraIntrinsics(533.0, 530.0, 342.0, 234.0, 640, 480, LENS)
POINTS_M = np.random.default_rng(7).uniform((-0.4, -0.3, 0.8), (0.4, 0.3, 2.0), (50, 3))


def test_unproject_undoes_project() -> None:
    plane = CAMERA.unproject(CAMERA.project(POINTS_M))
    np.testing.assert_allclose(plane, POINTS_M[:, :2] / POINTS_M[:, 2:], atol=1e-7)


def test_distortion_is_opencvs() -> None:
    cv2 = pytest.importorskip("cv2")
    expected, _ = cv2.projectPoints(POINTS_M, np.zeros(3), np.zeros(3), CAMERA.matrix, np.array(LENS))
    np.testing.assert_allclose(CAMERA.project(POINTS_M), expected.reshape(-1, 2), atol=1e-6)


def test_gl_clip_space_lands_on_the_same_pixel() -> None:
    camera = CAMERA.undistorted()
    clip = np.column_stack([GL_FROM_CAMERA.apply(POINTS_M), np.ones(50)]) @ camera.gl_projection(0.05, 10.0).T
    ndc = clip[:, :3] / clip[:, 3:]
    window = (ndc[:, :2] + 1.0) / 2.0 * (camera.width, camera.height)
    u, v = camera.project(POINTS_M).T
    np.testing.assert_allclose(window, np.column_stack([u + 0.5, camera.height - 0.5 - v]), atol=1e-9)
    assert np.abs(ndc[:, 2]).max() < 1.0


def test_resized_camera_sees_the_same_rays() -> None:
    large = CAMERA.resized(1280, 960)
    small_px = CAMERA.project(POINTS_M)
    np.testing.assert_allclose(large.project(POINTS_M), (small_px + 0.5) * 2.0 - 0.5, atol=1e-9)


def test_field_of_view_comes_back() -> None:
    assert CameraIntrinsics.from_fov(1280, 720, 50.0).vertical_fov_deg == pytest.approx(50.0)


@pytest.mark.parametrize("fov", [0.0, 180.0, -3.0])
def test_impossible_field_of_view_is_refused(fov: float) -> None:
    with pytest.raises(ValueError, match="field of view"):
        CameraIntrinsics.from_fov(640, 480, fov)


def test_non_positive_focal_length_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        CameraIntrinsics(0.0, 1.0, 0.0, 0.0, 10, 10)
