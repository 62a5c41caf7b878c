"""Pose from points: exact on exact points, from any start, for any lens."""

import numpy as np
import pytest

from arpipe.geometry.pnp import Depths, fit_pose, fit_translation
from arpipe.geometry.transforms import RigidTransform, angle_between_deg, rotation_from_angles

POINTS_M = (np.random.default_rng(5).uniform(-0.07, 0.07, (40, 3)) * (1.0, 1.0, 0.4)).T
WEIGHTS = np.linspace(0.2, 1.0, 40)


def seen(pose: RigidTransform) -> np.ndarray:
    points = pose.apply(POINTS_M.T).T
    return points[:2] / points[2]


@pytest.mark.parametrize("depth_m", [0.3, 1.0, 20.0, 500.0])
@pytest.mark.parametrize("angles", [(0, 0, 0), (55, 20, -30), (-60, -30, 30)])
def test_exact_points_give_the_exact_pose(depth_m: float, angles: tuple[int, int, int]) -> None:
    truth = RigidTransform(rotation_from_angles(*angles), np.array([0.3, -0.2, 1.0]) * depth_m)
    found = fit_pose(POINTS_M, seen(truth), WEIGHTS, None)
    assert found is not None
    assert angle_between_deg(found.rotation, truth.rotation) < 0.1
    np.testing.assert_allclose(found.translation_m, truth.translation_m, rtol=2e-3, atol=1e-5)


def test_misleading_start_is_given_up() -> None:
    truth = RigidTransform(rotation_from_angles(20, 0, 0), np.array([0.0, 0.0, 0.6]))
    start = RigidTransform(rotation_from_angles(-170, 60, 90), np.array([0.5, 0.5, 0.1]))
    found = fit_pose(POINTS_M, seen(truth), WEIGHTS, start)
    assert found is not None
    assert angle_between_deg(found.rotation, truth.rotation) < 0.1


def test_points_without_weight_do_not_matter() -> None:
    truth = RigidTransform(rotation_from_angles(20, 10, 5), np.array([0.0, 0.1, 0.6]))
    plane, weights = seen(truth), WEIGHTS.copy()
    plane[:, :8] += 0.5
    weights[:8] = 0.0
    found = fit_pose(POINTS_M, plane, weights, truth)
    assert found is not None
    assert angle_between_deg(found.rotation, truth.rotation) < 0.1


def test_points_seen_in_one_place_have_no_pose() -> None:
    assert fit_pose(POINTS_M, np.full((2, 40), 0.1), WEIGHTS, None) is None


def test_consistent_depths_leave_the_exact_pose() -> None:
    truth = RigidTransform(rotation_from_angles(30, -20, 10), np.array([0.1, 0.05, 0.6]))
    points, plane = truth.apply(POINTS_M.T), seen(truth)
    shares = WEIGHTS / WEIGHTS.sum()
    axis = np.append(plane @ shares, 1.0)
    relative = points @ axis / np.linalg.norm(axis) / (shares @ points[:, 2]) + 0.3
    found = fit_pose(POINTS_M, plane, WEIGHTS, None, Depths(relative, 0.3))
    assert found is not None
    assert angle_between_deg(found.rotation, truth.rotation) < 0.01
    np.testing.assert_allclose(found.translation_m, truth.translation_m, rtol=1e-3)


def test_depths_decide_where_x_and_y_err() -> None:
    truth = RigidTransform(rotation_from_angles(0, 25, 0), np.array([0.0, 0.0, 0.6]))
    points, plane = truth.apply(POINTS_M.T), seen(truth) * [[1.0], [1.08]]  # as of a longer object
    relative = points[:, 2] / points[:, 2].mean()
    errors = []
    for depths in (None, Depths(relative, 0.5)):
        found = fit_pose(POINTS_M, plane, WEIGHTS, None, depths)
        assert found is not None
        errors.append(angle_between_deg(found.rotation, truth.rotation))
    assert errors[1] < 0.8 * errors[0]


@pytest.mark.parametrize("angles", [(0, 0, 0), (55, 20, -30)])
def test_translation_of_known_rotation_is_exact(angles: tuple[int, int, int]) -> None:
    truth = RigidTransform(rotation_from_angles(*angles), np.array([0.3, -0.2, 0.8]))
    found = fit_translation(POINTS_M, seen(truth), WEIGHTS, truth.rotation)
    assert found is not None
    np.testing.assert_allclose(found, truth.translation_m, atol=1e-9)


def test_points_behind_the_camera_have_no_translation() -> None:
    truth = RigidTransform(rotation_from_angles(0, 0, 0), np.array([0.0, 0.0, 0.8]))
    assert fit_translation(POINTS_M, -seen(truth), WEIGHTS, truth.rotation) is None
    assert fit_translation(POINTS_M, np.full((2, 40), 0.1), WEIGHTS, truth.rotation) is None
