"""The camera of the server (or any source), shared by all pages that watch it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from arpipe.apps.stream.capture import Capture, opener
from arpipe.config import LiveConfig
from arpipe.errors import ArpipeError
from arpipe.io.camera import CameraDeviceConfig
from arpipe.types import Frame

JOIN_S = 2.0


class ServerCamera:
    """Plays a source in a loop while at least one page watches it.

    Args:
        source: Camera number, file, or "sample".
        device: Mode requested from a camera.

    Attributes:
        source: As above.
    """

    def __init__(self, source: str, device: CameraDeviceConfig | None = None) -> None:
        self.source = source
        self._config = LiveConfig(source=source, loop=True, device=device or CameraDeviceConfig())
        self._failure = ""
        self._frame: Frame | None = None
        self._number = 0
        self._viewers = 0
        self._changed = asyncio.Condition()
        self._capture: Capture | None = None
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """Why there are no pictures; None while there are."""
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

    async def latest(self, after: int) -> tuple[int, Frame]:
        """Wait for a picture later than number `after`; returns its number and the latest picture."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._frame is not None and self._number > after)
            if self._frame is None:
                raise RuntimeError("server camera: notified without a picture")
            return self._number, self._frame

    def close(self) -> None:
        """Stop reading the source."""
        if self._capture is not None:
            self._capture.close()
        if self._thread is not None:
            self._thread.join(JOIN_S)

    def _start(self) -> None:
        self._failure = ""
        self._capture = Capture(opener(self._config), loop=True)
        arguments = (self._capture, asyncio.get_running_loop())
        self._thread = threading.Thread(target=self._read, args=arguments, name="server camera", daemon=True)
        self._thread.start()

    def _read(self, capture: Capture, loop: asyncio.AbstractEventLoop) -> None:
        try:
            for frame in capture:
                asyncio.run_coroutine_threadsafe(self._publish(frame), loop)
        except (ArpipeError, RuntimeError) as error:  # an unreadable file, or the event loop has ended
            self._failure = str(error)

    async def _publish(self, frame: Frame) -> None:
        async with self._changed:
            self._frame = frame
            self._number += 1
            self._changed.notify_all()
