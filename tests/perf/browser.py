"""Measure the page in a real Chromium at 1280×720.

    .venv/bin/python -m tests.perf.browser [--seconds 30]

The sample is Chromium's camera, and browser and server share the machine. Prints the frame rate, the latency from
capture to display, and the time from choosing an effect to its first picture.
"""

import argparse
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page

from arpipe.apps.web.server import WebServer
from arpipe.config import RunConfig, WebConfig
from arpipe.io.sample import SampleConfig
from tests.apps.chromium import launched, write_camera

CAMERA = SampleConfig(width=1280, height=720, frames=150)
WARM_UP_MS, SWITCHES, BETWEEN_MS = 4000, 20, 400
EFFECTS = ("wayfarer", "aviator", "round", "cat-eye", "sport")


def main() -> int:
    """Serve the page and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "camera.y4m"
        write_camera(path, CAMERA)
        server, ready = WebServer(RunConfig(web=WebConfig(port=0))), threading.Event()
        thread = threading.Thread(target=server.run, args=(lambda _: ready.set(),))
        thread.start()
        try:
            ready.wait()
            measure(server.url, path, given.seconds)
        finally:
            server.stop()
            thread.join()
    return 0


def measure(url: str, camera: Path, seconds: float) -> None:
    """Open the page, choose glasses and measure; then switch effects."""
    with launched(camera) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.wait_for_selector("[data-effect=wayfarer]")
        page.click("[data-effect=wayfarer]")
        page.wait_for_timeout(WARM_UP_MS)
        shown, ages = watch(page, seconds)
        say(f"{shown / seconds:.1f} FPS over {seconds:.0f} s")
        say(f"capture to display: median {median(ages):.0f} ms, p95 {quantiles(ages, n=20)[-1]:.0f} ms")
        changes = switch(page)
        say(f"switching effects: median {median(changes):.0f} ms, maximum {max(changes):.0f} ms")


def watch(page: Page, seconds: float) -> tuple[int, list[float]]:
    """Count the pictures shown within `seconds`, and collect the latency of each, ms."""
    before = shown = int(page.evaluate("() => arpipe.shown"))
    ages: list[float] = []
    for _ in range(int(seconds * 4)):
        page.wait_for_timeout(250)
        now, latest = page.evaluate("() => [arpipe.shown, arpipe.latencies]")
        ages += latest[len(latest) - min(now - shown, len(latest)) :]
        shown = now
    return shown - before, ages


def switch(page: Page) -> list[float]:
    """Measure the time from each click to the first picture with the other effect, ms."""
    took = []
    for number in range(SWITCHES):
        page.evaluate("() => { arpipe.appliedMs = 0; }")
        page.evaluate(
            f"() => document.querySelector('[data-effect={EFFECTS[number % len(EFFECTS)]}]').click()"
        )
        page.wait_for_timeout(BETWEEN_MS)
        took.append(float(page.evaluate("() => arpipe.appliedMs")))
    return took


def say(line: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
