"""Mattes in shaders: where they are sampled, and that a face without one is not hidden."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.packs import load_effect
from arpipe.geometry.affine2d import Affine2D
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from arpipe.types import OcclusionMatte
from tests.effects.building import activate
from tests.render.faces import CAMERA, face_at, plain_frame, pose_at, result_of

pytestmark = pytest.mark.gl
SIDE = 64
EDGE = 14  # px, more than one texel


def matte_of(covered, track_id=1):
    """A matte over the whole picture, turned by a quarter."""
    scale = CAMERA.width / SIDE
    turned = Affine2D(np.array([[0.0, -scale, CAMERA.width - 0.5], [scale, 0.0, -0.5]]))
    plane = covered.astype(np.float32)
    return OcclusionMatte(track_id, plane, 1 - plane, turned)


def drawn(context, *occlusions, effect="wayfarer"):
    """The change by an effect in the last of several frames, which have these mattes."""
    frame = plain_frame()
    active = activate(context, effect)
    compositor = Compositor(context, RenderConfig(supersample=1, match_sharpness=False))
    try:
        for occlusion in occlusions:
            result = replace(result_of(frame, face_at(pose_at(), age_frames=1)), occlusion=occlusion)
            picture = compositor.draw(result, CAMERA, active.layers, StageTimer())
    finally:
        compositor.close()
        active.close()
    return np.abs(picture.astype(int) - frame.pixels).max(axis=2)


def test_glasses_are_hidden_exactly_where_the_matte_says(context):
    covered = np.zeros((SIDE, SIDE))
    covered[: SIDE // 2] = 1.0  # crop y up to the middle: the right half of the picture
    change = drawn(context, (matte_of(covered),))
    whole = drawn(context, ())
    middle = CAMERA.width // 2
    assert whole[:, middle + EDGE :].max() > 20
    assert change[:, middle + EDGE :].max() == 0
    np.testing.assert_array_equal(change[:, : middle - EDGE], whole[:, : middle - EDGE])


def test_mattes_that_move_or_change_places_are_those_of_the_frame(context):
    halves = np.zeros((2, SIDE, SIDE))
    halves[0, : SIDE // 2] = halves[1, SIDE // 2 :] = 1.0
    first, other = (matte_of(half) for half in halves)
    upside_down = Affine2D(first.image_from_crop.matrix * [[-1], [1]] + [[0, 0, CAMERA.width - 1], [0, 0, 0]])
    moved = replace(first, image_from_crop=upside_down)
    for last in ((moved,), (other,), (replace(other, track_id=2), first), ()):
        np.testing.assert_array_equal(drawn(context, (first,), last), drawn(context, last))
    assert np.any(drawn(context, (moved,)) != drawn(context, (first,)))


def test_the_matte_of_another_face_hides_nothing(context):
    everything = matte_of(np.ones((SIDE, SIDE)), track_id=7)
    np.testing.assert_array_equal(drawn(context, (everything,)), drawn(context, ()))


def test_only_glasses_go_under_hair():
    assert load_effect("wayfarer").layers[0].params.needs == {"face", "covered"}
    assert load_effect("wayfarer(anchor=head)").layers[0].params.needs == {"face"}


def test_planes_must_be_square_and_of_one_size():
    with pytest.raises(ValueError, match=r"OcclusionMatte.bare: expected \(4, 4\) float32"):
        OcclusionMatte(1, np.zeros((4, 4), np.float32), np.zeros((4, 3), np.float32), Affine2D(np.eye(2, 3)))
