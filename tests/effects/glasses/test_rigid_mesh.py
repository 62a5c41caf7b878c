"""Glasses on heads: what is drawn, and where it stays."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.effects.glasses.rigid_mesh import RigidMesh, RigidMeshParams
from arpipe.effects.packs import load_pack
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Layer
from arpipe.types import Frame, TrackedFace
from tests.effects.building import activate
from tests.effects.glasses.drawing import changed, draw
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at

pytestmark = pytest.mark.gl

PACKS = ("aviator", "cat-eye", "rimless", "round", "sport", "wayfarer")

GOLDEN = Path(__file__).parents[2] / "golden" / "render"


@pytest.mark.parametrize("name", PACKS)
def test_packs_are_drawn_before_the_eyes(context, name):
    frame = plain_frame()
    face = face_at(pose_at())
    picture = draw(context, name, frame, face)
    marks = changed(picture, frame)
    for eye in ("left_pupil", "right_pupil"):
        x, y = np.rint(face.landmarks[eye][:2]).astype(int)
        assert marks[y - 8 : y + 30, x - 25 : x + 25].mean() > 0.2
    box = face.landmarks.box_px
    height = box[3] - box[1]
    marks[int(box[1] + 0.05 * height) : int(box[1] + 0.66 * height), int(box[0]) - 30 : int(box[2]) + 30] = (
        False
    )
    assert not marks.any()


def test_the_frame_given_stays_as_it_is(context):
    frame = noisy_frame()
    before = frame.pixels.copy()
    draw(context, "wayfarer", frame, face_at(pose_at()))
    assert (frame.pixels == before).all()


def test_opacity_zero_is_no_effect(context):
    frame = noisy_frame()
    assert (draw(context, "wayfarer(opacity=0)", frame, face_at(pose_at())) == frame.pixels).all()


def test_no_face_and_no_pose_leave_the_frame_alone(context):
    frame = noisy_frame()
    assert (draw(context, "aviator", frame) == frame.pixels).all()
    face = face_at(pose_at())
    lost = TrackedFace(1, face.landmarks, None, "tracked", 3)
    assert (draw(context, "aviator", frame, lost) == frame.pixels).all()


def test_several_faces_wear_one_each(context):
    frame = plain_frame()
    faces = [face_at(pose_at(place_m=(x, 0.0, 0.8)), track_id=number) for number, x in ((1, -0.2), (2, 0.2))]
    both = draw(context, "wayfarer(shadow=0)", frame, *faces, config=RenderConfig(match_sharpness=False))
    columns = np.flatnonzero(changed(both, frame).any(axis=0))
    assert (np.diff(columns) > 20).sum() == 1
    assert columns.min() < 320 < columns.max()


def test_the_nearer_face_hides_the_farther_one_s_glasses(context):
    frame = plain_frame()
    config = RenderConfig(match_sharpness=False)
    near = face_at(pose_at(place_m=(0.0, 0.05, 0.4)), track_id=1)
    far = face_at(pose_at(place_m=(0.0, 0.075, 0.6)), track_id=2)
    one = draw(context, "wayfarer(shadow=0)", frame, near, config=config)
    two = draw(context, "wayfarer(shadow=0)", frame, near, far, config=config)
    assert np.abs(one.astype(int) - two).mean() < 0.5


def test_a_symmetrical_scene_gives_a_symmetrical_picture(context):
    frame = plain_frame()
    config = RenderConfig(match_sharpness=False, reflection=False)  # windows are on one side
    picture = draw(context, "wayfarer", frame, face_at(pose_at()), config=config).astype(int)
    difference = np.abs(picture - picture[:, ::-1]).max(axis=2)
    assert np.quantile(difference[changed(picture, frame)], 0.9) <= 8


@pytest.mark.parametrize(
    "config", [RenderConfig(supersample=1), RenderConfig(supersample=3), RenderConfig(supersample=1, msaa=4)]
)
def test_quality_changes_edges_not_the_picture(context, config):
    frame = plain_frame()
    face = face_at(pose_at(20.0))
    best = draw(context, "aviator", frame, face).astype(int)
    other = draw(context, "aviator", frame, face, config=config).astype(int)
    marks = changed(best, frame) | changed(other, frame)
    assert np.abs(best - other)[marks].mean() < 7.0


def test_layer_says_what_it_needs(context):
    layer = RigidMesh(RigidMeshParams.model_validate({"model": _model("round")}), context)
    assert isinstance(layer, Layer)
    assert layer.needs == {"face", "covered"}
    layer.close()
    layer.close()


def _model(name):
    return load_pack(name).layers[0].params.model


def test_making_and_closing_layers_leaks_nothing(context):
    pack = load_pack("cat-eye")
    activate(context, pack).close()
    count = context.resources.count
    for _ in range(5):
        activate(context, pack).close()
    assert context.resources.count == count


@pytest.mark.parametrize(("name", "yaw_deg"), [("wayfarer", 0.0), ("aviator", 25.0), ("cat-eye", -35.0)])
def test_picture_is_the_golden_one(context, name, yaw_deg, tmp_path):
    """Renew with: ARPIPE_WRITE_GOLDEN=1 pytest tests/effects/glasses/test_rigid_mesh.py -k golden"""
    if not context.is_software:
        pytest.skip(f"golden pictures are for the software rasteriser, this is {context.renderer}")
    pixels = plain_frame().pixels
    pixels[:] = np.clip(pixels + np.linspace(-40, 40, pixels.shape[0])[:, None, None], 0, 255).astype(
        np.uint8
    )
    frame = Frame(pixels, 0.0, 0)
    picture = draw(
        context, name, frame, face_at(pose_at(yaw_deg, 5.0, 4.0)), config=RenderConfig(match_sharpness=False)
    )
    part = picture[120:330, 140:500]
    path = GOLDEN / f"{name}_{yaw_deg:+.0f}.png"
    if os.environ.get("ARPIPE_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), part[..., ::-1])
    golden = cv2.imread(str(path))[..., ::-1].astype(int)
    difference = np.abs(part.astype(int) - golden)
    if difference.mean() >= 1.0:
        cv2.imwrite(str(tmp_path / "difference.png"), np.clip(difference * 8, 0, 255).astype(np.uint8))
    assert difference.mean() < 1.0, f"see {tmp_path / 'difference.png'}"


def test_a_frame_of_one_pixel_is_no_problem(context):
    camera = type(CAMERA).from_fov(1, 1)
    picture = draw(context, "aviator", plain_frame(camera), face_at(pose_at(), camera), camera=camera)
    assert picture.shape == (1, 1, 3)
