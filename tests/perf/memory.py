"""Check that memory does not grow: RSS after 10,000 frames with glasses, minus RSS after 500.

.venv/bin/python tests/perf/memory.py
"""

import argparse
import sys

import psutil

from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.pipeline.pipeline import Pipeline
from arpipe.types import Frame

LOOP = 60  # frames of the sample, repeated


def main() -> int:
    """Run; the exit code is 1 if memory grew by more than 10 MiB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--settled", type=int, default=500)
    given = parser.parse_args()
    with SampleSource(SampleConfig(width=640, height=360, frames=LOOP)) as source:
        loop = [frame.pixels for frame in source]
    process, settled_mb = psutil.Process(), 0.0
    with Pipeline(effects=["aviator"]) as pipeline:
        for index in range(given.frames):
            pipeline.process(Frame(loop[index % LOOP], index / 30.0, index))
            if index + 1 == given.settled:
                settled_mb = process.memory_info().rss / 2**20
    end_mb = process.memory_info().rss / 2**20
    sys.stdout.write(
        f"{settled_mb:.1f} MiB after {given.settled} frames, {end_mb:.1f} after {given.frames}\n"
    )
    return int(end_mb - settled_mb > 10.0)


if __name__ == "__main__":
    raise SystemExit(main())
