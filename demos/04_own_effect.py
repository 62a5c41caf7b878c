"""An effect of one's own, on the CPU: a censor bar over the eyes. `python demos/04_own_effect.py [clip.mp4]`.

A class with `needs`, `order`, `paint` and `close` is an effect. To give it a name and parameters for the command
line, put it into `arpipe/effects/` with a line in `EFFECT_KINDS`; for glasses no code is needed, only a folder.
"""

import sys
from itertools import islice

import cv2
import numpy as np
from PIL import Image

from arpipe import Pipeline, open_source
from arpipe.render.layer import Order, Scene


class CensorBar:
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

    def close(self) -> None:
        """Nothing is held."""


clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 10
target = sys.argv[3] if len(sys.argv) > 3 else "out/censored.png"

with open_source(clip) as source, Pipeline(layers=[CensorBar()]) as pipeline:
    for frame in islice(source, frames):
        picture = pipeline.process(frame)
Image.fromarray(picture.pixels).save(target)
print(target)
