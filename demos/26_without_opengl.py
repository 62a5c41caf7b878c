"""Glasses and makeup with OpenGL and without: `python demos/26_without_opengl.py [photo.jpg] [folder]`.

Draws with what suits the machine, then with each renderer that it has, and says how long each takes and what differs.
"""

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from arpipe import Pipeline, PipelineConfig, RenderConfig, RenderError, open_source

photo = sys.argv[1] if len(sys.argv) > 1 else "sample"
folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("out")
ROUNDS = 5

folder.mkdir(parents=True, exist_ok=True)
with open_source(photo) as source:
    frame = next(iter(source))
pictures = {}
for renderer in ("auto", "opengl", "cpu"):
    config = PipelineConfig(render=RenderConfig(renderer=renderer))
    with Pipeline(config, effects=["evening", "cat-eye"], mode="image") as pipeline:
        result = pipeline.detect(frame)
        try:
            picture = pipeline.render(result)
        except RenderError as error:
            print(f"{renderer}: {error}")
            continue
        start_s = time.perf_counter()
        for _ in range(ROUNDS):
            pipeline.render(result)
        duration_ms = 1000.0 * (time.perf_counter() - start_s) / ROUNDS
        print(f"{renderer}: drawn by {pipeline.facts()['renderer']} in {duration_ms:.1f} ms")
    pictures[renderer] = picture.pixels.astype(int)
    Image.fromarray(picture.pixels).save(folder / f"{renderer}.png")
if {"opengl", "cpu"} <= pictures.keys():
    off = np.abs(pictures["opengl"] - pictures["cpu"])
    print(f"the pictures differ by {off.mean():.3f} of 255 on average, by {off.max()} at most")
