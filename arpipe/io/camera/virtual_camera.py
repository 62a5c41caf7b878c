"""A virtual camera: other programs, such as video calls, show what arpipe renders."""

from collections.abc import Callable
from typing import Any, Protocol, Self

from arpipe.errors import DeviceError, MissingExtra
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.types import FrameResult, Pixels

FPS = 30.0


class Device(Protocol):
    """The part of `pyvirtualcam.Camera` that the sink needs; tests provide their own."""

    device: str

    def send(self, frame: Pixels) -> None:  # noqa: D102
        ...

    def close(self) -> None:  # noqa: D102
        ...


class VirtualCameraSink(Sink):
    """Sends pictures to a virtual camera. The device is opened by the first picture, with its size.

    Args:
        open_device: Opens the device: width, height and rate to a `Device`; None for pyvirtualcam's.
        device: Name of the device, such as "/dev/video4"; "" for the first one. Ignored if `open_device` is given.

    Raises:
        MissingExtra: pyvirtualcam is not installed.
    """

    def __init__(
        self, open_device: Callable[[int, int, float], Device] | None = None, device: str = ""
    ) -> None:
        self._open_device = open_device or _pyvirtualcam(device)
        self._device: Device | None = None
        self._size = (0, 0)
        self._closed = False

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:  # noqa: ARG003 - see `Sink.open`
        """Open a virtual camera by the name of its device, or the first one."""
        return cls(device=target)

    @property
    def name(self) -> str:
        """Name of the device in the menus of other programs; "" before the first picture."""
        return "" if self._device is None else self._device.device

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - the protocol's signature
        """Show one picture; see `Sink`.

        Raises:
            DeviceError: There is no virtual camera, or it does not accept pictures of this size.
        """
        if self._closed:
            raise ValueError("VirtualCameraSink is closed")
        size = (pixels.shape[1], pixels.shape[0])
        if self._device is not None and size != self._size:
            self._device.close()
            self._device = None
        try:
            if self._device is None:
                self._device, self._size = self._open_device(*size, FPS), size
            self._device.send(pixels)
        except (RuntimeError, OSError, ValueError) as error:
            raise DeviceError(
                f"the virtual camera cannot be used: {error}\n"
                "On Linux: sudo modprobe v4l2loopback exclusive_caps=1; on Windows and macOS install OBS Studio."
            ) from error

    def close(self) -> None:
        """Release the device; may be called twice."""
        self._closed = True
        if self._device is not None:
            self._device.close()
            self._device = None

    def abort(self) -> None:
        """Release the device, as `close` does."""
        self.close()


def _pyvirtualcam(device: str) -> Callable[[int, int, float], Device]:
    try:
        import pyvirtualcam
    except ImportError as error:
        raise MissingExtra('a virtual camera needs pyvirtualcam: pip install "arpipe[virtualcam]"') from error

    def open_device(width: int, height: int, fps: float) -> Any:
        chosen = {"device": device} if device else {}
        return pyvirtualcam.Camera(width, height, fps, fmt=pyvirtualcam.PixelFormat.RGB, **chosen)

    return open_device
