"""Counts squats by the angles of the knees: `python demos/18_squat_counter.py [clip] [frames] [picture.png]`.

The picture shows the skeleton at the lowest point of the deepest squat.
"""

import sys
from itertools import islice

import numpy as np
from PIL import Image

from arpipe import ControlEvent, Pipeline, joint_angles_deg, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
target = sys.argv[3] if len(sys.argv) > 3 else "out/squat.png"

SQUAT = "body.left_knee_deg < 110 or body.right_knee_deg < 110"
squats: list[float] = []
deepest_deg, deepest = 180.0, None


with open_source(clip) as source, Pipeline(effects="skeleton") as pipeline:

    @pipeline.on(SQUAT, edge="end")
    def stand_up(event: ControlEvent) -> None:
        """A squat counts when the knees are straight again."""
        squats.append(event.duration_s)
        print(f"{event.time_s:.1f} s: squat {len(squats)}, {event.duration_s:.1f} s")

    for frame in islice(source, frames):
        picture = pipeline.process(frame)
        deepest = picture if deepest is None else deepest
        for body in picture.result.bodies:
            angles = joint_angles_deg(body)
            knee_deg = np.fmin(angles["left_knee"], angles["right_knee"])
            visibility = body.landmarks.visibility[body.landmarks.topology.index("left_knee")]
            if visibility > 0.5 and knee_deg < deepest_deg:
                deepest_deg, deepest = knee_deg, picture

Image.fromarray(deepest.pixels).save(target)
print(f"{len(squats)} squats, deepest knee angle {deepest_deg:.0f}°; {target}")
