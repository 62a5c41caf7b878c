"""The CPU draws what OpenGL draws."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.assets import assets_root
from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render import solid
from arpipe.render.color import linear_from_srgb
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.rasteriser.library import load_rasteriser
from arpipe.timing import StageTimer
from arpipe.types import Frame, OcclusionMatte
from tests.effects.building import activate
from tests.render.faces import CAMERA, face_at, hazy_frame, pose_at, result_of

pytestmark = [pytest.mark.gl, pytest.mark.cpu]

MAX_MEAN, MAX_P999 = 0.5, 16.0  # sRGB codes
MAX_DRAWN_MEAN = 0.8  # where anything was drawn
GLASSES = sorted(path.parent.name for path in (assets_root() / "effects").glob("*/model.glb"))
BENT = replace(CameraIntrinsics.from_fov(640, 480), distortion=(-0.2, 0.05, 0.002, -0.001, 0.0))
SPECK, MAX_SPECKS = (
    24,
    0.0045,
)  # code by which single pixels show, and how many of those drawn may be off by more
STREAM = 5  # frames into a stream, where time matters


def shaded_frame(camera=CAMERA, grey=False):
    """A picture with slopes, so that what is transmitted and reflected differs from place to place."""
    rows, columns = np.mgrid[: camera.height, : camera.width].astype(float)
    red, green = 90 + 120 * columns / camera.width, 70 + 110 * rows / camera.height
    pixels = np.stack([red, green, green if not grey else red], axis=2)
    if grey:
        pixels = pixels.mean(axis=2, keepdims=True).repeat(3, axis=2)
    return Frame(pixels.astype(np.uint8), 0.0, 0)


def draw(context, effect, frame, faces, camera=CAMERA, mattes=(), **config):
    active = activate(context, effect)
    compositor = Compositor(context, RenderConfig(**config))
    try:
        result = replace(result_of(frame, *faces), occlusion=mattes)
        return compositor.draw(result, camera, active.layers, StageTimer()).astype(int)
    finally:
        compositor.close()
        active.close()


def assert_alike(context, effect, frame, faces, **scene):
    """Compare both pictures, which have to differ from the frame; return by how much they are off where drawn."""
    with_gl = draw(context, effect, frame, faces, **scene)
    on_cpu = draw(load_rasteriser(), effect, frame, faces, **scene)
    off = np.abs(with_gl - on_cpu)
    assert off.mean() <= MAX_MEAN
    assert np.percentile(off, 99.9) <= MAX_P999
    drawn = np.abs(with_gl - frame.pixels).max(axis=2) > 3
    assert drawn.mean() > 0.005
    assert off[drawn].mean() <= MAX_DRAWN_MEAN
    assert (off[drawn].max(axis=1) > SPECK).mean() <= MAX_SPECKS
    assert (np.abs(on_cpu - frame.pixels).max(axis=2) > 3)[drawn].mean() > 0.9
    return off[drawn]


@pytest.mark.parametrize("effect", GLASSES)
def test_glasses_look_the_same(context, effect):
    face = face_at(pose_at(18.0, -6.0, 5.0), age_frames=STREAM)
    assert_alike(context, effect, shaded_frame(), [face])


@pytest.mark.parametrize("supersample", [1, 3])
def test_picture_does_not_depend_on_the_number_of_threads(supersample):
    face = face_at(pose_at(20.0), age_frames=STREAM)
    one, *others = (
        draw(load_rasteriser(), "round", shaded_frame(), [face], threads=threads, supersample=supersample)
        for threads in (1, 2, 7)
    )
    assert all((other == one).all() for other in others)


@pytest.mark.parametrize("yaw_deg", [-45.0, 0.0])
def test_photos_look_the_same(context, yaw_deg):
    assert_alike(context, "wayfarer", shaded_frame(), [face_at(pose_at(yaw_deg))])


@pytest.mark.parametrize("scale", [3, 4, 5, 6])
def test_small_faces_look_the_same_whatever_their_number_of_samples(context, scale, monkeypatch):
    monkeypatch.setattr(solid, "MAX_SUPERSAMPLE", scale)
    camera = CameraIntrinsics.from_fov(160, 120)
    face = face_at(pose_at(12.0), camera, age_frames=STREAM)
    assert_alike(context, "aviator", shaded_frame(camera), [face], camera=camera)


@pytest.mark.parametrize("yaw_deg", [-35.0, 5.0, 30.0])
def test_edges_of_translucent_frames_have_no_specks(context, yaw_deg):
    face = face_at(pose_at(yaw_deg, -10.0, place_m=(0.0, 0.0, 0.3)))
    off = assert_alike(context, "oversized", shaded_frame(), [face])
    assert np.percentile(off, 99.9) <= MAX_P999


def test_lenses_over_own_glasses_look_the_same(context):
    face = replace(face_at(pose_at(8.0)), own_glasses=1.0)
    assert_alike(context, "aviator", shaded_frame(), [face])


def test_shadows_look_the_same(context):
    frame, face = shaded_frame(), face_at(pose_at(10.0))
    shadows = []
    for renderer in (context, load_rasteriser()):
        without = draw(renderer, "wayfarer(shadow=2)", frame, [face], shadow=False, match_sharpness=False)
        shadows.append(without - draw(renderer, "wayfarer(shadow=2)", frame, [face], match_sharpness=False))
    assert shadows[0].max() > 30
    assert np.abs(shadows[0] - shadows[1]).mean() < 0.01
    assert np.abs(shadows[0] - shadows[1]).max() <= 4


def test_what_stands_before_a_face_hides_the_same(context):
    covered = np.zeros((64, 64), np.float32)
    covered[8:56, 30:56] = np.linspace(0.2, 1.0, 26)
    image_from_crop = Affine2D(np.array([[5.0, 0.0, 160.0], [0.0, 5.0, 80.0]]))
    matte = OcclusionMatte(1, covered, 1.0 - covered, image_from_crop)
    assert_alike(context, "wayfarer", shaded_frame(), [face_at(pose_at())], mattes=(matte,))


def test_a_lens_bends_the_same(context):
    face = face_at(pose_at(25.0, place_m=(0.09, -0.06, 0.4)), BENT)
    assert_alike(context, "round", shaded_frame(BENT), [face], camera=BENT)


def test_grey_pictures_stay_grey(context):
    frame = shaded_frame(grey=True)
    assert_alike(context, "cat-eye(lens_color=#88aaff)", frame, [face_at(pose_at())])
    drawn = draw(load_rasteriser(), "cat-eye(lens_color=#88aaff)", frame, [face_at(pose_at())])
    assert np.ptp(drawn, axis=2).max() <= 2


def test_haze_lies_over_black_acetate(context):
    face = face_at(pose_at())
    clear, hazy = hazy_frame(face, 0.0), hazy_frame(face, 0.06)
    assert_alike(context, "wayfarer", hazy, [face])
    plain, veiled = (
        draw(context, "wayfarer", frame, [face], match_sharpness=False) for frame in (clear, hazy)
    )
    acetate = (plain.max(axis=2) < 60) & (hazy.pixels.max(axis=2) > 100)
    assert acetate.sum() > 500
    light = linear_from_srgb(veiled.astype(np.uint8)[acetate])
    assert light.min() > 0.04


def test_several_faces_hide_each_other_the_same(context):
    faces = [
        face_at(pose_at(10.0, place_m=(-0.03, 0.0, 0.5)), track_id=1, age_frames=STREAM),
        face_at(pose_at(-20.0, place_m=(0.05, 0.01, 0.42)), track_id=2, age_frames=STREAM),
    ]
    assert_alike(context, "aviator", shaded_frame(), faces)


def test_half_opaque_glasses_look_the_same(context):
    assert_alike(context, "sport(opacity=0.5, color=#ff8800)", shaded_frame(), [face_at(pose_at(-15.0))])


def test_quality_levels_mean_the_same(context):
    face = face_at(pose_at(12.0), age_frames=STREAM)
    for config in ({"supersample": 1}, {"reflection": False}, {"supersample": 3, "match_sharpness": False}):
        assert_alike(context, "panto", shaded_frame(), [face], **config)
