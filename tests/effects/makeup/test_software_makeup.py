"""The CPU draws the makeup that OpenGL draws."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.makeup.masks import MASK_SIDE, touching_masks
from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.rasteriser.library import load_rasteriser
from arpipe.timing import StageTimer
from arpipe.types import Frame, OcclusionMatte
from tests.effects.building import activate
from tests.effects.makeup.faces import CAMERA, face, portrait, silhouette
from tests.render.faces import result_of

pytestmark = pytest.mark.cpu

MAX_MEAN, MAX_P999, MAX_OFF = 0.6, 4.0, 8  # sRGB codes, where anything was drawn
FRONTAL, TURNED = face(opened_mm=7, near_m=0.33), face(30, 5, 10, opened_mm=7, near_m=0.33)
KINDS = (
    "lipstick(finish=matte)",
    "lipstick(finish=gloss, reach_mm=1)",
    "lipstick(finish=metallic, liner=0.8, inner_color=#ff9988)",
    "eyeshadow(shimmer=0.8, highlight_color=#ffeedd)",
    "eyeliner(wing_mm=5, lower=0.5)",
    "mascara",
    "brows",
    "brows(shape=arched)",
    "blush",
    "bronzer",
    "contour",
    "foundation(color=#c09070)",
    "concealer(color=#e0c0a0)",
    "teeth",
    "iris-color",
    "face-paint",
)
LOOKS = ("natural", "evening", "smoky", "festival")


def draw(context, frame, faces, effects, mattes=(), **config):
    active = activate(context, *effects)
    compositor = Compositor(context, RenderConfig(**config))
    try:
        result = replace(result_of(frame, *faces), occlusion=mattes)
        camera = CameraIntrinsics.from_fov(frame.width, frame.height)
        return compositor.draw(result, camera, active.layers, StageTimer()).astype(int)
    finally:
        compositor.close()
        active.close()


def assert_alike(context, frame, faces, *effects, least=100, max_off=MAX_OFF, **scene):
    """Compare both pictures where at least one of them differs from the frame; return that of the CPU."""
    with_gl = draw(context, frame, faces, effects, **scene)
    on_cpu = draw(load_rasteriser(), frame, faces, effects, **scene)
    changed = [np.abs(each - frame.pixels).max(axis=2) for each in (with_gl, on_cpu)]
    off = np.abs(with_gl - on_cpu)
    assert (changed[0] > 3).sum() >= least
    assert (changed[1] > 0)[changed[0] > 3].mean() > 0.999
    drawn = off[np.maximum(*changed) > 0]
    assert drawn.mean() <= MAX_MEAN
    assert np.percentile(drawn, 99.9) <= MAX_P999
    assert drawn.max() <= max_off
    return on_cpu


@pytest.mark.gl
@pytest.mark.parametrize("effect", KINDS)
def test_every_kind_looks_the_same(context, effect):
    assert_alike(context, portrait(FRONTAL, seed=1), [FRONTAL], effect)


@pytest.mark.gl
@pytest.mark.parametrize("look", LOOKS)
def test_a_turned_face_hides_a_part_of_itself_alike(context, look):
    assert_alike(context, portrait(TURNED, seed=2), [TURNED], look, "brows(shape=arched)", "face-paint")


@pytest.mark.gl
def test_makeup_and_glasses_look_the_same(context):
    assert_alike(context, portrait(FRONTAL, seed=3), [FRONTAL], "evening", "aviator", max_off=48)


@pytest.mark.gl
def test_single_grains_of_a_close_face_look_the_same(context):
    person = face(near_m=0.13)
    assert_alike(context, portrait(person), [person], "eyeshadow(shimmer=1, opacity=1)")


@pytest.mark.gl
@pytest.mark.parametrize("near_m", [0.7, 1.5])
def test_small_faces_use_smaller_masks_alike(context, near_m):
    person = face(near_m=near_m)
    assert_alike(context, portrait(person, seed=4), [person], "evening", "face-paint", least=20)


@pytest.mark.gl
def test_a_face_beyond_the_edge_of_the_picture_looks_the_same(context):
    points = TURNED.landmarks.points_px + np.float32([260.0, 150.0, 0.0])
    person = replace(TURNED, landmarks=replace(TURNED.landmarks, points_px=points))
    assert_alike(context, portrait(person, seed=5), [person], "evening", "face-paint")


@pytest.mark.gl
def test_grey_pictures_stay_grey(context):
    level = portrait(FRONTAL, seed=6).pixels.mean(axis=2) * np.linspace(0.3, 1.2, CAMERA.width)
    grey = np.repeat(level[..., None], 3, axis=2).astype(np.uint8)
    drawn = assert_alike(context, Frame(grey, 0.0, 0), [FRONTAL], "festival", "face-paint", "teeth")
    assert np.ptp(drawn, axis=2).max() <= 1


@pytest.mark.gl
def test_what_stands_before_a_face_is_not_made_up(context):
    bare = np.ones((64, 64), np.float32)
    bare[:, :32], bare[:, 32:36] = 0.0, np.linspace(0.1, 0.9, 4)
    matte = OcclusionMatte(1, 1.0 - bare, bare, Affine2D(np.array([[6.0, 0.0, 130.0], [0.0, 6.0, 50.0]])))
    frame = portrait(FRONTAL, seed=7)
    drawn = assert_alike(context, frame, [FRONTAL], "evening", "face-paint", mattes=(matte,))
    assert np.array_equal(drawn[:, :310], frame.pixels[:, :310])


@pytest.mark.gl
def test_several_faces_in_one_region_look_the_same(context):
    people = [face(opened_mm=5), replace(TURNED, track_id=2)]
    assert_alike(context, portrait(TURNED, seed=8), people, "evening")


def broken(points):
    points[100, 2] = np.nan
    return points


@pytest.mark.parametrize(
    "change",
    [
        lambda points: 1e4 * points,
        lambda points: 0.0 * points + 200.0,
        lambda points: points * (1, 0, 1),
        broken,
    ],
    ids=["huge", "a point", "a line", "not a number"],
)
def test_degenerate_faces_are_drawn_without_damage(change):
    points = np.float32(change(FRONTAL.landmarks.points_px.copy()))
    person = replace(FRONTAL, landmarks=replace(FRONTAL.landmarks, points_px=points))
    frame = portrait(FRONTAL)
    drawn = draw(
        load_rasteriser(), frame, [person], ["festival", "face-paint", "brows(shape=arched)", "teeth"]
    )
    assert drawn.shape == frame.pixels.shape


@pytest.mark.parametrize(
    ("rows", "columns"), [(slice(None), slice(320, 321)), (slice(240, 241), slice(None))]
)
def test_a_strip_of_a_face_too_narrow_for_smoothing_is_made_up(rows, columns):
    pixels = np.ascontiguousarray(portrait(FRONTAL).pixels[rows, columns])
    points = FRONTAL.landmarks.points_px - np.float32([columns.start or 0, rows.start or 0, 0])
    person = replace(FRONTAL, landmarks=replace(FRONTAL.landmarks, points_px=points))
    drawn = draw(load_rasteriser(), Frame(pixels, 0.0, 0), [person], ["foundation(color=#805030)"])
    assert np.abs(drawn - pixels).max() > 3


def test_a_black_picture_stays_black():
    frame = Frame(np.zeros((CAMERA.height, CAMERA.width, 3), np.uint8), 0.0, 0)
    assert draw(load_rasteriser(), frame, [FRONTAL], ["natural"]).max() <= 8


def test_the_picture_does_not_depend_on_the_number_of_threads():
    person = replace(TURNED, landmarks=face(30, 5, 10, opened_mm=7, near_m=0.2).landmarks)
    scene = portrait(person, seed=10), [person], ["evening", "brows(shape=arched)", "face-paint"]
    one, *others = (draw(load_rasteriser(), *scene, threads=threads) for threads in (1, 2, 7))
    assert all((other == one).all() for other in others)


@pytest.mark.parametrize("look", LOOKS)
def test_only_the_face_is_touched(look):
    person = face(12, 4, 6, opened_mm=8)
    frame = portrait(person, seed=11)
    drawn = draw(load_rasteriser(), frame, [person], [look, "face-paint"])
    marks = np.abs(drawn - frame.pixels).max(axis=2) > 0
    assert marks.any()
    assert not marks[~silhouette(person)].any()


def test_what_no_mask_touches_is_kept_bit_by_bit():
    frame = portrait(FRONTAL, seed=9, noise=9.0)
    drawn = draw(load_rasteriser(), frame, [FRONTAL], ["blush(opacity=1)", "brows(opacity=1)"])
    changed = np.abs(drawn - frame.pixels).max(axis=2) > 0
    assert changed.any()
    forehead, chin = (np.rint(FRONTAL.landmarks[name][:2]).astype(int) for name in ("forehead", "chin"))
    for x, y in (forehead, chin - (0, 8)):
        assert not changed[y - 4 : y + 4, x - 8 : x + 8].any()


def test_masks_that_touch_triangles_are_found():
    masks = np.zeros((MASK_SIDE, MASK_SIDE, 4), np.uint8)
    masks[100:120, 100:120, 0] = masks[400:420, 400:420, 2] = 255
    corners = np.array([(0, 0), (60, 0), (0, 60)])
    uv = np.stack([corners + 90, corners + 380, corners + 200]).astype(np.float32) / MASK_SIDE
    assert touching_masks([masks, masks], uv).tolist() == [0b10001, 0b1000100, 0]
