"""Write the clip that all contestants process: raw frames in a file that is mapped into memory."""

import argparse
from pathlib import Path

import numpy as np


def make_clip(path: Path, frames: int, width: int, height: int, faces: int) -> None:
    """Write frames of the sample as one array, (n, h, w, 3) uint8 RGB."""
    from arpipe.io.sample import SampleConfig, SampleSource

    clip = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(frames, height, width, 3))
    with SampleSource(SampleConfig(width=width, height=height, faces=faces)) as source:
        for index, frame in zip(range(frames), source, strict=False):
            clip[index] = frame.pixels
    clip.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--faces", type=int, default=1)
    given = parser.parse_args()
    w, h = (int(part) for part in given.size.split("x"))
    make_clip(given.path, given.frames, w, h, given.faces)
