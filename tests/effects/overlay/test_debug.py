from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.overlay.debug import Debug, DebugParams
from arpipe.geometry.affine2d import Affine2D
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Scene
from arpipe.render.lighting import LightEstimator
from arpipe.types import OcclusionMatte
from tests.render.faces import CAMERA, face_at, plain_frame, pose_at, result_of

NOTHING = {"mesh": False, "outlines": False, "landmarks": False, "axes": False, "box": False}


def painted(face, **params):
    frame = plain_frame(color=(0, 0, 0))
    pixels = frame.pixels.copy()
    layer = Debug(DebugParams(**{**NOTHING, **params}))
    assert layer.paints
    assert not layer.uses_gl
    layer.paint(pixels, Scene(result_of(frame, face), CAMERA, RenderConfig(), LightEstimator()))
    return pixels


def test_nothing_asked_is_nothing_drawn():
    assert not painted(face_at(pose_at())).any()


def test_landmarks_are_where_they_are():
    face = face_at(pose_at(15.0))
    pixels = painted(face, landmarks=True, color="#ffffff")
    inside = np.rint(face.landmarks.points_px[:, :2]).astype(int)
    assert (pixels[inside[:, 1], inside[:, 0]].max(axis=1) > 100).all()


@pytest.mark.parametrize("part", ["mesh", "outlines", "box"])
def test_each_part_draws_in_the_face_s_surroundings(part):
    face = face_at(pose_at())
    rows, columns = np.nonzero(painted(face, **{part: True}).any(axis=2))
    box = face.landmarks.box_px
    assert rows.min() > box[1] - 30
    assert rows.max() < box[3] + 6
    assert columns.min() > box[0] - 6
    assert columns.max() < max(box[2] + 6, box[0] + 150)


def test_axes_point_left_up_and_out():
    pixels = painted(face_at(pose_at(25.0)), axes=True).astype(int)
    center = CAMERA.project(pose_at(25.0).translation_m)
    for channel, sign, axis in ((0, 1, 1), (1, -1, 0)):
        own = pixels[..., channel] - pixels.sum(axis=2) / 3.0 > 40
        offset = np.array(np.nonzero(own)).mean(axis=1)[axis] - center[1 - axis]
        assert np.sign(offset) == sign


def test_a_face_outside_the_picture_draws_nothing():
    assert not painted(
        face_at(pose_at(place_m=(3.0, 0.0, 0.5))), mesh=True, outlines=True, landmarks=True, box=True
    ).any()
    assert not painted(face_at(pose_at(place_m=(-3.0, -2.0, 0.5))), mesh=True, axes=True, box=True).any()


def test_a_head_behind_the_camera_has_no_axes():
    face = face_at(pose_at())
    behind = type(face)(
        1,
        face.landmarks,
        type(face.pose)(pose_at(place_m=(0.0, 0.0, -1.0)), face.pose.metric_mesh_m, 0.0),
        "tracked",
        0,
    )
    assert not painted(behind, axes=True).any()


def test_occlusion_is_tinted_where_it_is_and_explained_where_it_is_missing():
    frame = plain_frame(color=(128, 128, 128))
    covered = np.zeros((32, 32), np.float32)
    covered[8:16, 8:16] = 1.0
    bare = np.ones((32, 32), np.float32)
    bare[16:24, 8:16] = 0.0
    matte = OcclusionMatte(1, covered, bare, Affine2D(np.array([[4.0, 0.0, 100.0], [0.0, 4.0, 100.0]])))
    layer = Debug(DebugParams(occlusion=True, mesh=False, outlines=False, axes=False))
    assert layer.needs == {"face", "occlusion"}

    def tinted(matte):
        picture = frame.pixels.copy()
        result = replace(result_of(frame), occlusion=(matte,))
        layer.paint(picture, Scene(result, CAMERA, RenderConfig(), LightEstimator()))
        return picture.astype(int) - 128

    change = tinted(matte)
    red, blue, none = change[146, 146], change[178, 146], change[110, 110]
    assert red[0] > 30
    assert red[0] > red[2]
    assert blue[2] > 30
    assert blue[2] > blue[0]
    assert (none == 0).all()
    assert np.abs(tinted(replace(matte, note="too little bare skin")) - change).max() > 0
    beyond = replace(matte, image_from_crop=Affine2D(np.array([[4.0, 0.0, -900.0], [0.0, 4.0, 0.0]])))
    assert (tinted(beyond) == 0).all()
