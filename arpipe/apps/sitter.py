"""The face in previews of effects: the sample's, with ground truth in place of network output."""

import numpy as np

from arpipe.io.sample import SampleSource
from arpipe.topology import load_topology
from arpipe.types import FrameResult, HeadPose, Landmarks, TrackedFace


def sitter(sample: SampleSource, index: int) -> FrameResult:
    """Return a frame of the sample with the true landmarks, pose and person mask.

    Args:
        sample: A sample of one person.
        index: Number of the frame.
    """
    frame, truth = sample.frame(index), sample.truth(index)
    points = np.zeros((len(truth.landmarks_px), 3), np.float32)
    points[:, :2] = truth.landmarks_px
    landmarks = Landmarks(points, 1.0, load_topology("face"))
    pose = HeadPose(truth.camera_from_head, truth.metric_mesh_m, 0.0)
    face = TrackedFace(1, landmarks, pose, "new", 0)
    return FrameResult(frame, (face,), mask=sample.mask(index), camera=truth.camera)
