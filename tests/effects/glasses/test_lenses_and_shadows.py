"""What glasses do to the light: lenses, reflections, shadows and colours."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.render.config import RenderConfig
from arpipe.types import Frame
from tests.effects.glasses.drawing import changed, draw
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at

pytestmark = pytest.mark.gl


def test_tinted_lenses_are_darker_over_own_glasses(context):
    """Half of the light passes on the way through the lens, so that less of the rims behind it shows."""
    frame, face = noisy_frame(), face_at(pose_at())
    plain = draw(context, "aviator(shadow=0)", frame, face)
    over = draw(context, "aviator(shadow=0)", frame, replace(face, own_glasses=1.0))
    x, y = np.rint(face.landmarks["left_pupil"][:2]).astype(int)
    lens = np.s_[y : y + 12, x - 8 : x + 8]
    assert over[lens].std() < 0.85 * plain[lens].std()
    assert (over[: y - 40] == plain[: y - 40]).all()
    assert (draw(context, "aviator(shadow=0)", frame, replace(face, own_glasses=0.5)) == plain).all()


@pytest.mark.parametrize("effect", ["aviator(own_glasses=show)", "panto", "sport", "panto(preset=honey)"])
def test_clear_lenses_mirrors_and_transparent_frames_keep_their_look(context, effect):
    frame, face = noisy_frame(), face_at(pose_at())
    assert (
        draw(context, effect, frame, replace(face, own_glasses=1.0)) == draw(context, effect, frame, face)
    ).all()


def test_tinted_lenses_let_the_eyes_through_and_clear_ones_more(context):
    """A bright dot at the pupil stays brighter than its surroundings, behind every lens."""
    face = face_at(pose_at())
    x, y = np.rint(face.landmarks["left_pupil"][:2]).astype(int)
    contrast = {}
    for name in ("round", "aviator", "wayfarer"):
        frame = plain_frame(color=(90, 80, 70))
        frame.pixels[y - 4 : y + 4, x - 4 : x + 4] = 220
        picture = draw(context, name, frame, face).astype(int)
        contrast[name] = picture[y, x].mean() - picture[y, x + 14].mean()
    assert contrast["round"] > contrast["aviator"] > contrast["wayfarer"] > 5


def test_lens_colour_can_be_changed(context):
    frame = plain_frame(color=(160, 160, 160))
    face = face_at(pose_at())
    x, y = np.rint(face.landmarks["left_pupil"][:2]).astype(int)
    red, green, blue = draw(context, "round(lens_color=#4060ff)", frame, face)[y + 6, x + 6].astype(int)
    assert blue > red + 25
    assert blue > green


def test_the_shadow_darkens_skin_beside_the_glasses_and_can_be_switched_off(context):
    frame = plain_frame()
    face = face_at(pose_at())
    plain = RenderConfig(match_sharpness=False)
    with_shadow = draw(context, "wayfarer", frame, face, config=plain).astype(int)
    without = draw(
        context, "wayfarer", frame, face, config=plain.model_copy(update={"shadow": False})
    ).astype(int)
    assert (without == draw(context, "wayfarer(shadow=0)", frame, face, config=plain)).all()
    darker = (without - with_shadow).max(axis=2)
    beside = ~changed(without, frame)
    assert (darker[beside] >= -1).all()
    assert (darker[beside] > 8).sum() > 300
    assert darker[beside].max() < 90


def test_light_from_the_left_moves_the_shadow_to_the_right(context):
    face = face_at(pose_at())
    shade = {}
    for side, sign in (("left", 1), ("right", -1)):
        frame = plain_frame()
        ramp = np.linspace(1.3, 0.5, frame.width)[:: int(sign)]
        frame.pixels[:] = np.clip(frame.pixels * ramp[None, :, None], 0, 255)
        drawn = draw(context, "wayfarer", frame, face, config=RenderConfig(match_sharpness=False)).astype(
            float
        )
        without = draw(
            context, "wayfarer", frame, face, config=RenderConfig(match_sharpness=False, shadow=False)
        ).astype(float)
        lost = ((without - drawn) / np.maximum(without, 1.0)).mean(axis=2)
        lost[changed(without.astype(np.uint8), frame)] = 0.0
        shade[side] = (lost.sum(axis=0) * np.arange(frame.width)).sum() / lost.sum()
    assert shade["left"] > shade["right"]


def test_without_reflections_there_are_still_glasses(context):
    frame = plain_frame()
    picture = draw(context, "aviator", frame, face_at(pose_at()), config=RenderConfig(reflection=False))
    assert changed(picture, frame).sum() > 2000


def test_the_shadow_has_no_creases(context):
    """Between neighbouring px of plain skin the shade changes gently: the mesh's edges do not show."""
    frame = plain_frame()
    face = face_at(pose_at(place_m=(0.0, 0.03, 0.25)))
    plain = RenderConfig(match_sharpness=False)
    shaded = draw(context, "browline", frame, face, config=plain).astype(int)
    without = draw(context, "browline", frame, face, config=plain.model_copy(update={"shadow": False}))
    shade = np.where(changed(without, frame), np.nan, (without - shaded).max(axis=2).astype(float))
    middle = int(face.landmarks["sellion"][0])
    glabella = shade[: int(face.landmarks["sellion"][1]) - 12, middle - 25 : middle + 25]
    assert np.nanmax(np.abs(np.diff(glabella, axis=1))) <= 6


@pytest.mark.parametrize("name", ["aviator", "cat-eye", "oversized", "sport"])
def test_a_grey_picture_stays_grey(context, name):
    ramp = np.linspace(30, 220, CAMERA.width).astype(np.uint8)
    frame = Frame(np.repeat(np.tile(ramp, (CAMERA.height, 1))[..., None], 3, axis=2), 0.0, 0)
    picture = draw(context, name, frame, face_at(pose_at(15.0)))
    assert changed(picture, frame).sum() > 2000
    assert np.ptp(picture.astype(int), axis=2).max() <= 1


def test_glasses_have_their_colours_in_a_picture_with_colours(context):
    frame = plain_frame()
    picture = draw(context, "aviator", frame, face_at(pose_at()))
    assert np.ptp(picture.astype(int), axis=2)[changed(picture, frame)].max() > 60
