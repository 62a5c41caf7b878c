"""What hands before a face cover, from their landmarks."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.tracking.occlusion.crop import FaceCropper
from arpipe.tracking.occlusion.hands import hands_before, whole_hands
from arpipe.tracking.occlusion.zones import find_zones
from tests.tracking.occlusion.pictures import SAMPLE, draw_picture

STEP_PX = 4


@pytest.fixture(scope="module")
def sample():
    with SampleSource(SAMPLE) as source:
        yield source


@pytest.fixture(scope="module")
def crop(sample):
    result = sitter(sample, 0)
    return FaceCropper(128).crop(result.frame, result.faces[0].landmarks)


def test_the_heel_of_a_hand_is_part_of_it(sample):
    result = draw_picture(sample, "hand over the right temple, deep skin").result
    (hand,) = result.hands
    crop = FaceCropper(256).crop(result.frame, result.faces[0].landmarks)
    wrist, knuckle = crop.image_from_crop.inverse().apply(hand.landmarks.points_px[[0, 9], :2])
    x, y = np.rint(wrist + 0.25 * (wrist - knuckle)).astype(int)
    covered = hands_before((hand,), crop)
    assert covered is not None
    assert covered[y, x] == 1.0


def beside_ear(crop, side):
    """Row and column of a place beside an ear, and a step outwards in columns, crop px."""
    outwards = STEP_PX if side == "left" else -STEP_PX
    x, y = np.rint(crop.place(f"{side}_tragus") + np.array([2 * outwards, 0.0])).astype(int)
    return y, x, outwards


@pytest.mark.parametrize("side", ["left", "right"])
def test_skin_next_to_a_hand_is_the_hands_beside_the_face_and_not_in_it(crop, side):
    y, x, outwards = beside_ear(crop, side)
    hands = np.zeros((128, 128), np.float32)
    hands[:, x + outwards] = 1.0
    whole = whole_hands(hands, np.ones_like(hands), find_zones(crop), crop)
    assert whole[y, x] > 0.9
    assert whole[y, x - 5 * outwards] == 0.0
    no_skin = whole_hands(hands, np.zeros_like(hands), find_zones(crop), crop)
    np.testing.assert_array_equal(no_skin, hands)


def test_a_hand_on_the_far_side_leaves_the_front_of_glasses(crop):
    """There, it is behind them."""
    y, x, outwards = beside_ear(crop, "left")
    turned = crop.points.copy()
    turned[crop.topology.index("left_eye_outer"), 0] = turned[crop.topology.index("left_tragus"), 0]
    hands = np.zeros((128, 128), np.float32)
    hands[:, x + outwards] = 1.0
    whole = whole_hands(hands, np.ones_like(hands), find_zones(crop), replace(crop, points=turned))
    assert whole[y, x] < 0.1
