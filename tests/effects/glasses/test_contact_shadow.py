import cv2
import numpy as np
import pytest

from arpipe.effects.glasses.rigid_mesh import NO_TEMPLE_M
from arpipe.effects.glasses.shadow_model import INSIDE_SIDE, inside_map
from arpipe.render.color import linear_from_srgb
from arpipe.render.config import RenderConfig
from arpipe.render.view import box_around
from arpipe.topology import load_topology
from tests.effects.glasses.drawing import changed, draw
from tests.render.faces import face_at, plain_frame, pose_at

PLAIN = RenderConfig(match_sharpness=False)


def shade_of(context, effect, face):
    """Return (h, w) how much darker the shadow makes plain skin, and NaN where glasses are drawn."""
    frame = plain_frame()
    shaded = draw(context, effect, frame, face, config=PLAIN).astype(int)
    without = draw(context, effect, frame, face, config=PLAIN.model_copy(update={"shadow": False}))
    return np.where(changed(without, frame), np.nan, (without - shaded).max(axis=2).astype(float))


def test_the_share_of_the_shadow_begins_at_zero_and_grows_smoothly():
    topology = load_topology("face")
    inside = inside_map(topology)[..., 0].astype(float)
    rim = np.floor(topology.uv[topology.region("face_oval")] * INSIDE_SIDE).astype(int)
    assert inside[rim[:, 1], rim[:, 0]].max() <= 2
    nose, cheek = (
        np.floor(topology.uv[topology.index(name)] * INSIDE_SIDE).astype(int)
        for name in ("nose_tip", "left_cheek")
    )
    assert inside[nose[1], nose[0]] == 0
    assert inside[cheek[1], cheek[0]] == 255
    assert np.abs(np.diff(inside, axis=0)).max() < 255 * 0.45
    assert np.abs(np.diff(inside, axis=1)).max() < 255 * 0.45


def test_a_missing_temple_is_a_line_beyond_the_reach_of_its_shadow():
    start, end = NO_TEMPLE_M
    direction = end - start
    assert direction @ direction > 0  # the shaders divide by it
    points = load_topology("face").canonical_m
    along = np.clip((points - start) @ direction / (direction @ direction), 0, 1)
    assert np.linalg.norm(points - start - along[:, None] * direction, axis=1).min() > 1.0


@pytest.mark.gl
@pytest.mark.parametrize("pitch_deg", [0.0, 12.0])
def test_the_shadow_is_zero_at_the_border_of_the_face_mesh(context, pitch_deg):
    face = face_at(pose_at(0.0, pitch_deg))
    shade = shade_of(context, "wayfarer(shadow=2)", face)
    border = np.rint(face.landmarks.region("face_oval")[:, :2]).astype(np.int32)
    rim = cv2.polylines(np.zeros(shade.shape, np.uint8), [border], True, 1, 1) > 0
    assert np.nanmax(shade[rim]) < 0.1 * np.nanmax(shade)
    assert np.nanmax(shade) > 30


@pytest.mark.gl
def test_the_shadow_fades_above_and_below_the_front(context):
    face = face_at(pose_at())
    shade = np.nan_to_num(shade_of(context, "wayfarer(shadow=2)", face))
    rows = np.flatnonzero((shade > 0.5).any(axis=1))
    first, last = shade[rows[0]], shade[rows[-1]]
    assert max(first.max(), last.max()) <= 3
    box = box_around(face.landmarks.points_px[:, :2], 0.0)
    assert box[1] < rows[0]
    assert rows[-1] < box[3]


@pytest.mark.gl
def test_a_deep_shadow_is_hardly_more_orange_than_the_skin(context):
    """Light bleeds beneath the skin at the edge of a shadow only."""
    frame, face = plain_frame(), face_at(pose_at())
    shaded, without = (
        draw(context, "wayfarer(shadow=2)", frame, face, config=PLAIN.model_copy(update={"shadow": shadow}))
        for shadow in (True, False)
    )
    deep = ~changed(without, frame) & (shaded[..., 1] < 0.5 * frame.pixels[..., 1])
    assert deep.sum() > 20
    red, green, blue = np.moveaxis(
        linear_from_srgb(shaded[deep]) / linear_from_srgb(frame.pixels[deep]), 1, 0
    )
    assert 1.0 < np.median(red / green) < 1.7
    assert 0.7 < np.median(blue / green) < 1.0


@pytest.mark.gl
@pytest.mark.parametrize("yaw_deg", [-42.0, 42.0])
def test_the_shadow_of_a_temple_is_not_cut_off_on_a_turned_cheek(context, yaw_deg):
    shade = np.nan_to_num(shade_of(context, "wayfarer(shadow=2)", face_at(pose_at(yaw_deg))))
    assert shade.max() > 30
    columns = np.flatnonzero((shade > 0.5).any(axis=0))
    toward_ear = columns[-1] if yaw_deg < 0 else columns[0]
    assert shade[:, toward_ear].max() <= 3
