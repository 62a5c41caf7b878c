"""Real-time capture: a camera, reopened when it fails, or a file played at its own rate."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from arpipe.config import LiveConfig
from arpipe.errors import DeviceError
from arpipe.io.camera import Camera, CameraDeviceConfig
from arpipe.io.camera.index import connected_index, is_camera
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.sample.replay import SampleReplay
from arpipe.io.source import Source
from arpipe.io.sources import open_source
from arpipe.timing import Clock
from arpipe.types import Frame

RETRY_S = 1.0
LATE_S = 0.25  # a file that falls further behind skips the delay instead of catching up

CaptureState = Literal["opening", "playing", "failed"]


class Capture:
    """Iterates a source in real time; the iterating thread opens and closes it.

    A device that fails is reopened until it works; `state` and `problem` report on it. Frame indices keep increasing
    when the source is reopened, and `captured_s` is on the monotonic clock.

    Args:
        open_: Opens the source.
        loop: Reopen the source when it ends.
        clock: Monotonic seconds.
        retry_s: Delay before a device is reopened.

    Attributes:
        state: Current state.
        problem: Message of the last device error.
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
        """Frames that the camera delivered while nobody read them, over all openings; a file drops none."""
        source = self._source
        return self._dropped_before + (0 if source is None else source.dropped)

    @property
    def paused(self) -> bool:
        """Whether it is paused: a file stops where it is, frames of a camera are discarded."""
        return not self._running.is_set()

    @paused.setter
    def paused(self, pause: bool) -> None:
        if pause:
            self._running.clear()
        else:
            self._running.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is not paused; False after the timeout."""
        return self._running.wait(timeout_s)

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
                gc.collect()  # PyAV's first frame and its side data form a reference cycle, 1.4 MB at 720p

    def close(self) -> None:
        """End the iteration; may be called from any thread, and twice."""
        self._stopped.set()
        self._running.set()
        source = self._source
        if source is not None and source.info.live:
            source.close()  # wakes the thread that waits for its next frame

    def _once(self) -> Iterator[Frame]:
        """Iterate the source once, from its first frame to its last."""
        with self._open() as source:
            self._source = source
            frames = self._unpaused(source) if source.info.live else self._paced(source)
            try:
                for frame in frames:
                    if self._stopped.is_set():
                        return
                    self.state = "playing"
                    yield frame
            except ValueError:
                if not self._stopped.is_set():  # closing it from another thread causes this, too
                    raise
            finally:
                self._dropped_before, self._source = self.dropped, None

    def _unpaused(self, source: Source) -> Iterator[Frame]:
        return (frame for frame in source if self._running.is_set())

    def _paced(self, source: Source) -> Iterator[Frame]:
        """Delay each frame until its time."""
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
    """Return a function that opens the configured source."""
    if is_camera(config.source):
        return lambda: _open_camera(config.source, config.device)
    if config.source == "sample":
        device, frames = config.device, None if config.loop else 300
        sample = SampleConfig(width=device.width, height=device.height, fps=device.fps, frames=frames)
        return lambda: SampleReplay(sample) if config.loop else SampleSource(sample)
    return lambda: open_source(config.source)


def _open_camera(source: str, config: CameraDeviceConfig) -> Camera:
    """Open a camera by what it is called now: its number may be another one after it was unplugged."""
    return Camera(connected_index(source), config)
