"""Rotations of the accurate landmarks, carried from one of their frames to the next."""

import math

import numpy as np
import pytest

from arpipe.geometry.transforms import angle_between_deg, rotation_from_angles
from arpipe.head_pose import Head, HeadPoseConfig
from arpipe.head_pose.correction import FIRST_OBSERVATIONS, STALE_FRAMES, RotationCorrection
from arpipe.topology import load_topology
from arpipe.types import Landmarks
from tests.head_pose.heads import CAMERA, observe, pose_of

TURN_RAD = math.radians(2.0)
FALLS_SHORT = rotation_from_angles(6.0, 0.0, 0.0) @ np.diag([1.0, -1.0, -1.0])


def test_nothing_changes_while_nothing_is_known() -> None:
    rotation = rotation_from_angles(20.0, 5.0, 0.0)
    assert RotationCorrection().apply(rotation) is rotation


def test_first_difference_is_taken_over_whole() -> None:
    correction = RotationCorrection()
    shown = rotation_from_angles(20.0, 5.0, 0.0)
    correction.observe(shown, shown @ FALLS_SHORT)
    np.testing.assert_allclose(correction.apply(shown), shown @ FALLS_SHORT, atol=1e-12)
    turned = rotation_from_angles(30.0, 0.0, 10.0)
    np.testing.assert_allclose(correction.apply(turned), turned @ FALLS_SHORT, atol=1e-12)


def test_difference_follows_and_stays_a_rotation() -> None:
    correction = RotationCorrection()
    shown = rotation_from_angles(20.0, 5.0, 0.0)
    correction.observe(shown, shown)
    for _ in range(25):
        correction.observe(shown, shown @ FALLS_SHORT)
    corrected = correction.apply(shown)
    assert angle_between_deg(corrected, shown @ FALLS_SHORT) < 0.05
    np.testing.assert_allclose(corrected @ corrected.T, np.eye(3), atol=1e-9)


def test_difference_fades_once_it_is_stale() -> None:
    correction = RotationCorrection()
    shown = rotation_from_angles(0.0, 0.0, 0.0)
    correction.observe(shown, shown @ FALLS_SHORT)
    left = [angle_between_deg(correction.apply(shown), shown) for _ in range(STALE_FRAMES + 60)]
    assert left[:STALE_FRAMES] == pytest.approx([6.0] * STALE_FRAMES, abs=1e-6)
    assert left[-1] < 0.1
    assert (np.diff(left[STALE_FRAMES:]) < 0.0).all()


def test_observations_are_wanted_at_first_and_after_a_turn() -> None:
    correction = RotationCorrection()
    shown = rotation_from_angles(20.0, 5.0, 0.0)
    for _ in range(FIRST_OBSERVATIONS):
        assert correction.wants_observation(shown, TURN_RAD)
        correction.observe(shown, shown @ FALLS_SHORT)
    assert not correction.wants_observation(rotation_from_angles(22.0, 5.0, 0.0), TURN_RAD)
    assert correction.wants_observation(rotation_from_angles(24.0, 5.0, 0.0), TURN_RAD)


def test_accurate_landmarks_decide_the_rotation_and_shown_ones_the_place() -> None:
    canonical = load_topology("face").canonical_m
    truth, short = pose_of(40.0, 0.0), pose_of(34.0, 0.0)
    shown, accurate = observe(short.apply(canonical)), observe(truth.apply(canonical))
    pose = Head(HeadPoseConfig()).solve(shown, CAMERA, accurate)
    assert pose is not None
    assert pose.yaw_deg == pytest.approx(40.0, abs=0.2)
    mesh_px = CAMERA.project(pose.camera_from_head.apply(pose.metric_mesh_m))
    assert np.abs(mesh_px - shown.points_px[:, :2]).max() < 1.0  # the mesh stays on the shown landmarks


def test_doubtful_accurate_landmarks_are_not_asked() -> None:
    canonical = load_topology("face").canonical_m
    shown = observe(pose_of(10.0, 0.0).apply(canonical))
    wrong = observe(pose_of(-30.0, 0.0).apply(canonical))
    doubtful = Landmarks(wrong.points_px, 0.1, wrong.topology)
    pose = Head(HeadPoseConfig()).solve(shown, CAMERA, doubtful)
    assert pose is not None
    assert pose.yaw_deg == pytest.approx(10.0, abs=0.2)


def turned_head(yaws_deg: list[float]) -> Head:
    """A head whose landmarks were accurate in all frames but the last two."""
    canonical = load_topology("face").canonical_m
    head = Head(HeadPoseConfig())
    for index, yaw_deg in enumerate(yaws_deg):
        landmarks = observe(pose_of(yaw_deg, 0.0).apply(canonical))
        head.solve(landmarks, CAMERA, landmarks if index < len(yaws_deg) - 2 else None)
    return head


@pytest.mark.parametrize(
    ("step_deg", "now", "in_the_next_frame"), [(0.0, False, False), (0.4, False, True), (0.6, True, True)]
)
def test_correction_is_wanted_before_a_turning_head_has_turned_too_far(
    step_deg: float, now: bool, in_the_next_frame: bool
) -> None:
    still = [10.0] * (FIRST_OBSERVATIONS + 1)
    head = turned_head([*still, 10.0 + step_deg, 10.0 + 2 * step_deg])
    turn_rad = math.radians(1.0)
    assert head.wants_correction(turn_rad) == now
    assert head.wants_correction(turn_rad, steps_ahead=1.0) == in_the_next_frame


def test_head_without_a_pose_wants_no_correction() -> None:
    assert not Head(HeadPoseConfig()).wants_correction(math.radians(1.0), steps_ahead=1.0)
