"""Views of one face: a mirrored square shows the mirror image, and its landmarks land where the others do."""

import cv2
import numpy as np
import pytest

from arpipe.models.face_mesh import FaceMesh
from arpipe.models.face_views import CropView, FaceViews
from arpipe.preprocess.crop import Warp
from arpipe.timing import StageTimer
from arpipe.types import Frame, Roi
from tests.golden.faces import cases

PORTRAIT_ROI = Roi(np.array(cases.FACE_CENTER), 1.5 * cases.FACE_LONG_SIDE, 0.0)
SQUARE = Roi(np.array([200.0, 150.0]), 128.0, 0.3)
MIRRORED = Roi(SQUARE.center_px, SQUARE.size_px, SQUARE.angle_rad, mirrored=True)


def test_mirrored_square_maps_left_to_right_about_its_middle():
    points = np.array([[0.0, 0.0], [64.0, 0.0], [64.0, 64.0], [10.0, 50.0]])
    exchanged = np.array([64.0, 0.0]) + points * (-1.0, 1.0)
    there = MIRRORED.image_from_crop(64).apply(points)
    np.testing.assert_allclose(there, SQUARE.image_from_crop(64).apply(exchanged), atol=1e-12)
    np.testing.assert_allclose(MIRRORED.image_from_crop(64).apply([32.0, 32.0]), SQUARE.center_px)


@pytest.mark.parametrize("angle_rad", [0.0, 0.3])
def test_mirrored_crop_is_the_mirror_image(portrait, angle_rad):
    out, mirrored = np.empty((64, 64, 3), np.uint8), np.empty((64, 64, 3), np.uint8)
    warp = Warp(64, "replicate")
    soft = cv2.GaussianBlur(portrait, (0, 0), 4.0)
    warp.crop(Frame.from_rgb(soft), Roi(np.array([224.0, 124.0]), 128.0, angle_rad), out)
    warp.crop(Frame.from_rgb(soft), Roi(np.array([224.0, 124.0]), 128.0, angle_rad, mirrored=True), mirrored)
    # Column i of one lies at column 64 - i of the other.
    assert np.abs(out[:, 1:].astype(int) - mirrored[:, :0:-1]).max() <= 2


@pytest.mark.weights
def test_landmarks_of_a_mirrored_view_land_on_those_of_the_usual_one(runtime, portrait):
    frame, timer = Frame(portrait, 0.0, 0), StageTimer()
    views = FaceViews(FaceMesh("v2", runtime), runtime.background)
    usual, mirrored = (
        views.locate(frame, [PORTRAIT_ROI], [view], timer)[0]
        for view in (CropView(1.0), CropView(1.0, mirrored=True))
    )
    distance = np.linalg.norm((usual.points_px - mirrored.points_px)[:, :2], axis=1)
    assert distance.mean() < 0.015 * cases.FACE_LONG_SIDE
    assert usual["left_eye_outer"] == pytest.approx(mirrored["left_eye_outer"], abs=4.0)


@pytest.mark.weights
def test_several_views_are_averaged_face_by_face(runtime, portrait):
    frame, timer = Frame(portrait, 0.0, 0), StageTimer()
    views = FaceViews(FaceMesh("v2", runtime), runtime.background)
    other = Roi(PORTRAIT_ROI.center_px + 5.0, PORTRAIT_ROI.size_px, 0.1)
    plan = [CropView(0.85), CropView(0.95, mirrored=True)]
    both = views.locate(frame, [PORTRAIT_ROI, other], plan, timer)
    for found, roi in zip(both, (PORTRAIT_ROI, other), strict=True):
        singles = [views.locate(frame, [roi], [view], timer)[0] for view in plan]
        mean = np.mean([each.points_px for each in singles], axis=0)
        np.testing.assert_allclose(found.points_px, mean, atol=0.02)
        assert found.score == pytest.approx(min(each.score for each in singles), abs=1e-4)
    assert views.locate(frame, [], plan, timer) == []


@pytest.mark.weights
def test_views_in_the_background_are_those_of_the_foreground(runtime, portrait):
    frame, timer = Frame(portrait, 0.0, 0), StageTimer()
    views = FaceViews(FaceMesh("v2", runtime), runtime.background)
    plan = [CropView(0.85), CropView(0.85, mirrored=True)]
    (now,) = views.locate(frame, [PORTRAIT_ROI], plan, timer)
    timer.begin_frame(1)
    (later,) = views.begin(frame, [PORTRAIT_ROI], plan, timer).result()
    np.testing.assert_array_equal(now.points_px, later.points_px)
    assert list(timer.timings_ms) == ["crop"]  # the rest belongs to another thread
