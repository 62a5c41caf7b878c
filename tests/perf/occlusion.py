"""Measure what occlusion costs, and whether 25 FPS hold with glasses, a look and occlusion together.

    .venv/bin/python tests/perf/occlusion.py --rounds 5 --frames 200

Runs `arpipe profile` on the sample at 1280×720 with and without occlusion, in turns, each in a process of its own.
"""

import argparse
import json
import subprocess
import sys

import numpy as np
from rich.console import Console
from rich.table import Table

EFFECTS = ("--effect", "wayfarer", "--effect", "evening")
TARGET_MS = 1000.0 / 25.0


def main() -> None:
    """Print medians over the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=200)
    arguments = parser.parse_args()
    reports: dict[str, list[dict]] = {"auto": [], "off": []}
    for _ in range(arguments.rounds):
        for use, found in reports.items():
            found.append(profile(use, arguments.frames))
    # Every second frame has no look at the face, so that the median lies anywhere between both kinds of frames.
    table = Table("occlusion", "occlude mean ms", "frame p50 ms", "frame p99 ms")
    for use, found in reports.items():
        stage = [each["stages"]["occlude"]["mean"] for each in found if "occlude" in each["stages"]]
        frames = [(each["frame_ms"]["p50"], each["frame_ms"]["p99"]) for each in found]
        middle, slowest = np.median(frames, axis=0)
        table.add_row(use, f"{np.median(stage):.2f}" if stage else "-", f"{middle:.1f}", f"{slowest:.1f}")
    Console().print(table)
    Console().print(f"25 FPS at p99 allow {TARGET_MS:.0f} ms a frame")


def profile(use: str, frames: int) -> dict:
    """Return the report of one run."""
    command = [sys.executable, "-m", "arpipe", "profile", "--size", "1280x720", "--frames", str(frames)]
    done = subprocess.run(
        [*command, "--occlusion", use, *EFFECTS, "--json", "-"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
