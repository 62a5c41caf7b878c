import math

import numpy as np
import pytest

from arpipe.models.joints import JOINTS, joint_angles_deg
from arpipe.topology import load_topology
from arpipe.types import Landmarks, TrackedBody


def body(**points):
    topology = load_topology("body")
    world = np.zeros((33, 3), np.float32)
    for name, point in points.items():
        world[topology.index(name)] = point
    return TrackedBody(1, Landmarks(np.zeros((33, 3), np.float32), 1.0, topology), world, "tracked", 0)


@pytest.mark.parametrize("bend_deg", [0, 30, 90, 150, 180])
def test_angle_is_that_of_the_bones_however_the_limb_stands(bend_deg):
    bend = math.radians(bend_deg)
    bones = np.array([[1, 0, 0], [math.cos(bend), math.sin(bend), 0]])
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    hip, ankle = bones @ turn.T * [[0.45], [0.4]] + 0.3
    angles = joint_angles_deg(body(left_hip=hip, left_knee=(0.3, 0.3, 0.3), left_ankle=ankle))
    assert angles["left_knee"] == pytest.approx(bend_deg, abs=0.01)


def test_every_joint_is_named_and_unknown_angles_are_nan():
    angles = joint_angles_deg(body())
    assert tuple(angles) == JOINTS
    assert len(JOINTS) == 10
    assert all(math.isnan(angle) for angle in angles.values())
