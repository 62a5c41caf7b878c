"""Run one contestant over the clip and print the durations of its frames as JSON; works without arpipe."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

WARM_UP = 20
Step = Callable[[np.ndarray, int], object]


def main() -> None:
    """Parse CONTESTANT and CLIP, and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contestant")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", type=Path, help="glasses, or network")
    given = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    if given.contestant.startswith(("mediapipe", "user-stack")):
        import contestants_mediapipe as contestants
    else:
        import contestants_arpipe as contestants  # type: ignore[no-redef]
    frames = np.load(given.clip, mmap_mode="r")
    step: Step = contestants.make(given.contestant, given.threads, given.model)
    durations = []
    for index in range(len(frames)):
        frame = np.array(frames[index])  # a copy in memory, as a camera delivers it
        start_s = time.perf_counter()
        step(frame, index)
        durations.append((time.perf_counter() - start_s) * 1000.0)
    print(json.dumps(durations[WARM_UP:]))  # noqa: T201 - this is the result


if __name__ == "__main__":
    main()
