"""Six looks on a photo, then a lipstick in four colours: `python demos/05_makeup.py photo.jpg [folder]`."""

import sys
from pathlib import Path

from PIL import Image

from arpipe import Pipeline, load_pack, open_source, sample_portrait

LOOKS = ("natural", "office", "evening", "bold-lip", "smoky", "festival")
LIPSTICKS = ("#7b1e3a", "#c0101f", "#d4746c", "#5a1a4a")

photo = sys.argv[1] if len(sys.argv) > 1 else None
folder = Path(sys.argv[2] if len(sys.argv) > 2 else "out")
folder.mkdir(parents=True, exist_ok=True)

if photo is None:
    frame = sample_portrait()
else:
    with open_source(photo) as source:
        frame = next(iter(source))

with Pipeline(mode="image") as pipeline:
    result = pipeline.detect(frame)
    print(f"{len(result.faces)} face(s)")
    for look in LOOKS:
        pipeline.set_effects(look)
        Image.fromarray(pipeline.render(result).pixels).save(folder / f"{look}.png")
        print(folder / f"{look}.png")

    # Only parameters change from one picture to the next, so nothing is loaded again.
    strip = []
    for color in LIPSTICKS:
        lips = load_pack("lipstick", {"color": color, "finish": "gloss", "opacity": 0.85})
        pipeline.set_effects([lips, "mascara", "blush(opacity=0.3)"])
        strip.append(Image.fromarray(pipeline.render(result).pixels))
    sheet = Image.new("RGB", (frame.width * len(strip), frame.height))
    for place, picture in enumerate(strip):
        sheet.paste(picture, (place * frame.width, 0))
    sheet.save(folder / "lipsticks.png")
    print(folder / "lipsticks.png")
