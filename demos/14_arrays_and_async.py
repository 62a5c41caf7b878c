"""OpenCV's arrays in, pictures out, without blocking an event loop: `python demos/14_arrays_and_async.py [clip.mp4]`.

`process` and `detect` take arrays as well; a server would await `aprocess` in its handlers.
"""

import asyncio
import sys
from itertools import islice

import cv2

from arpipe import Frame, Pipeline, open_source

clip = sys.argv[1] if len(sys.argv) > 1 else "sample"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 30
target = sys.argv[3] if len(sys.argv) > 3 else "out/async.png"


async def main() -> None:
    """Process the clip; detection runs ahead of drawing, as both have a thread."""
    with open_source(clip) as source, Pipeline(effects="aviator", max_faces=2) as pipeline:
        arrays = [cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR) for frame in islice(source, frames)]
        inputs = [Frame.from_bgr(array, index / 30.0, index) for index, array in enumerate(arrays)]
        pictures = await asyncio.gather(*(pipeline.aprocess(frame) for frame in inputs))
    print(pictures[-1])
    cv2.imwrite(target, cv2.cvtColor(pictures[-1].pixels, cv2.COLOR_RGB2BGR))
    print(target)


asyncio.run(main())
