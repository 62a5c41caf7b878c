"""The focal length from synthetic heads, seen by a known lens through a network whose z is as flat as usual."""

import numpy as np
import pytest

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose.fit import DEPTH_SCALE
from arpipe.head_pose.lens import estimate_lens
from tests.head_pose.heads import long_face, observe, pose_of

TYPICAL_PX = CameraIntrinsics.from_equivalent(1280, 720, 28.0).fx


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.6])
def test_turning_head_tells_the_lens(factor: float) -> None:
    camera = CameraIntrinsics.from_focal(1280, 720, factor * TYPICAL_PX)
    poses = [pose_of(40.0 * np.sin(0.3 * k), 15.0 * np.sin(0.5 * k), depth_m=0.5 * factor) for k in range(40)]
    seen = [observe(pose.apply(long_face()), camera, 1.0 / DEPTH_SCALE) for pose in poses]
    found = estimate_lens(seen, 1280, 720)
    assert found is not None
    assert found.camera.fx == pytest.approx(camera.fx, rel=0.12)
    assert abs(found.camera.fx / camera.fx - 1.0) < 2.0 * found.spread
    assert found.yaw_range_deg > 60.0


def test_head_at_rest_leaves_the_typical_lens() -> None:
    camera = CameraIntrinsics.from_focal(1280, 720, 1.6 * TYPICAL_PX)
    seen = observe(pose_of(0.0, 0.0, depth_m=4.0).apply(long_face()), camera)
    found = estimate_lens([seen] * 10, 1280, 720)
    assert found is not None
    assert found.spread > 0.1
    assert found.yaw_range_deg == pytest.approx(0.0, abs=0.1)


def test_no_face_tells_nothing() -> None:
    assert estimate_lens([], 1280, 720) is None
