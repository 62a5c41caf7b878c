"""Glasses on a clip, its sound kept: `python demos/03_glasses_on_a_clip.py clip.mp4 out.mp4 [frames]`."""

import sys
from pathlib import Path

from arpipe import Pipeline, open_sink, open_source, run

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
target = Path(sys.argv[2] if len(sys.argv) > 2 else "out/clip.mp4")
limit = int(sys.argv[3]) if len(sys.argv) > 3 else 300
target.parent.mkdir(parents=True, exist_ok=True)

with (
    open_source(clip) as source,
    Pipeline(effects="wayfarer") as pipeline,
    open_sink(target, source.info) as sink,
):
    # Reading, perception, drawing and writing overlap; `watch` receives each picture and may end the run.
    count = run(source, pipeline, [sink], watch=lambda picture: picture.result.frame.index + 1 < limit)
print(f"{count} frames in {target}")
