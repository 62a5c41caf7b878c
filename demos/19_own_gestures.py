"""Three gestures of your own, taught in seconds: `python demos/19_own_gestures.py [folder] [clip] [model.toml]`.

The folder has a folder of photos or clips for each gesture, and one called "none" for everything else; the clip is what
is watched afterwards. Without a folder, the head of the sample is taught: looking left, looking right, and none.
"""

import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path

from arpipe import ControlEvent, Pipeline, Recognizer, open_source

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("-")
clip = sys.argv[2] if len(sys.argv) > 2 else "sample"
target = Path(sys.argv[3] if len(sys.argv) > 3 else "out/mine.toml")
FRAMES, TAUGHT = 60, 110
SIDE_DEG = 4.0


def looks_of_the_sample() -> dict[str, list]:
    """Sort the first results of the sample by where the head looks."""
    looks = defaultdict(list)
    with open_source("sample") as source, Pipeline() as pipeline:
        for result in map(pipeline.detect, islice(source, 0, TAUGHT, 2)):
            yaw_deg = result.faces[0].pose.yaw_deg
            side = "left" if yaw_deg > SIDE_DEG else "right" if yaw_deg < -SIDE_DEG else "none"
            looks[side].append(result)
    return looks


samples = (
    looks_of_the_sample() if folder == Path("-") else {each.name: each for each in sorted(folder.iterdir())}
)
recognizer = Recognizer.train(
    samples, features=("face",) if folder == Path("-") else ("hand", "hands", "face")
)
recognizer.save(target)
accuracy = recognizer.confusion.accuracy
print(
    f"{', '.join(recognizer.classes)}: {'not tested' if accuracy is None else f'{accuracy:.0%} right'}; {target}"
)

with open_source(clip) as source, Pipeline() as pipeline:
    for gesture in recognizer.classes[:-1]:

        @pipeline.on(f"class == '{gesture}'", recognizer=recognizer)
        def recognised(event: ControlEvent) -> None:
            """Called when a gesture begins."""
            print(f"{event.time_s:.2f} s: {event.name}")

    for frame in islice(source, FRAMES):
        pipeline.detect(frame)
