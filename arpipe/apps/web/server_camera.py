"""The server's own camera, or any source, for all pages that watch it: one reader, newest picture wins."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from arpipe.errors import ArpipeError
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.source import Source, open_source
from arpipe.types import Frame

RETRY_S = 2.0
ENDLESS_SAMPLE = SampleConfig(frames=None)


class ServerCamera:
    """Plays a source, over and over if it ends, while anybody watches.

    Args:
        source: As `open_source` takes it.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.problem: str | None = None
        self._frame: Frame | None = None
        self._number = 0
        self._viewers = 0
        self._changed = asyncio.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the source open during the block."""
        self._viewers += 1
        if self._viewers == 1:
            self._start()
        try:
            yield
        finally:
            self._viewers -= 1
            if self._viewers == 0:
                self._stop.set()

    async def newest(self, after: int) -> tuple[int, Frame]:
        """The newest picture and its number, once there is one later than number `after`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._frame is not None and self._number > after)
            if self._frame is None:
                raise RuntimeError("server camera: woken without a picture")
            return self._number, self._frame

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(RETRY_S)

    def _start(self) -> None:
        self._stop = threading.Event()
        arguments = (asyncio.get_running_loop(), self._stop)
        self._thread = threading.Thread(target=self._read, args=arguments, name="server camera", daemon=True)
        self._thread.start()

    def _read(self, loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                with self._open() as source:
                    self.problem = None
                    self._play(source, loop, stop)
            except ArpipeError as error:
                self.problem = str(error)
                stop.wait(RETRY_S)

    def _play(self, source: Source, loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
        started_s, first_s = time.monotonic(), None
        for frame in source:
            if stop.is_set():
                return
            first_s = frame.captured_s if first_s is None else first_s
            if not source.info.live:
                stop.wait(max(0.0, started_s + frame.captured_s - first_s - time.monotonic()))
            asyncio.run_coroutine_threadsafe(self._publish(frame), loop)

    async def _publish(self, frame: Frame) -> None:
        async with self._changed:
            self._frame = frame
            self._number += 1
            self._changed.notify_all()

    def _open(self) -> Source:
        return SampleSource(ENDLESS_SAMPLE) if self.source == "sample" else open_source(self.source)
