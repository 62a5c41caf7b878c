"""How fast a video goes through: prints milliseconds per frame of one pass. `throughput.py CONTESTANT CLIP.mp4`."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def encode(frames: np.ndarray, path: Path) -> None:
    """Write (n, h, w, 3) frames as the clip that all contestants read."""
    from fractions import Fraction

    from arpipe.io.color import ColorTags
    from arpipe.io.video import VideoTraits
    from arpipe.io.video_writer import VideoSink
    from arpipe.types import Frame, FrameResult

    height, width = frames.shape[1:3]
    traits = VideoTraits(Fraction(1, 90_000), Fraction(30), ColorTags.for_size(width, height))
    with VideoSink(path, width, height, traits) as sink:
        for index in range(len(frames)):
            pixels = np.array(frames[index])
            sink.write(pixels, FrameResult(Frame(pixels, index / 30.0, index)))


def one_pass(contestant: str, clip: Path, target: Path) -> int:
    """Run a contestant over the clip; gives the number of frames."""
    from arpipe.io.video import VideoFile
    from arpipe.io.video_writer import VideoSink
    from arpipe.pipeline.handover import Behind
    from arpipe.pipeline.pipeline import Pipeline
    from arpipe.pipeline.runner import run
    from arpipe.types import FrameResult

    with VideoFile(clip) as source:
        if contestant == "decode":
            return sum(1 for _ in source)
        with VideoSink(target, source.info.width, source.info.height, source.traits) as sink:
            if contestant == "arpipe-batch":
                with Pipeline(effects=["aviator"]) as pipeline:
                    return run(source, pipeline, [sink])
            count = 0
            with Behind(lambda frame: sink.write(frame.pixels, FrameResult(frame)), "encode") as writer:
                for frame in source:
                    writer.put(frame)
                    count += 1
            return count


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contestant", choices=("encode", "decode", "decode-encode", "arpipe-batch"))
    parser.add_argument("clip", type=Path)
    parser.add_argument("--frames", type=Path, help="Raw frames to encode.")
    given = parser.parse_args()
    if given.contestant == "encode":
        encode(np.load(given.frames, mmap_mode="r"), given.clip)
        return
    with tempfile.TemporaryDirectory() as folder:
        start_s = time.perf_counter()
        count = one_pass(given.contestant, given.clip, Path(folder) / "out.mp4")
        sys.stdout.write(json.dumps([(time.perf_counter() - start_s) * 1000.0 / count]) + "\n")


if __name__ == "__main__":
    main()
