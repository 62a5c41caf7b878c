"""The focal length of a camera, from a head that turns in front of it.

A head of a given size in the picture looks more curved the nearer it is, so that one focal length explains all its
poses best. The difference is small, about 1 % of the misfit for 10 % of the focal length, and so a typical lens is
taken into account as well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.camera import TYPICAL_EQUIVALENT_MM, CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.head_pose.config import HeadPoseConfig
from arpipe.head_pose.head import Head
from arpipe.types import HeadPose, Landmarks

CANDIDATES = np.linspace(math.log(0.5), math.log(3.2), 24)  # logarithms of focal lengths over the typical one
PRIOR_SPREAD = 0.25  # of the logarithm: cameras between 22 and 36 mm, two thirds of webcams and phones
INDEPENDENT_POSES = 100.0  # at most: the network's errors repeat from pose to pose
LEARNING_SHARE = 0.3  # of the poses, at the beginning, in which the person's shape is still unknown
MOST_POSES = 120  # that are fitted; more take longer and tell no more


@dataclass(frozen=True, slots=True, eq=False)
class LensEstimate:
    """A focal length, and how far the head has turned for it.

    Attributes:
        camera: The intrinsics.
        spread: Standard error of the focal length, as a share of it.
        yaw_range_deg: Largest less smallest yaw.
        poses: Number of poses that were fitted.
    """

    camera: CameraIntrinsics
    spread: float
    yaw_range_deg: float
    poses: int


def estimate_lens(seen: Sequence[Landmarks], width: int, height: int) -> LensEstimate | None:
    """Estimate the focal length of a camera.

    Args:
        seen: Landmarks of one head in successive frames, image px, while it turns.
        width: Width of the frames, px.
        height: Height of the frames, px.

    Returns:
        The estimate; None if no pose fits any focal length.
    """
    seen = seen[:: max(1, math.ceil(len(seen) / MOST_POSES))]
    misfits: list[float] = []
    yaws: list[float] = []
    for candidate in CANDIDATES:
        camera = _camera(float(candidate), width, height)
        poses = _poses(seen, camera)
        learned = poses[int(LEARNING_SHARE * len(poses)) :]
        if not learned:
            return None
        misfits.append(float(np.mean([(pose.error_px / size) ** 2 for pose, size in learned])))
        yaws = [pose.yaw_deg for pose, _ in poses]
    evidence = min(INDEPENDENT_POSES, float(len(yaws)))
    costs = evidence * np.array(misfits) / min(misfits) + (CANDIDATES / PRIOR_SPREAD) ** 2
    best, spread = _lowest(costs)
    return LensEstimate(_camera(best, width, height), spread, max(yaws) - min(yaws), len(yaws))


def _camera(logarithm: float, width: int, height: int) -> CameraIntrinsics:
    return CameraIntrinsics.from_equivalent(
        width, height, TYPICAL_EQUIVALENT_MM * math.exp(logarithm), "calibrated"
    )


def _poses(seen: Sequence[Landmarks], camera: CameraIntrinsics) -> list[tuple[HeadPose, float]]:
    """Return the poses of a head that is learned from the beginning, with the size of the face in each, px."""
    head = Head(HeadPoseConfig(iris_scale=False))
    found = []
    for landmarks in seen:
        pose = head.solve(landmarks, camera)
        if pose is not None:
            x0, y0, x1, y1 = landmarks.box_px.tolist()
            found.append((pose, max(x1 - x0, y1 - y0)))
    return found


def _lowest(costs: Array) -> tuple[float, float]:
    """Return where a parabola through the lowest cost and its neighbours is lowest, and the standard error there."""
    middle = min(max(int(np.argmin(costs)), 1), len(costs) - 2)
    step = float(CANDIDATES[1] - CANDIDATES[0])
    before, here, after = costs[middle - 1 : middle + 2].tolist()
    curvature = max((before - 2.0 * here + after) / step**2, 1e-6)
    shift = min(max((before - after) / (2.0 * step * curvature), -step), step)
    return float(CANDIDATES[middle]) + shift, math.sqrt(2.0 / curvature)
