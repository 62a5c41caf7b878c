"""Sources and pipelines for live tests: no device, no network, no OpenGL."""

import itertools
import threading
from dataclasses import replace

import numpy as np

from arpipe.errors import DeviceError
from arpipe.io.source import Source, SourceInfo
from arpipe.pipeline.perception_config import PerceptionQuality
from arpipe.render.config import RenderConfig
from arpipe.types import Frame, FrameResult, Picture

WIDTH, HEIGHT = 64, 48


def frame(index, captured_s=0.0):
    return Frame(np.full((HEIGHT, WIDTH, 3), index % 251, np.uint8), captured_s, index)


class FakeCamera(Source):
    """A live source that gives `count` frames, then fails as told, or waits until it is closed."""

    def __init__(self, count, then="wait"):
        self.info = SourceInfo("fake", WIDTH, HEIGHT, 30.0, None, live=True)
        self.closed = threading.Event()
        self._count, self._then = count, then

    def __iter__(self):
        for index in range(self._count):
            yield frame(index)
        if self._then == "fail":
            raise DeviceError("camera 0 stopped delivering frames; was it unplugged?")
        if self._then == "wait":
            self.closed.wait()
            raise ValueError("Camera 0 is closed")

    def close(self):
        self.closed.set()


class FakeFile(FakeCamera):
    """A file of `count` frames at 30 Hz."""

    def __init__(self, count):
        super().__init__(count)
        self.info = replace(self.info, live=False, frame_count=count)

    def __iter__(self):
        for index in range(self._count):
            yield frame(index, index / 30.0)


class FakePerception:
    """Detects nothing."""

    def __init__(self):
        self.quality = PerceptionQuality()

    def detect(self, frame):
        return FrameResult(frame, timings_ms={"frame": 1.0})

    def effective(self, quality):
        return quality


class FakeRenderer:
    """Draws the frame as it is."""

    def __init__(self):
        self.needs = frozenset()
        self.configured_quality = RenderConfig()
        self.qualities = []

    def render(self, result):
        return Picture(result.frame.pixels.copy(), result)

    def set_quality(self, quality):
        self.qualities.append(quality)


def openings(*sources):
    """An `open_` that gives these one after the other; exceptions among them are raised."""
    rest = iter(sources)

    def open_():
        source = next(rest)
        if isinstance(source, Exception):
            raise source
        return source

    return open_


def some(iterable, count):
    return list(itertools.islice(iterable, count))
