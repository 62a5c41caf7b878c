"""Skeletons and joint angles: `python demos/09_body_angles.py [clip.mp4 or photo] [frames] [picture.png]`.

Only bodies and hands are detected, because nothing here needs a face.
"""

import sys
from itertools import islice

import numpy as np
from PIL import Image

from arpipe import Pipeline, joint_angles_deg, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 30
target = sys.argv[3] if len(sys.argv) > 3 else "out/skeleton.png"
VISIBLE = 0.5  # visibility from which an angle is worth printing

with open_source(clip) as source, Pipeline(effects="skeleton(parts=both)") as pipeline:
    for frame in islice(source, frames):
        picture = pipeline.process(frame)
        for body in picture.result.bodies:
            names = body.landmarks.topology.names
            visible = [
                f"{joint} {angle:.0f}°"
                for joint, angle in joint_angles_deg(body).items()
                if np.isfinite(angle) and body.landmarks.visibility[names[joint]] > VISIBLE
            ]
            print(f"frame {frame.index}, body {body.track_id}: {', '.join(visible) or 'no joint is visible'}")
        for hand in picture.result.hands:
            names = hand.landmarks.topology.names
            tips = hand.world_m[[names["thumb_tip"], names["index_tip"]]]
            reach_mm = np.linalg.norm(tips[0] - tips[1]) * 1e3
            print(f"frame {frame.index}, {hand.side} hand: {reach_mm:.0f} mm from thumb to index finger")
Image.fromarray(picture.pixels).save(target)
print(target)
