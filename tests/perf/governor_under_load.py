"""Check that the governor holds the frame rate while another program takes half of the machine.

    .venv/bin/python tests/perf/governor_under_load.py

Runs live on a clip of the sample: first undisturbed, then with a process that keeps one of two cores busy, then
undisturbed again. Prints rate and quality every second, and ends by itself.
"""

import multiprocessing
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from soak import rendered_clip, say

from arpipe.apps.stream.setup import LiveParts, open_session
from arpipe.config import LiveConfig, RunConfig
from arpipe.timing import frames_per_second

BEFORE_S, LOAD_S, AFTER_S = 8.0, 15.0, 15.0


def burn(seconds: float) -> None:
    """Keep a core busy."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        sum(range(10_000))


def main(clip: Path) -> int:
    """Run the three phases; the exit code is 1 if the rate was below the target in the last five seconds of load."""
    run = RunConfig(live=LiveConfig(source=str(clip), loop=True, window=False), effects=("aviator",))
    load = multiprocessing.get_context("spawn").Process(target=burn, args=(LOAD_S,), daemon=True)
    rates = []
    with ExitStack() as stack:
        session = open_session(stack, run, LiveParts())
        begun_s = second_s = time.monotonic()
        while (now_s := time.monotonic()) - begun_s < BEFORE_S + LOAD_S + AFTER_S:
            picture = session.next(0.1)
            if picture is not None:
                session.count(picture)
            elapsed_s = now_s - begun_s
            if elapsed_s > BEFORE_S and load.pid is None:
                load.start()
                stack.callback(load.join)
            if now_s - second_s >= 1.0:
                rate = frames_per_second([stamp for stamp in session.figures.stamps_s if stamp > second_s])
                second_s = now_s
                loaded = BEFORE_S < elapsed_s < BEFORE_S + LOAD_S
                if BEFORE_S + LOAD_S - 5.0 < elapsed_s < BEFORE_S + LOAD_S:
                    rates.append(rate)
                mark = "load" if loaded else "    "
                say(f"{elapsed_s:5.1f} s  {mark}  {rate:5.1f} FPS  {session.pacer.level.name}")
        target = run.governor.target_fps
    say(f"lowest rate in the last five seconds of load: {min(rates):.1f} FPS; target {target:.0f}")
    return int(min(rates) < target)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(rendered_clip(Path(folder))))
