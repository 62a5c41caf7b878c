"""A sink of one's own: the latest picture always in one small JPEG, for a wall display or a web server.

`python demos/13_own_sink.py [camera or file] [frames] [picture.jpg]`
"""

import sys
import time
from pathlib import Path

from PIL import Image

from arpipe import FrameResult, live
from arpipe.config import LiveConfig, RunConfig
from arpipe.io.sink import NullSink
from arpipe.types import Pixels

EVERY_S = 0.5


class LatestPicture(NullSink):
    """Overwrites one file; `write` runs in a thread of its own, pictures it has no time for are dropped."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.written_s = path, 0.0

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Keep a picture now and then."""
        super().write(pixels, result)
        if time.monotonic() - self.written_s > EVERY_S:
            self.written_s = time.monotonic()
            small = Image.fromarray(pixels)
            small.thumbnail((640, 640))
            small.save(self.path)


source = sys.argv[1] if len(sys.argv) > 1 else "0"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 0
sink = LatestPicture(Path(sys.argv[3] if len(sys.argv) > 3 else "latest.jpg"))
config = LiveConfig(source=source, loop=frames > 0, frames=frames, window=False)
report = live(config, RunConfig(effects=("round",)), sinks=[sink])
print(f"{sink.count} of {report.frames} pictures reached {sink.path}")
