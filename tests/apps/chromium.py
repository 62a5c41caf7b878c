"""Chromium with the sample as its camera, for the tests of the page and its benchmark."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import av

from arpipe.io.sample import SampleConfig, SampleSource
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def write_camera(path: Path, config: SampleConfig) -> None:
    """Write the sample as a file that Chromium plays as a camera."""
    with SampleSource(config) as source, path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{config.width} H{config.height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for frame in source:
            yuv = av.VideoFrame.from_ndarray(frame.pixels, format="rgb24").reformat(format="yuv420p")
            file.write(b"FRAME\n" + yuv.to_ndarray().tobytes())


@contextmanager
def launched(camera: Path) -> Iterator["Browser"]:
    """A headless Chromium that plays a file of `write_camera` as its camera."""
    from playwright.sync_api import sync_playwright

    arguments = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        "--no-sandbox",
    ]
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=arguments, timeout=PATIENCE_S * 1000)
        yield browser
        browser.close()
