"""Run one solution over a clip and print the durations of its frames, ms, as JSON: MODULE SOLUTION ARGUMENTS CLIP."""

import importlib
import json
import sys
import time

import numpy as np

WARM_UP = 20


def main() -> None:
    """Process every frame of the clip."""
    module, solution, arguments, clip = sys.argv[1:]
    part, _, name = solution.partition(".")
    make = getattr(getattr(importlib.import_module(module).solutions, part), name)
    frames, durations = np.load(clip, mmap_mode="r"), []
    with make(**json.loads(arguments)) as network:
        for frame in frames:
            pixels = np.array(frame)  # a copy in memory, as a camera delivers it
            start_s = time.perf_counter()
            network.process(pixels)
            durations.append((time.perf_counter() - start_s) * 1000.0)
    print(json.dumps(durations[WARM_UP:]))  # noqa: T201 - this is the result


if __name__ == "__main__":
    main()
