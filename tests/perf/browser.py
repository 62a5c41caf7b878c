"""Measure the page in a real Chromium at 1280×720.

    .venv/bin/python tests/perf/browser.py [--seconds 30]

The sample is Chromium's camera, and browser and server share the machine. Prints the frame rate, the latency from
capture to display, and the time from choosing an effect to its first picture.
"""

import argparse
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median, quantiles

import av
from playwright.sync_api import Page, sync_playwright

from arpipe.apps.web.server import WebServer
from arpipe.config import RunConfig, WebConfig
from arpipe.io.sample import SampleConfig, SampleSource

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
        write_camera(path)
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


def write_camera(path: Path) -> None:
    """Write the sample as a file that Chromium plays as a camera."""
    with SampleSource(CAMERA) as source, path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{CAMERA.width} H{CAMERA.height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for frame in source:
            yuv = av.VideoFrame.from_ndarray(frame.pixels, format="rgb24").reformat(format="yuv420p")
            file.write(b"FRAME\n" + yuv.to_ndarray().tobytes())


def measure(url: str, camera: Path, seconds: float) -> None:
    """Open the page, choose glasses and measure; then switch effects."""
    arguments = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        "--no-sandbox",
    ]
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=arguments)
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
        browser.close()


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
