"""A long live run: does memory grow, does the rate fall?

    .venv/bin/python tests/perf/soak.py                 # 30 minutes
    .venv/bin/python tests/perf/soak.py --minutes 2

A simulated camera (a rendered clip of the sample, decoded like any file) at 30 Hz, effects changed every second,
no window. Prints a line each ten seconds and a verdict; the exit code is 1 if memory grew or the rate fell.
"""

import argparse
import itertools
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psutil

from arpipe.apps.live.capture import Capture, opener
from arpipe.apps.live.run import LiveParts, open_session
from arpipe.config import LiveConfig, RunConfig
from arpipe.effects.packs import load_pack, pack_folders
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video_writer import VideoSink, traits_of
from arpipe.timing import frames_per_second
from arpipe.types import FrameResult

WARM_UP_S = 30.0  # allocators and caches fill
MOST_GROWTH_MB = 10.0
LEAST_FPS = 25.0
REPORT_EVERY_S, CHANGE_EVERY_S = 10.0, 1.0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def rendered_clip(folder: Path) -> Path:
    """A clip of the sample, 10 s."""
    path = folder / "sample.mp4"
    with SampleSource(SampleConfig(frames=300)) as source:
        info = source.info
        with VideoSink(path, info.width, info.height, traits_of(source)) as sink:
            for frame in source:
                sink.write(frame.pixels, FrameResult(frame))
    return path


def soak(clip: Path, seconds: float) -> int:
    """Run and report; gives the exit code."""
    run = RunConfig(live=LiveConfig(source=str(clip), loop=True, window=False), effects=("aviator",))
    effects = itertools.cycle([load_pack(name) for name in pack_folders()])
    process, memory_mb, rates = psutil.Process(), [], []
    with ExitStack() as stack:
        capture = Capture(opener(run.live), loop=True)
        session = open_session(stack, run, LiveParts(capture=capture))
        begun_s = time.monotonic()
        change_s = report_s = begun_s
        while (now_s := time.monotonic()) - begun_s < seconds:
            picture = session.next(0.1)
            if picture is not None:
                session.presented(picture)
            if now_s - change_s > CHANGE_EVERY_S:
                change_s = now_s
                session.pipeline.set_effects([next(effects)])
                session.settle()
            if now_s - report_s > REPORT_EVERY_S:
                rss_mb = process.memory_info().rss / 2**20
                stamps = [stamp for stamp in session.figures.stamps_s if stamp > report_s]
                rate, report_s = frames_per_second(stamps), now_s
                level = session.governor.level.name
                say(f"{now_s - begun_s:6.0f} s  {rate:5.1f} FPS  {rss_mb:7.1f} MB  {level}")
                if now_s - begun_s > min(WARM_UP_S, seconds / 3):
                    memory_mb.append(rss_mb)
                    rates.append(rate)
        report = session.report()
    quarter = max(1, len(memory_mb) // 4)
    growth_mb = median(memory_mb[-quarter:]) - median(memory_mb[:quarter])
    say(
        f"{report.frames} pictures, memory {growth_mb:+.1f} MB after warm-up, slowest ten seconds "
        f"{min(rates, default=0.0):.1f} FPS, dropped {report.dropped}"
    )
    return int(growth_mb > MOST_GROWTH_MB or min(rates, default=0.0) < LEAST_FPS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A long live run.")
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(soak(rendered_clip(Path(folder)), minutes * 60.0))
