"""A custom output that keeps the latest picture in one small JPEG, for a wall display or a web server.

`python demos/13_own_sink.py [camera or file] [frames] [picture.jpg]`
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from arpipe import FrameResult, LiveConfig, RunConfig, Sink, live

EVERY_S = 0.5


class LatestPicture(Sink):
    """Overwrites one file. `write` runs on its own thread; pictures that arrive while it is busy are dropped."""

    def __init__(self, path: Path) -> None:
        self.path, self.saved_s, self.count = path, -EVERY_S, 0

    def write(self, pixels: np.ndarray, result: FrameResult) -> None:
        """Save a picture now and then."""
        self.count += 1
        if result.frame.captured_s - self.saved_s >= EVERY_S:
            self.saved_s = result.frame.captured_s
            small = Image.fromarray(pixels)
            small.thumbnail((640, 640))
            small.save(self.path)


source = sys.argv[1] if len(sys.argv) > 1 else "0"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 0
sink = LatestPicture(Path(sys.argv[3] if len(sys.argv) > 3 else "latest.jpg"))
config = LiveConfig(source=source, loop=frames > 0, frames=frames, window=False)
report = live(config, RunConfig(effects=("round",)), sinks=[sink])
print(f"{sink.count} of {report.frames} pictures reached {sink.path}")
