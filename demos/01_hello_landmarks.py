"""Landmarks and head pose of every frame: `python demos/01_hello_landmarks.py [clip.mp4] [frames]`."""

import sys
from itertools import islice

from arpipe import Pipeline, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 90

with open_source(clip) as source, Pipeline() as pipeline:
    for frame in islice(source, frames):
        for face in pipeline.detect(frame).faces:
            x, y, _ = face.landmarks["nose_tip"]
            line = f"frame {frame.index:4d}  face {face.track_id}  nose at ({x:6.1f}, {y:6.1f}) px"
            if face.pose is not None:
                metres = face.pose.camera_from_head.translation_m[2]
                angles = f"yaw {face.pose.yaw_deg:6.1f}°  pitch {face.pose.pitch_deg:6.1f}°"
                line += f"  {angles}  {metres:.2f} m away"
            print(line)
