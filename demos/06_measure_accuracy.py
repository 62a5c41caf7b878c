"""Error of the head pose on the sample, whose true pose is known: `python demos/06_measure_accuracy.py [frames]`."""

import sys
from itertools import islice

import numpy as np

from arpipe import Pipeline, SampleConfig, SampleSource, angle_between_deg

frames = int(sys.argv[1]) if len(sys.argv) > 1 else 150
rotations, depths = [], []
# The frames carry their camera's intrinsics, so nothing is assumed about the field of view.
with SampleSource(SampleConfig(width=1280, height=720)) as source, Pipeline() as pipeline:
    for frame in islice(source, frames):
        truth = source.truth(frame.index).camera_from_head
        for face in pipeline.detect(frame).faces:
            if face.pose is not None:
                measured = face.pose.camera_from_head
                rotations.append(angle_between_deg(measured.rotation, truth.rotation))
                depths.append(abs(measured.translation_m[2] / truth.translation_m[2] - 1.0) * 100.0)
print(f"{len(rotations)} of {frames} frames with a pose")
print(
    f"rotation error: median {np.median(rotations):.1f}°, 95th percentile {np.quantile(rotations, 0.95):.1f}°"
)
print(f"depth error:    median {np.median(depths):.1f} %, 95th percentile {np.quantile(depths, 0.95):.1f} %")
