"""Webcams, read continuously so that the newest frame is always available."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import CameraStalled, DeviceError
from arpipe.io.camera.index import connected_index
from arpipe.io.source import Source, SourceInfo
from arpipe.timing import Clock
from arpipe.types import Frame

BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
"""Platform → OpenCV backend; on other platforms OpenCV chooses."""

FAILED_READS = 30  # in a row until a camera counts as disconnected: one second of a slow start is tolerated
RETRY_S = 0.03
JOIN_S = 0.5  # a driver that hangs longer is left to the daemon thread
MAX_DEVICE_AGE_S = 1.0  # a device timestamp further from now belongs to another clock


class CameraDeviceConfig(BaseModel):
    """Requested mode of a camera; it may deliver another one, see `Camera.info`.

    Attributes:
        width, height: Frame size, px.
        fps: Frame rate, Hz.
        fourcc: Compression to request: MJPG fits 720p at 30 Hz through USB 2, raw pixels do not.
        open_timeout_s: Maximum wait for the first frame.
        stall_timeout_s: Maximum wait for any other frame.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=1280, gt=0)
    height: int = Field(default=720, gt=0)
    fps: float = Field(default=30.0, gt=0)
    fourcc: str = Field(default="MJPG", min_length=4, max_length=4)
    open_timeout_s: float = Field(default=8.0, gt=0)
    stall_timeout_s: float = Field(default=2.0, gt=0)


@dataclass(frozen=True, slots=True)
class CameraMode:
    """A frame size in one format.

    Attributes:
        format: FourCC, as in `CameraDeviceConfig.fourcc`.
        width, height: Frame size, px.
        rates_hz: Supported rates, highest first, or the two ends of a range; empty if the driver does not report them.
    """

    format: str
    width: int
    height: int
    rates_hz: tuple[float, ...]


class CaptureDevice(Protocol):
    """The part of `cv2.VideoCapture` that a camera needs; tests provide their own."""

    def isOpened(self) -> bool:  # noqa: D102, N802 - OpenCV's name
        ...

    def set(self, prop: int, value: float) -> bool:  # noqa: D102
        ...

    def get(self, prop: int) -> float:  # noqa: D102
        ...

    def grab(self) -> bool:  # noqa: D102
        ...

    def retrieve(self) -> tuple[bool, Any]:  # noqa: D102
        ...

    def release(self) -> None:  # noqa: D102
        ...


class Camera(Source):
    """A live source. A background thread reads the device and keeps only the newest frame.

    There are three ways to get a frame:

    * `read_new`, also by iterating: the newest one that was not returned yet; waits if there is none.
    * `read_next`: the first one that arrives after the call, so it shows nothing that happened before.
    * `read_latest`: the newest one immediately, even if it was returned before, unless it is too old.

    `captured_s` is on `clock`: the timestamp of the device if the driver provides one, or the time of arrival.

    Args:
        index: Number of the camera; `arpipe devices` lists them.
        config: Requested mode.
        open_capture: Opens the device: index and backend to a `CaptureDevice`.
        clock: Monotonic seconds.

    Raises:
        DeviceError: It cannot be opened.
        CameraStalled: It is open but delivers no frame.
    """

    def __init__(
        self,
        index: int = 0,
        config: CameraDeviceConfig | None = None,
        open_capture: Callable[[int, int], CaptureDevice] = cv2.VideoCapture,
        clock: Clock = time.monotonic,
    ) -> None:
        self.config = config or CameraDeviceConfig()
        self.index = index
        self._clock = clock
        self._changed = threading.Condition()
        self._latest: Frame | None = None
        self._given = -1
        self._failure: BaseException | None = None
        self._stop = threading.Event()
        self._capture = _open(index, self.config, open_capture)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self._thread = threading.Thread(target=self._read_device, name=f"camera-{index}", daemon=True)
        self._thread.start()
        try:
            first = self._wait(lambda: self._latest, self.config.open_timeout_s)
        except BaseException:
            self.close()
            raise
        self.info = SourceInfo(
            name=f"camera {index}",
            width=first.width,
            height=first.height,
            fps=fps if np.isfinite(fps) and fps > 0 else self.config.fps,
            frame_count=None,
            live=True,
        )

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the camera with a number or a name."""
        return cls(connected_index(target))

    def read_new(self) -> Frame:
        """Return the newest frame that was not returned yet, waiting for one if necessary.

        Raises:
            CameraStalled: No frame arrived in time.
            DeviceError: The camera was disconnected.
        """
        return self._give(lambda: self._newer_than(self._given))

    def read_next(self) -> Frame:
        """Return the first frame that arrives after the call; errors as for `read_new`."""
        with self._changed:
            known = -1 if self._latest is None else self._latest.index
        return self._give(lambda: self._newer_than(known))

    def read_latest(self, max_age_s: float) -> Frame:
        """Return the newest frame without waiting.

        Raises:
            CameraStalled: It is older than `max_age_s`.
            DeviceError: The camera was disconnected.
        """
        frame = self._give(lambda: self._latest)
        age_s = self._clock() - frame.captured_s
        if age_s > max_age_s:
            raise CameraStalled(self._stall_text(age_s))
        return frame

    def __iter__(self) -> Iterator[Frame]:
        while not self._stop.is_set():
            yield self.read_new()

    def close(self) -> None:
        """Stop reading and release the device; may be called twice."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def _newer_than(self, index: int) -> Frame | None:
        latest = self._latest
        return latest if latest is not None and latest.index > index else None

    def _give(self, find: Callable[[], Frame | None]) -> Frame:
        if self._stop.is_set():
            raise ValueError(f"Camera {self.index} is closed")
        frame = self._wait(find, self.config.stall_timeout_s)
        self._given = max(self._given, frame.index)
        return frame

    def _wait(self, find: Callable[[], Frame | None], timeout_s: float) -> Frame:
        """Wait until `find` returns a frame; re-raises an error of the reader thread."""
        with self._changed:
            self._changed.wait_for(
                lambda: find() is not None or self._failure is not None or self._stop.is_set(), timeout_s
            )
            frame = find()
            if frame is not None and self._failure is None:
                return frame
            if self._failure is not None:
                raise DeviceError(str(self._failure)) from self._failure
        if self._stop.is_set():
            raise ValueError(f"Camera {self.index} is closed")
        raise CameraStalled(self._stall_text(timeout_s))

    def _stall_text(self, seconds: float) -> str:
        return (
            f"camera {self.index} delivered no frame for {seconds:.1f} s; is another program using it? "
            "try: arpipe devices"
        )

    def _read_device(self) -> None:
        """Run the reader thread, which alone uses the device after it was opened, and releases it."""
        try:
            index = failed = 0
            while not self._stop.is_set():
                pixels, captured_s = self._read_once()
                if pixels is None:
                    failed += 1
                    self.decode_errors += 1
                    if failed >= FAILED_READS:
                        raise DeviceError(
                            f"camera {self.index} stopped delivering frames; was it unplugged? try: arpipe devices"
                        )
                    self._stop.wait(RETRY_S)
                    continue
                failed = 0
                self._keep(Frame(pixels, captured_s, index))
                index += 1
        except BaseException as error:  # noqa: BLE001 - kept and raised by the next read
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            self._capture.release()

    def _read_once(self) -> tuple[Any, float]:
        if not self._capture.grab():
            return None, 0.0
        arrived_s = self._clock()
        device_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        oldest_s = arrived_s - MAX_DEVICE_AGE_S if self._latest is None else self._latest.captured_s
        same_clock = max(oldest_s, arrived_s - MAX_DEVICE_AGE_S) < device_s <= arrived_s
        ok, bgr = self._capture.retrieve()
        if not ok or bgr is None or bgr.size == 0:
            return None, 0.0
        code = cv2.COLOR_GRAY2RGB if bgr.ndim == 2 else cv2.COLOR_BGR2RGB
        return cv2.cvtColor(bgr, code), device_s if same_clock else arrived_s

    def _keep(self, frame: Frame) -> None:
        with self._changed:
            if self._latest is not None and self._latest.index > self._given:
                self.dropped += 1
            self._latest = frame
            self._changed.notify_all()


def _open(
    index: int, config: CameraDeviceConfig, open_capture: Callable[[int, int], CaptureDevice]
) -> CaptureDevice:
    capture = open_capture(index, BACKENDS.get(sys.platform, cv2.CAP_ANY))
    if not capture.isOpened():
        capture.release()
        raise DeviceError(f"camera {index} cannot be opened; is it plugged in and free? try: arpipe devices")
    # The compression first: drivers offer sizes and rates for the current one.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*config.fourcc))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, config.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, config.height)
    capture.set(cv2.CAP_PROP_FPS, config.fps)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
