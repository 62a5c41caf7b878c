"""Another background: `python demos/10_another_background.py [photo.jpg] [folder]`.

The background behind all people is blurred, replaced or made transparent; glasses and makeup are drawn on top.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from arpipe import Pipeline, open_source

photo = sys.argv[1] if len(sys.argv) > 1 else "sample"
folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("out")


def sunset(height: int = 360, width: int = 640) -> Image.Image:
    """Return a sky of three colours, in place of a photograph."""
    rows = np.linspace(0.0, 1.0, height)[:, None]
    colors = [
        np.interp(rows, [0.0, 0.6, 1.0], values) for values in ([40, 240, 90], [60, 150, 60], [120, 90, 80])
    ]
    return Image.fromarray(np.broadcast_to(np.stack(colors, axis=-1), (height, width, 3)).astype(np.uint8))


sunset().save(folder / "sunset.png")
EFFECTS = {
    "blurred.png": ["background(blur=18)"],
    "bokeh.png": ["background(blur=14, bokeh=true)", "wayfarer"],
    "sunset_behind.png": [f"background(image={folder / 'sunset.png'})", "aviator"],
    "cut_out.png": ["background(transparent=true)"],
}

with open_source(photo) as source, Pipeline() as pipeline:
    frame = next(iter(source))
    for name, effects in EFFECTS.items():
        pipeline.set_effects(effects)
        pipeline.reset()
        picture = pipeline.process(frame)
        Image.fromarray(picture.with_alpha).save(folder / name)
        mask = picture.result.mask
        print(f"{name}: people cover {100.0 * float((mask > 0.5).mean()):.0f} % of the picture")
