"""Reshaped brows: the person's own brow moves, and there is no second one."""

import cv2
import numpy as np
import pytest

from arpipe.effects.makeup.brows import DROPS_MM
from arpipe.effects.makeup.curves import open_curve
from arpipe.effects.makeup.person import px_per_mm
from arpipe.types import Frame
from tests.effects.makeup.faces import drawn, face, portrait

pytestmark = pytest.mark.gl


def with_brows(person, color=(60, 42, 34)):
    """A portrait with brows between the landmarks, and where they are."""
    pixels = portrait(person).pixels.copy()
    hair = np.zeros(pixels.shape[:2], np.uint8)
    for side in ("left", "right"):
        loop = person.landmarks.region(f"{side}_brow")[:, :2].astype(float)
        edges = open_curve(np.stack([loop[:5], loop[:4:-1]]), 6)
        outline = np.concatenate([edges[0], edges[1][::-1]])
        cv2.fillPoly(hair, [np.rint(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    share = cv2.GaussianBlur(hair, (0, 0), 0.7)[..., None] / 255.0
    return Frame(np.rint(pixels + share * (np.array(color) - pixels)).astype(np.uint8), 0.0, 0)


def middle_of_hair(picture, person, name_of_column):
    """Return the row and the number of dark pixels in the column of a brow's landmark."""
    x = round(float(person.landmarks.points_px[name_of_column, 0]))
    top = round(float(person.landmarks["forehead"][1]))
    bottom = round(float(person.landmarks["left_eye_top"][1])) - 2
    column = picture[top:bottom, x].astype(float).mean(axis=1)
    dark = np.flatnonzero(column < 110)
    return top + float(dark.mean()), len(dark), int((np.diff(dark) > 1).sum())


@pytest.mark.parametrize("shape", ["arched", "straight"])
def test_the_brow_moves_as_a_whole_and_leaves_none_behind(context, shape):
    person = face(near_m=0.25)
    frame = with_brows(person)
    picture = drawn(context, frame, person, effects=[f"brows(shape={shape}, opacity=0.01)"])
    scale = px_per_mm(person)
    for landmark, drop_mm in ((283, DROPS_MM[shape][3]), (282, DROPS_MM[shape][2])):  # the person's left brow
        before, thickness, _ = middle_of_hair(frame.pixels, person, landmark)
        after, thickness_after, gaps = middle_of_hair(picture, person, landmark)
        assert after - before == pytest.approx(drop_mm * scale, abs=1.6)
        assert thickness_after == pytest.approx(thickness, abs=2.5)
        assert gaps == 0  # one brow


def test_eyes_and_the_rest_of_the_face_stay_where_they_are(context):
    person = face(near_m=0.25)
    frame = with_brows(person)
    changed = (
        drawn(context, frame, person, effects=["brows(shape=arched, opacity=0.01)"]) != frame.pixels
    ).any(2)
    rows = np.flatnonzero(changed.any(axis=1))
    scale = px_per_mm(person)
    brows = np.concatenate([person.landmarks.region(f"{side}_brow")[:, 1] for side in ("left", "right")])
    assert rows[0] > brows.min() - 13 * scale
    assert rows[-1] < min(person.landmarks[f"{side}_eye_top"][1] for side in ("left", "right"))


def test_brows_of_their_own_shape_are_only_filled(context):
    person = face(near_m=0.25)
    frame = with_brows(person)
    picture = drawn(context, frame, person, effects=["brows(opacity=0.8)"])
    for landmark in (283, 282):
        before, _, _ = middle_of_hair(frame.pixels, person, landmark)
        after, _, _ = middle_of_hair(picture, person, landmark)
        assert after == pytest.approx(before, abs=2.5)
