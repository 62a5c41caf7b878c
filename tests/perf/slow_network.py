"""Pictures per second of the live page over links of limited rate.

    PYTHONPATH=. .venv/bin/python tests/perf/slow_network.py [--rates 30 100 1000]     # kB/s in each direction

A real Chromium with a camera of 1280×720 px at 30 Hz uses the page through a link on loopback that carries so many
bytes per second in each direction. After some seconds for adaption, the pictures that are shown are counted.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from arpipe.io.sample import SampleConfig
from tests.apps.chromium import launched, write_camera
from tests.apps.slow_link import slow_link
from tests.apps.web_pages import serving

CAMERA = SampleConfig(width=1280, height=720, frames=60)


def main() -> None:
    """Measure and print one line per rate."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rates", type=float, nargs="+", default=[30, 100, 1000], metavar="KB_PER_S")
    options.add_argument("--settle", type=float, default=15.0, metavar="S")
    options.add_argument("--seconds", type=float, default=15.0, metavar="S")
    options.add_argument("--source", help="watch this source of the server instead of the browser's camera")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        camera = Path(folder) / "camera.y4m"
        write_camera(camera, CAMERA)
        with launched(camera) as browser:
            for rate in chosen.rates:
                with serving(chosen.source) as url, slow_link(int(url.rpartition(":")[2])) as link:
                    page = browser.new_page()
                    page.goto(f"{link.url}/?effect=wayfarer")
                    while page.evaluate("() => (window.arpipe?.shown ?? 0) < 5"):
                        page.wait_for_timeout(100)
                    link.rate = 1000 * rate
                    page.wait_for_timeout(1000 * chosen.settle)
                    before, carried = page.evaluate("() => arpipe.shown"), link.carried
                    page.wait_for_timeout(1000 * chosen.seconds)
                    shown = page.evaluate("() => arpipe.shown") - before
                    up, down = (
                        (now - then) / chosen.seconds / 1000
                        for now, then in zip(link.carried, carried, strict=True)
                    )
                    state = page.evaluate(
                        "() => [arpipe.network, arpipe.last.width, arpipe.last.height, arpipe.latency]"
                    )
                    level, width, height, latency = state
                    sys.stdout.write(
                        f"{rate:g} kB/s: {shown / chosen.seconds:.1f} FPS at {width}×{height}, level {level}, "
                        f"latency {latency:.0f} ms, up {up:.1f} kB/s, down {down:.1f} kB/s\n"
                    )
                    sys.stdout.flush()
                    page.close()


if __name__ == "__main__":
    main()
