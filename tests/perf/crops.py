"""Time of crops in compiled code over that with OpenCV.

    PYTHONPATH=. .venv/bin/python tests/perf/crops.py [--repeats 300]

Both crop the same squares of a noisy picture of 1280×720 px in turns, as networks take them. Between two crops, memory
of 6 MB is written, as other stages do it.
"""

import argparse
import statistics
import sys
import time

import numpy as np

from arpipe.preprocess.compiled_sampler import CompiledSampler
from arpipe.preprocess.opencv_sampler import OpenCvSampler
from arpipe.types import Block, Roi

GAIN, LOW = np.float32(1.0 / 255.0), np.float32(0.0)
CASES = {"face": (192, 0.1), "face, attention mesh or mesh v2": (256, 0.1), "detector": (128, 0.0)}
"""Side of the crop in px, and angle of the square in radians."""


def main() -> None:
    """Measure and print one line per case."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--repeats", type=int, default=300)
    repeats = options.parse_args().repeats
    picture = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    others_memory = np.zeros(6_000_000, np.uint8)
    for name, (side, angle_rad) in CASES.items():
        samplers = OpenCvSampler(side, "replicate"), CompiledSampler(side, "replicate")
        out = np.empty((side, side, 3), np.float32)
        pairs = []
        for turn in range(repeats):
            square = Roi(np.array([640.0 + 0.37 * turn, 360.0 - 0.21 * turn]), 300.0 + 0.1 * turn, angle_rad)
            pair = []
            for sampler in samplers:
                others_memory += 1
                start = time.thread_time()
                sampler.sample_scaled(Block(picture), square, GAIN, LOW, out)
                pair.append(1e3 * (time.thread_time() - start))
            pairs.append(pair)
        opencv, compiled = map(statistics.median, zip(*pairs, strict=True))
        ratio = statistics.median(ours / theirs for theirs, ours in pairs)
        sys.stdout.write(f"{name}, {side} px: {opencv:.3f} -> {compiled:.3f} ms, ratio {ratio:.2f}\n")


if __name__ == "__main__":
    main()
