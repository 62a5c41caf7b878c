"""Every pair of glasses on everybody in a photo: `python demos/02_glasses_on_a_photo.py photo.jpg [folder]`."""

import sys
from pathlib import Path

from PIL import Image

from arpipe import Pipeline, load_pack, open_source, pack_folders, sample_portrait

photo = sys.argv[1] if len(sys.argv) > 1 else None
folder = Path(sys.argv[2] if len(sys.argv) > 2 else "out")
folder.mkdir(parents=True, exist_ok=True)

if photo is None:
    frame = sample_portrait()
else:
    with open_source(photo) as source:
        frame = next(iter(source))

glasses = [name for name in pack_folders() if "glasses" in load_pack(name).tags]
with Pipeline(mode="image") as pipeline:
    result = pipeline.detect(frame)
    print(f"{len(result.faces)} face(s)")
    for name in glasses:
        pipeline.set_effects(name)
        Image.fromarray(pipeline.render(result).pixels).save(folder / f"{name}.png")
        print(folder / f"{name}.png")
