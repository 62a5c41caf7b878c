"""Laws of rigid transforms and the head angles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.geometry.transforms import (
    FLIP_YZ,
    RigidTransform,
    angle_between_deg,
    angles_from_rotation,
    rotation_from_angles,
)

ANGLE = st.floats(-179.0, 179.0)
PITCH = st.floats(-89.0, 89.0)
POSITION = st.tuples(*[st.floats(-5.0, 5.0)] * 3)


@st.composite
def transforms(draw: st.DrawFn) -> RigidTransform:
    return RigidTransform(
        rotation_from_angles(draw(ANGLE), draw(PITCH), draw(ANGLE)), np.array(draw(POSITION))
    )


@given(transforms())
def test_transform_and_its_inverse_cancel(a: RigidTransform) -> None:
    np.testing.assert_allclose((a @ a.inverse()).matrix(), np.eye(4), atol=1e-9)
    np.testing.assert_allclose((a.inverse() @ a).matrix(), np.eye(4), atol=1e-9)


@given(transforms(), transforms(), transforms())
def test_chains_associate_and_agree_with_matrices(
    a: RigidTransform, b: RigidTransform, c: RigidTransform
) -> None:
    np.testing.assert_allclose(((a @ b) @ c).matrix(), (a @ (b @ c)).matrix(), atol=1e-9)
    np.testing.assert_allclose((a @ b).matrix(), a.matrix() @ b.matrix(), atol=1e-9)


@given(transforms(), POSITION)
def test_apply_agrees_with_the_matrix(a: RigidTransform, point: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(a.apply(point), (a.matrix() @ np.append(point, 1.0))[:3], atol=1e-9)


@given(ANGLE, PITCH, ANGLE)
def test_angles_survive_the_round_trip(yaw: float, pitch: float, roll: float) -> None:
    angles = angles_from_rotation(rotation_from_angles(yaw, pitch, roll))
    again = rotation_from_angles(angles.yaw_deg, angles.pitch_deg, angles.roll_deg)
    assert angle_between_deg(again, rotation_from_angles(yaw, pitch, roll)) < 1e-5
    assert (angles.yaw_deg, angles.pitch_deg, angles.roll_deg) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_facing_the_camera_is_zero() -> None:
    angles = angles_from_rotation(FLIP_YZ)
    assert (angles.yaw_deg, angles.pitch_deg, angles.roll_deg) == pytest.approx((0.0, 0.0, 0.0))


def test_gimbal_lock_keeps_the_rotation() -> None:
    rotation = rotation_from_angles(25.0, 90.0, 10.0)
    angles = angles_from_rotation(rotation)
    again = rotation_from_angles(angles.yaw_deg, angles.pitch_deg, angles.roll_deg)
    assert angle_between_deg(again, rotation) < 1e-4


def test_sheared_rotation_is_refused() -> None:
    with pytest.raises(ValueError, match="proper rotation"):
        RigidTransform(np.diag([1.0, 1.0, 1.1]), np.zeros(3))
    with pytest.raises(ValueError, match="proper rotation"):
        RigidTransform(np.diag([1.0, 1.0, -1.0]), np.zeros(3))


def test_wrong_shape_prints_both_sides() -> None:
    with pytest.raises(ValueError, match=r"expected \(3\), got \(2,\)"):
        RigidTransform(np.eye(3), np.zeros(2))
