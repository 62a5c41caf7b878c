"""The server's own camera, or any source, for all pages that watch it: one reader, newest picture wins."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from arpipe.apps.stream.capture import Capture, opener
from arpipe.config import LiveConfig
from arpipe.errors import ArpipeError
from arpipe.types import Frame

JOIN_S = 2.0


class ServerCamera:
    """Plays a source, over and over if it ends, while anybody watches.

    Args:
        source: A camera's number, a file, or "sample".
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._failure = ""
        self._frame: Frame | None = None
        self._number = 0
        self._viewers = 0
        self._changed = asyncio.Condition()
        self._capture: Capture | None = None
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """Why there is no picture; None while there is one."""
        capture = self._capture
        failing = capture.problem if capture is not None and capture.state == "failed" else ""
        return failing or self._failure or None

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
            if self._viewers == 0 and self._capture is not None:
                self._capture.close()

    async def newest(self, after: int) -> tuple[int, Frame]:
        """The newest picture and its number, once there is one later than number `after`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._frame is not None and self._number > after)
            if self._frame is None:
                raise RuntimeError("server camera: woken without a picture")
            return self._number, self._frame

    def close(self) -> None:
        """Stop reading."""
        if self._capture is not None:
            self._capture.close()
        if self._thread is not None:
            self._thread.join(JOIN_S)

    def _start(self) -> None:
        self._failure = ""
        self._capture = Capture(opener(LiveConfig(source=self.source, loop=True)), loop=True)
        arguments = (self._capture, asyncio.get_running_loop())
        self._thread = threading.Thread(target=self._read, args=arguments, name="server camera", daemon=True)
        self._thread.start()

    def _read(self, capture: Capture, loop: asyncio.AbstractEventLoop) -> None:
        try:
            for frame in capture:
                asyncio.run_coroutine_threadsafe(self._publish(frame), loop)
        except (ArpipeError, RuntimeError) as error:  # a file that is none; or the pages' loop has ended
            self._failure = str(error)

    async def _publish(self, frame: Frame) -> None:
        async with self._changed:
            self._frame = frame
            self._number += 1
            self._changed.notify_all()
