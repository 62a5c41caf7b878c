"""Glasses under a fringe: `python demos/22_hair_and_hands.py [photo.jpg] [folder]`.

Draws glasses twice, over everything and under what is before the face, and shows the matte that makes the difference.
"""

import sys
from pathlib import Path

from PIL import Image

from arpipe import Pipeline, PipelineConfig, open_source

photo = sys.argv[1] if len(sys.argv) > 1 else "sample"
folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("out")

RUNS = {
    "covered.png": ("off", ["oversized"]),
    "under_hair.png": ("auto", ["oversized"]),
    "matte.png": ("auto", ["debug(occlusion=true, mesh=false, axes=false)"]),
}

folder.mkdir(parents=True, exist_ok=True)
with open_source(photo) as source:
    frame = next(iter(source))
for name, (use, effects) in RUNS.items():
    config = PipelineConfig.model_validate({"perception": {"occlusion": {"use": use}}})
    with Pipeline(config, effects=effects, mode="image") as pipeline:
        picture = pipeline.process(frame)
    Image.fromarray(picture.pixels).save(folder / name)
    for matte in picture.result.occlusion:
        print(
            f"{name}: {100 * float(matte.covered.mean()):.1f} % of the square around the face hides glasses"
        )
