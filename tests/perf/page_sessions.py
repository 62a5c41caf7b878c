"""How many visitors the page serves at once, and with how many pictures per second each.

    PYTHONPATH=. .venv/bin/python tests/perf/page_sessions.py                      # 1, 2, 3, … until 15 FPS are missed
    PYTHONPATH=. .venv/bin/python tests/perf/page_sessions.py --sessions 2 4 --size 640x360

Each session sends the sample as H.264 at up to 30 Hz, wears an effect, and has at most two pictures unanswered, as the
page does; answers are not decoded, because that is the visitors' work. The server is a process of its own. Prints
pictures per second of the slowest session and of all together, with the latency, and finally for how many sessions the
slowest has at least `--fps`.
"""

import argparse
import sys
import threading
import time
from itertools import count
from statistics import median

from arpipe.apps.web.protocol import CREDIT, PictureKind
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import H264Encoder
from tests.apps.server_process import server_process
from tests.apps.web_pages import page

FRAMES = 60
WARM_UP_S = 4.0
CAMERA_FPS = 30.0
Unit = tuple[int, bytes]


class Visitor(threading.Thread):
    """A session that sends pictures until it is stopped.

    Attributes:
        answered_s: Time of each answer.
        latencies_ms: From sending to the answer.
    """

    def __init__(self, url: str, units: list[Unit], effect: str) -> None:
        super().__init__(daemon=True)
        self._url, self._units, self._effect = url, units, effect
        self._ending = threading.Event()
        self.answered_s: list[float] = []
        self.latencies_ms: list[float] = []

    def run(self) -> None:
        """Send and receive."""
        with page(self._url, {"down": "h264"}) as opened:
            opened.say(type="effects", ticket=1, effects=[{"id": self._effect, "params": {}}])
            opened.hear("applied")
            sent_s: dict[int, float] = {}
            due_s = time.monotonic()
            for number in count():
                if self._ending.is_set():
                    return
                kind, data = self._units[number % len(self._units)]
                due_s = max(due_s + 1.0 / CAMERA_FPS, time.monotonic())
                time.sleep(max(0.0, due_s - time.monotonic()))
                sent_s[number] = time.monotonic()
                opened.send(data, number, kind, 1000.0 * sent_s[number])
                if len(sent_s) >= CREDIT:
                    answer, now_s = opened.receive(), time.monotonic()
                    self.answered_s.append(now_s)
                    self.latencies_ms.append(1000.0 * (now_s - sent_s.pop(answer.sequence)))

    def stop(self) -> None:
        """End after the current picture."""
        self._ending.set()


def main() -> int:
    """Measure; returns 1 if not even one session has enough pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, nargs="+", help="numbers to try; by default 1, 2, 3, …")
    parser.add_argument("--size", default="1280x720", help="of the pictures")
    parser.add_argument("--effect", default="wayfarer")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--fps", type=float, default=15.0, help="least pictures per second of every session")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    units, most = encoded(width, height), 0
    for number in options.sessions or count(1):
        with server_process(max_sessions=max(4, number)) as (url, _):
            slowest, together, latency_ms = measure(url, units, options.effect, number, options.seconds)
        sys.stdout.write(
            f"{number} sessions of {options.size}: {slowest:.1f} FPS the slowest, {together:.1f} together, "
            f"{latency_ms:.0f} ms\n"
        )
        sys.stdout.flush()
        if slowest >= options.fps:
            most = number
        elif options.sessions is None:
            break
    sys.stdout.write(f"{most} sessions have {options.fps:g} FPS\n")
    return int(most == 0)


def encoded(width: int, height: int) -> list[Unit]:
    """Return the sample as H.264, forwards and beginning with a key frame."""
    encoder = H264Encoder(width, height, 26)
    units = []
    with SampleSource(SampleConfig(width=width, height=height, frames=FRAMES)) as source:
        for frame in source:
            data, is_key = encoder.encode(frame.pixels)
            units.append((PictureKind.H264_KEY if is_key else PictureKind.H264_DELTA, data))
    return units


def measure(
    url: str, units: list[Unit], effect: str, number: int, seconds: float
) -> tuple[float, float, float]:
    """Return FPS of the slowest session and of all together, and the median latency, ms."""
    visitors = [Visitor(url, units, effect) for _ in range(number)]
    for visitor in visitors:
        visitor.start()
    while not all(visitor.answered_s for visitor in visitors):
        time.sleep(0.1)
    time.sleep(WARM_UP_S)
    start_s = time.monotonic()
    time.sleep(seconds)
    end_s = time.monotonic()
    rates, latencies = [], []
    for visitor in visitors:
        inside = [place for place, at_s in enumerate(visitor.answered_s) if start_s <= at_s < end_s]
        rates.append(len(inside) / (end_s - start_s))
        latencies += [visitor.latencies_ms[place] for place in inside]
        visitor.stop()
    for visitor in visitors:
        visitor.join(10.0)
    return min(rates), sum(rates), median(latencies) if latencies else float("nan")


if __name__ == "__main__":
    sys.exit(main())
