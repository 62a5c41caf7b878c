"""Check that the server of the page does not grow with the sessions that it has served.

    PYTHONPATH=. .venv/bin/python tests/perf/sessions.py                   # 400 sessions
    PYTHONPATH=. .venv/bin/python tests/perf/sessions.py --sessions 2000

Each session says hello, chooses an effect, sends a picture, takes its answer and leaves. Prints the server's memory,
threads and descriptors as it goes; the exit code is 1 if the memory after all sessions exceeds the highest of the first
half by more than `MOST_GROWTH_MB`.
"""

import argparse
import itertools
import sys

from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from tests.apps.server_process import server_process, visit

EFFECTS = ("aviator", "lipstick", "blush")
MOST_GROWTH_MB = 10.0
REPORTS = 20
SIZE = SampleConfig(width=640, height=480, frames=1)


def main() -> int:
    """Measure; returns 1 if the memory grew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=400)
    sessions = parser.parse_args().sessions
    with SampleSource(SIZE) as source:
        jpeg = encode_jpeg(source.frame(0).pixels, 90)
    sizes_mb = []
    with server_process() as (url, process):
        for number, effect in zip(range(1, sessions + 1), itertools.cycle(EFFECTS), strict=False):
            visit(url, jpeg, effect)
            sizes_mb.append(process.memory_info().rss / 1e6)
            if number % max(1, sessions // REPORTS) == 0:
                figures = (
                    f"{sizes_mb[-1]:.1f} MB, {process.num_threads()} threads, {process.num_fds()} descriptors"
                )
                sys.stdout.write(f"{number} sessions: {figures}\n")
                sys.stdout.flush()
    grown_mb = sizes_mb[-1] - max(sizes_mb[: sessions // 2])
    sys.stdout.write(f"grown by {grown_mb:.1f} MB in the second half; {MOST_GROWTH_MB:g} MB are allowed\n")
    return int(grown_mb > MOST_GROWTH_MB)


if __name__ == "__main__":
    sys.exit(main())
