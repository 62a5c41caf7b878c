"""Check that the server of the page does not grow with the sessions that it has served.

    .venv/bin/python tests/perf/sessions.py                   # 400 sessions
    .venv/bin/python tests/perf/sessions.py --sessions 2000

Each session says hello, chooses an effect, sends a picture, takes its answer and leaves. Prints the server's memory,
threads and descriptors as it goes; the exit code is 1 if the memory after all sessions exceeds the highest of the first
half by more than `MOST_GROWTH_MB`.
"""

import argparse
import itertools
import multiprocessing
import sys
from multiprocessing.queues import Queue

import psutil

from arpipe.apps.web import run
from arpipe.config import RunConfig, WebConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from tests.apps.web_pages import page

EFFECTS = ("aviator", "lipstick", "blush")
MOST_GROWTH_MB = 10.0
REPORTS = 20
SIZE = SampleConfig(width=640, height=480, frames=1)


def serve(addresses: "Queue[str]") -> None:
    """Serve the page on a free port, as `arpipe live --web` does."""
    run(RunConfig(), WebConfig(port=0), ready=addresses.put)


def visit(url: str, jpeg: bytes, effect: str) -> None:
    """Have one complete session."""
    with page(url) as opened:
        opened.say(type="effects", ticket=1, effects=[{"id": effect, "params": {}}])
        opened.hear("applied")
        opened.send(jpeg, 1)
        assert opened.receive().facts["faces"] == 1


def main() -> int:
    """Measure; returns 1 if the memory grew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=400)
    sessions = parser.parse_args().sessions
    with SampleSource(SIZE) as source:
        jpeg = encode_jpeg(source.frame(0).pixels, 90)
    spawn = multiprocessing.get_context("spawn")
    addresses: Queue[str] = spawn.Queue()
    server = spawn.Process(target=serve, args=(addresses,))
    server.start()
    try:
        url = addresses.get(timeout=60).rstrip("/")
        watched = psutil.Process(server.pid)
        sizes_mb = []
        for number, effect in zip(range(1, sessions + 1), itertools.cycle(EFFECTS), strict=False):
            visit(url, jpeg, effect)
            sizes_mb.append(watched.memory_info().rss / 1e6)
            if number % max(1, sessions // REPORTS) == 0:
                figures = (
                    f"{sizes_mb[-1]:.1f} MB, {watched.num_threads()} threads, {watched.num_fds()} descriptors"
                )
                sys.stdout.write(f"{number} sessions: {figures}\n")
                sys.stdout.flush()
    finally:
        server.terminate()
        server.join()
    grown_mb = sizes_mb[-1] - max(sizes_mb[: sessions // 2])
    sys.stdout.write(f"grown by {grown_mb:.1f} MB in the second half; {MOST_GROWTH_MB:g} MB are allowed\n")
    return int(grown_mb > MOST_GROWTH_MB)


if __name__ == "__main__":
    sys.exit(main())
