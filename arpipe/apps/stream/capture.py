"""Frames as they come: from a camera, opened again when it fails, or from a file that plays as one."""

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from arpipe.config import LiveConfig
from arpipe.errors import DeviceError
from arpipe.io.camera import Camera, CameraConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.sample.replay import SampleReplay
from arpipe.io.source import Source
from arpipe.io.sources import camera_index, open_source
from arpipe.timing import Clock
from arpipe.types import Frame

RETRY_S = 1.0
LATE_S = 0.25  # a file that falls further behind goes on from where it is

CaptureState = Literal["opening", "playing", "failed"]


class Capture:
    """Iterates a source in real time; the iterating thread opens and closes it.

    A device that fails is opened again, for ever; `state` and `problem` tell. Frames have rising indices over all
    openings, and `captured_s` on the monotonic clock.

    Args:
        open_: Opens the source anew.
        loop: Begin again when it ends.
        clock: Monotonic seconds.
        retry_s: Pause before a device is opened again.

    Attributes:
        state: What it is doing.
        problem: Why the device failed last.
    """

    def __init__(
        self,
        open_: Callable[[], Source],
        loop: bool = False,
        clock: Clock = time.monotonic,
        retry_s: float = RETRY_S,
    ) -> None:
        self.state: CaptureState = "opening"
        self.problem = ""
        self._open, self._loop, self._clock, self._retry_s = open_, loop, clock, retry_s
        self._source: Source | None = None
        self._dropped_before = 0
        self._stopped, self._running = threading.Event(), threading.Event()
        self._running.set()

    @property
    def dropped(self) -> int:
        """Frames that a camera gave while nobody took them, over all openings; a file drops none."""
        source = self._source
        return self._dropped_before + (0 if source is None else source.dropped)

    @property
    def paused(self) -> bool:
        """Assign to hold a file where it is, or to let a camera's frames go by."""
        return not self._running.is_set()

    @paused.setter
    def paused(self, pause: bool) -> None:
        if pause:
            self._running.clear()
        else:
            self._running.set()

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        while not self._stopped.is_set():
            try:
                for frame in self._once():
                    yield replace(frame, index=index)
                    index += 1
            except DeviceError as error:
                self.problem, self.state = str(error), "failed"
                self._stopped.wait(self._retry_s)
            else:
                if not self._loop:
                    return
                gc.collect()  # PyAV's first frame and its side data hold each other, 1.4 MB at 720p

    def close(self) -> None:
        """End the iteration, from any thread; may be called twice."""
        self._stopped.set()
        self._running.set()
        source = self._source
        if source is not None and source.info.live:
            source.close()  # wakes whoever waits for its next frame

    def _once(self) -> Iterator[Frame]:
        """The source from its beginning to its end."""
        with self._open() as source:
            self._source = source
            frames = self._awake(source) if source.info.live else self._paced(source)
            try:
                for frame in frames:
                    if self._stopped.is_set():
                        return
                    self.state = "playing"
                    yield frame
            except ValueError:
                if not self._stopped.is_set():  # else it was closed while it waited
                    raise
            finally:
                self._dropped_before, self._source = self.dropped, None

    def _awake(self, source: Source) -> Iterator[Frame]:
        return (frame for frame in source if self._running.is_set())

    def _paced(self, source: Source) -> Iterator[Frame]:
        """Each frame at its time."""
        started_s: float | None = None
        for frame in source:
            self._running.wait()
            now_s = self._clock()
            if started_s is None or now_s > started_s + frame.captured_s + LATE_S:
                started_s = now_s - frame.captured_s
            due_s = started_s + frame.captured_s
            if due_s > now_s:
                self._stopped.wait(due_s - now_s)
            yield replace(frame, captured_s=max(due_s, now_s))


def opener(config: LiveConfig) -> Callable[[], Source]:
    """How the source that a configuration names is opened."""
    index = camera_index(config.source)
    if index is not None:
        return lambda: _open_camera(index, config.device)
    if config.source == "sample":
        device, frames = config.device, None if config.loop else 300
        sample = SampleConfig(width=device.width, height=device.height, fps=device.fps, frames=frames)
        return lambda: SampleReplay(sample) if config.loop else SampleSource(sample)
    return lambda: open_source(config.source)


def _open_camera(index: int, config: CameraConfig) -> Camera:
    """The camera; one that is not there is not even tried, since OpenCV complains loudly about it each time."""
    if sys.platform == "linux" and not Path(f"/dev/video{index}").exists():
        raise DeviceError(f"camera {index} is not connected")
    return Camera(index, config)
