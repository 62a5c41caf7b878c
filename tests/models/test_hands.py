import math

import numpy as np
import pytest

from arpipe.geometry.affine2d import Affine2D
from arpipe.models.hands import next_roi
from arpipe.models.palm_detector import hand_roi
from arpipe.topology import load_topology
from arpipe.types import Detection, Landmarks


def hand():
    """An upright open hand, about 200 px high, wrist low."""
    points = np.zeros((21, 3), np.float32)
    points[0] = (200, 300, 0)
    for finger, x in enumerate((150, 170, 200, 230, 250)):
        for joint in range(4):
            points[1 + 4 * finger + joint] = (x, 250 - 35 * joint - (40 if finger else 0), 0)
    return points


def roi_of(points):
    return next_roi(Landmarks(points, 1.0, load_topology("hand")))


def test_square_around_an_upright_hand_is_upright_and_holds_it():
    roi = roi_of(hand())
    assert abs(math.degrees(roi.angle_rad)) < 5
    inside = np.abs(hand()[:, :2] - roi.center_px) < roi.size_px / 2
    assert inside.all()


@pytest.mark.parametrize("turn_deg", [-170, -60, 30, 90, 135])
def test_square_follows_turn_scale_and_shift_of_the_hand(turn_deg):
    moved = Affine2D.from_similarity(1.7, math.radians(turn_deg), (40.0, -25.0))
    points = hand()
    points[:, :2] = moved.apply(points[:, :2].astype(np.float64))
    before, after = roi_of(hand()), roi_of(points)
    np.testing.assert_allclose(after.center_px, moved.apply(before.center_px), atol=0.01)
    assert after.size_px == pytest.approx(1.7 * before.size_px, rel=1e-4)
    turned = math.remainder(after.angle_rad - before.angle_rad - math.radians(turn_deg), 2 * math.pi)
    assert turned == pytest.approx(0.0, abs=1e-4)


def test_hand_shrunk_to_a_point_has_no_square():
    assert roi_of(np.zeros((21, 3), np.float32)) is None


def test_square_of_a_palm_reaches_over_the_fingers():
    keypoints = np.array([[100.0, 140.0], [90, 80], [100, 60], [110, 80], [120, 90], [80, 130], [70, 110]])
    roi = hand_roi(Detection(np.array([60.0, 60.0, 140.0, 140.0]), keypoints, 0.9))
    np.testing.assert_allclose(roi.center_px, [100.0, 60.0], atol=1e-9)
    assert (roi.size_px, roi.angle_rad) == (pytest.approx(208.0), pytest.approx(0.0, abs=1e-9))
    assert hand_roi(Detection(np.array([60.0, 60.0, 60.0, 60.0]), keypoints, 0.9)) is None
