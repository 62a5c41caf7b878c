"""An open mouth puts on the next glasses.

`python demos/16_mouth_switches_glasses.py [clip] [frames] [picture.png] [condition]`

Any condition of docs/controls.md can take the place of the mouth, such as "nod" or "gesture == 'Thumb_Up'".
"""

import sys
from itertools import cycle, islice

from PIL import Image

from arpipe import ControlEvent, Pipeline, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 300
target = sys.argv[3] if len(sys.argv) > 3 else "out/switched.png"
condition = sys.argv[4] if len(sys.argv) > 4 else "face.mouth_open > 0.4"

GLASSES = cycle(["round", "aviator", "wayfarer", "cat-eye"])

with open_source(clip) as source, Pipeline(effects=next(GLASSES)) as pipeline:

    @pipeline.on(condition)
    def switch(event: ControlEvent) -> None:
        """Called once each time the condition begins to hold."""
        glasses = next(GLASSES)
        print(f"{event.time_s:.2f} s: {condition}: {glasses}")
        pipeline.set_effects(glasses)

    @pipeline.on(condition, edge="end")
    def rest(event: ControlEvent) -> None:
        """Called when it has ended."""
        print(f"{event.time_s:.2f} s: it held for {event.duration_s:.2f} s")

    for frame in islice(source, frames):
        picture = pipeline.process(frame)

Image.fromarray(picture.pixels).save(target)
print(target)
