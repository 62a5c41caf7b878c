"""A custom effect, drawn by the CPU: a censor bar over the eyes. `python demos/04_own_effect.py [clip.mp4]`.

A subclass of `Layer` that paints is an effect. `demos/plugin` shows how a package gives an effect a name and
parameters for the command line. New glasses need no code, only a folder.
"""

import sys
from itertools import islice

import cv2
import numpy as np
from PIL import Image

from arpipe import Layer, Order, Pipeline, Scene, open_source


class CensorBar(Layer):
    """A black bar from temple to temple."""

    needs = frozenset({"face"})
    order = Order.OVERLAY

    def paint(self, pixels: np.ndarray, scene: Scene) -> None:
        """Draw over the picture."""
        for face in scene.result.faces:
            ends = [face.landmarks[f"{side}_temple"][:2] for side in ("left", "right")]
            thickness = int(np.linalg.norm(ends[0] - ends[1]) * 0.22)
            (x0, y0), (x1, y1) = np.round(ends).astype(int).tolist()
            cv2.line(pixels, (x0, y0), (x1, y1), (0, 0, 0), thickness)


clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 10
target = sys.argv[3] if len(sys.argv) > 3 else "out/censored.png"

with open_source(clip) as source, Pipeline(layers=[CensorBar()]) as pipeline:
    for frame in islice(source, frames):
        picture = pipeline.process(frame)
Image.fromarray(picture.pixels).save(target)
print(target)
