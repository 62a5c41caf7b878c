"""Measure video throughput: `throughput.py CONTESTANT CLIP.mp4` prints ms per frame, without the warm-up."""

import argparse
import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from arpipe.io.sink import Sink
from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.io.video import VideoFile
from arpipe.io.video.writer import VideoSink
from arpipe.pipeline.handover import BackgroundWriter
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.runner import run
from arpipe.types import Frame, FrameResult, Picture

WARM_UP = 20  # as for the other contestants: shaders, first detection, the encoder's look-ahead


def encode(frames: np.ndarray, path: Path) -> None:
    """Encode frames, (n, h, w, 3), as the clip that all contestants read."""
    height, width = frames.shape[1:3]
    traits = VideoTraits(Fraction(1, 90_000), Fraction(30), ColorTags.for_size(width, height))
    with VideoSink(path, width, height, traits) as sink:
        for index in range(len(frames)):
            pixels = np.array(frames[index])
            sink.write(pixels, FrameResult(Frame(pixels, index / 30.0, index)))


class StampingSink(Sink):
    """A sink that records when each frame was written."""

    def __init__(self, sink: VideoSink) -> None:
        self.stamps_s: list[float] = []
        self._sink = sink

    def write(self, pixels: np.ndarray, result: FrameResult) -> None:
        """Write, and record the time."""
        self._sink.write(pixels, result)
        self.stamps_s.append(time.perf_counter())

    def write_picture(self, picture: Picture) -> None:
        """Write, and record the time."""
        self._sink.write_picture(picture)
        self.stamps_s.append(time.perf_counter())


def one_pass(contestant: str, clip: Path, target: Path) -> list[float]:
    """Run a contestant over the clip and return the time at which each frame was finished."""
    with VideoFile(clip) as source:
        if contestant == "decode":
            return [time.perf_counter() for frame in source if frame.pixels.size]
        with VideoSink(target, source.info.width, source.info.height, source.info.traits) as file:
            sink = StampingSink(file)
            if contestant == "arpipe-batch":
                with Pipeline(effects=["aviator"]) as pipeline:
                    run(source, pipeline, [sink])
            else:
                # Through RGB both ways, as any program that looks at pictures: a frame of pixels is converted back.
                with BackgroundWriter(
                    lambda frame: sink.write(frame.pixels, FrameResult(frame)), "encode"
                ) as writer:
                    for frame in source:
                        writer.put(Frame(frame.pixels, frame.captured_s, frame.index))
            return sink.stamps_s


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contestant", choices=("encode", "decode", "decode-encode", "arpipe-batch"))
    parser.add_argument("clip", type=Path)
    parser.add_argument("--frames", type=Path, help="Raw frames to encode.")
    given = parser.parse_args()
    if given.contestant == "encode":
        encode(np.load(given.frames, mmap_mode="r"), given.clip)
        return
    with tempfile.TemporaryDirectory() as folder:
        stamps_s = one_pass(given.contestant, given.clip, Path(folder) / "out.mp4")[WARM_UP:]
        per_frame_ms = (stamps_s[-1] - stamps_s[0]) * 1000.0 / (len(stamps_s) - 1)
        sys.stdout.write(json.dumps([per_frame_ms]) + "\n")


if __name__ == "__main__":
    main()
