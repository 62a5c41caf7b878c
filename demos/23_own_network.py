"""A network of your own drives an effect: `python demos/23_own_network.py [clip] [frames] [out.png] [network]`."""

import sys
from itertools import islice

import cv2
import numpy as np
from PIL import Image

from arpipe import Layer, Pipeline, Scene, open_source

DEFAULTS = [
    "sample",
    "10",
    "out/in_colour.png",
    "selfie_segmentation",
]  # or the name or file of any ONNX network
CLIP, FRAMES, TARGET, NETWORK = sys.argv[1:] + DEFAULTS[len(sys.argv) - 1 :]


class InColour(Layer):
    """People in colour, everything else in grey."""

    needs = frozenset({f"model:{NETWORK}"})

    def paint(self, pixels: np.ndarray, scene: Scene) -> None:
        """Mix the picture with its luma by the network's mask."""
        mask = cv2.resize(scene.result.models[NETWORK].outputs["mask"], pixels.shape[1::-1])[..., None]
        pixels[:] = mask * pixels + (1.0 - mask) * (pixels @ np.float32([0.3, 0.59, 0.11]))[..., None]


with open_source(CLIP) as source, Pipeline(layers=[InColour()]) as pipeline:
    pictures = [pipeline.process(frame) for frame in islice(source, int(FRAMES))]
Image.fromarray(pictures[-1].pixels).save(TARGET)
print(TARGET)
