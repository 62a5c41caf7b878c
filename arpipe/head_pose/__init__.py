"""Landmarks and intrinsics to a metric head pose.

The rotation comes from a full-perspective fit of the canonical face to x, y and, with less weight, z of all landmarks
on the skin. The place comes from the person's own shape, which a track learns. The absolute size comes from the iris,
11.7 mm across in nearly all adults. `docs/accuracy.md` compares the variants that were tried.
"""

from arpipe.head_pose.config import HeadPoseConfig
from arpipe.head_pose.head import Head
from arpipe.head_pose.solver import HeadPoseSolver

__all__ = ["Head", "HeadPoseConfig", "HeadPoseSolver"]
