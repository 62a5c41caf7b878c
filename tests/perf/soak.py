"""Check over a long live run that memory does not grow and the frame rate does not fall.

    .venv/bin/python tests/perf/soak.py                 # 30 minutes
    .venv/bin/python tests/perf/soak.py --minutes 8     # shorter runs only measure the warm-up

A clip of the sample plays as a camera at 30 Hz, without a window, and the effect changes every second. Prints a line
per minute and a verdict; the exit code is 1 if memory grew or the rate fell.
"""

import argparse
import itertools
import multiprocessing
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psutil

from arpipe.apps.stream.session import LiveSession
from arpipe.apps.stream.setup import LiveParts, open_session
from arpipe.config import LiveConfig, RunConfig
from arpipe.effects.packs import load_pack
from arpipe.effects.search import pack_folders
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.inheritance import traits_of
from arpipe.io.video.writer import VideoSink
from arpipe.timing import frames_per_second
from arpipe.types import FrameResult

CLIP = "sample.mp4"
WARM_UP_S = 120.0  # four rounds through all effects fill allocators and caches
MOST_GROWTH_MB = 10.0
LEAST_FPS = 25.0
REPORT_EVERY_S, SAMPLE_EVERY_S, CHANGE_EVERY_S = 60.0, 2.0, 1.0


def say(line: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def rendered_clip(folder: Path) -> Path:
    """Write a clip of 10 s of the sample."""
    path = folder / CLIP
    with SampleSource(SampleConfig(frames=300)) as source:
        info = source.info
        with VideoSink(path, info.width, info.height, traits_of(source)) as sink:
            for frame in source:
                sink.write(frame.pixels, FrameResult(frame))
    return path


class Monitor:
    """Samples memory and frame rate every few seconds and prints them every minute.

    Args:
        session: The session to watch.
        seconds: Planned duration of the run.
    """

    def __init__(self, session: LiveSession, seconds: float) -> None:
        self._session, self._process = session, psutil.Process()
        self._warm_s = min(WARM_UP_S, seconds / 3.0)
        self._sampled_s, self._printed_s = 0.0, 0.0
        self._minute_mb: list[float] = []
        self._memory_mb: list[float] = []
        self._rates: list[float] = []

    def sample(self) -> None:
        """Take a sample, and print a line, where one is due."""
        age_s = self._session.age_s
        if age_s - self._sampled_s >= SAMPLE_EVERY_S:
            self._sampled_s = age_s
            rss_mb = self._process.memory_info().rss / 2**20
            self._minute_mb.append(rss_mb)
            if age_s > self._warm_s:
                self._memory_mb.append(rss_mb)
        if age_s - self._printed_s >= REPORT_EVERY_S:
            self._print(age_s)

    def verdict(self) -> int:
        """Print the verdict and return the exit code."""
        report = self._session.report()
        quarter = max(1, len(self._memory_mb) // 4)
        growth_mb = median(self._memory_mb[-quarter:]) - median(self._memory_mb[:quarter])
        slowest = min(self._rates, default=report.fps)
        say(
            f"{report.frames} frames at {report.fps:.1f} FPS, 1 % low {report.low_fps:.1f}, "
            f"dropped {report.dropped}"
        )
        say(f"memory: {growth_mb:+.1f} MB from the first quarter to the last; {MOST_GROWTH_MB:.0f} allowed")
        say(f"rate: {slowest:.1f} FPS in the slowest minute; {LEAST_FPS:.0f} required")
        failed = growth_mb > MOST_GROWTH_MB or slowest < LEAST_FPS
        say("FAILED" if failed else "PASSED")
        return int(failed)

    def _print(self, age_s: float) -> None:
        stamps = self._session.figures.stamps_s
        since_s = stamps[-1] - (age_s - self._printed_s) if stamps else 0.0
        rate = frames_per_second([stamp for stamp in stamps if stamp > since_s])
        self._printed_s = age_s
        self._rates.append(rate)
        say(
            f"{age_s / 60.0:5.0f} min  {rate:5.1f} FPS  {median(self._minute_mb):7.1f} MB "
            f"({min(self._minute_mb):.0f} to {max(self._minute_mb):.0f})  "
            f"{self._process.num_threads()} threads  {self._process.num_fds()} handles  "
            f"{self._session.pacer.level.name}"
        )
        self._minute_mb.clear()


def soak(clip: Path, seconds: float) -> int:
    """Run and report; gives the exit code."""
    run = RunConfig(live=LiveConfig(source=str(clip), loop=True, window=False), effects=("aviator",))
    effects = itertools.cycle([load_pack(name) for name in pack_folders()])
    with ExitStack() as stack:
        session = open_session(stack, run, LiveParts())
        monitor, change_s = Monitor(session, seconds), 0.0
        while session.age_s < seconds:
            picture = session.next(0.1)
            if picture is not None:
                session.count(picture)
            if session.age_s - change_s > CHANGE_EVERY_S:
                change_s = session.age_s
                session.set_effects([next(effects)])
            monitor.sample()
        return monitor.verdict()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A long live run.")
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        # In another process, so that the memory for rendering and encoding is not counted.
        maker = multiprocessing.get_context("spawn").Process(target=rendered_clip, args=(Path(folder),))
        maker.start()
        maker.join()
        sys.exit(soak(Path(folder) / CLIP, minutes * 60.0))
