"""A camera of PipeWire: on Linux desktops, other programs show what arpipe renders, without a kernel module.

PipeWire has no library for Python. GStreamer's `pipewiresink` is its usual door; `gst-launch-1.0` runs it in a separate
process, which takes raw pictures from a pipe.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

import numpy as np

from arpipe.errors import ConfigError, DeviceError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.types import FrameResult, Pixels

PROGRAM = "gst-launch-1.0"
DEFAULT_NAME = "arpipe"
FPS = 30
LOG_BYTES = 10_000
CLOSE_S = 2.0  # after which a process that does not end is killed
ADVICE = (
    "It needs a PipeWire session and GStreamer. "
    "On Debian: apt-get install gstreamer1.0-tools gstreamer1.0-pipewire"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


class PipeWireCameraSink(Sink):
    """Sends pictures to a camera of PipeWire, which appears with the first picture.

    Args:
        name: Name of the camera in the menus of other programs: letters, digits, spaces, and . _ -

    Raises:
        ConfigError: The name has other characters.
        DeviceError: GStreamer is not installed.
    """

    def __init__(self, name: str = DEFAULT_NAME) -> None:
        if not _NAME.fullmatch(name):
            raise ConfigError(f"pipewire:{name}: expected a name of letters, digits, spaces and . _ -")
        program = shutil.which(PROGRAM)
        if program is None:
            raise DeviceError(f"the PipeWire camera cannot be used: there is no {PROGRAM}\n{ADVICE}")
        self.name = name
        self._program = program
        self._process: _Launched | None = None
        self._size = (0, 0)
        self._closed = False

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:  # noqa: ARG003 - see `Sink.open`
        """Make a camera with a name, or "arpipe"."""
        return cls(target or DEFAULT_NAME)

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - the protocol's signature
        """Show one picture, without its alpha; see `Sink`.

        Raises:
            DeviceError: There is no PipeWire, or GStreamer's process has ended.
        """
        if self._closed:
            raise ValueError("PipeWireCameraSink is closed")
        size = (pixels.shape[1], pixels.shape[0])
        if size != self._size:
            self._end()
        if self._process is None:
            self._process, self._size = _Launched([self._program, *pipeline(self.name, *size)]), size
        try:
            self._process.feed(np.ascontiguousarray(pixels[..., :3]))
        except OSError as error:
            reason = self._process.last_words() or str(error)
            raise DeviceError(f"the PipeWire camera cannot be used: {reason}\n{ADVICE}") from error

    def close(self) -> None:
        """Remove the camera; may be called twice."""
        self._closed = True
        self._end()

    def abort(self) -> None:
        """Remove the camera, as `close` does."""
        self.close()

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


class _Launched:
    """A process that takes pictures from a pipe.

    Args:
        command: Program and arguments.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._log
            )
        except BaseException:
            self._log.close()
            raise

    def feed(self, pixels: Pixels) -> None:
        """Send a picture; raises OSError if the process has ended."""
        if self._process.stdin is not None:
            self._process.stdin.write(pixels.data)
            self._process.stdin.flush()

    def last_words(self) -> str:
        """Return what an ended process has complained about, or ""."""
        self._wait()
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read(LOG_BYTES).decode(errors="replace").splitlines()]
        errors = [line for line in lines if "ERROR" in line.upper()]
        return next((line for line in (*errors, *lines) if line), "")

    def close(self) -> None:
        """End the process; may be called twice."""
        self._wait()
        self._log.close()

    def _wait(self) -> None:
        """Close the pipe, which ends the process, and wait for its end."""
        if self._process.stdin is not None:
            with suppress(OSError):  # it has ended before
                self._process.stdin.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def pipeline(name: str, width: int, height: int) -> Sequence[str]:
    """Return the arguments of `gst-launch-1.0` that make a camera of raw RGB from its standard input."""
    properties = {
        "media.class": "Video/Source",
        "media.role": "Camera",
        "node.name": name,
        "node.description": name,
    }
    described = ",".join(["props", *(f'{key}=(string)"{value}"' for key, value in properties.items())])
    source = ("fdsrc", "fd=0", "do-timestamp=true")
    raw = ("rawvideoparse", "format=rgb", f"width={width}", f"height={height}", f"framerate={FPS}/1")
    # Browsers and video calls expect YUY2. Without `drop-allocation`, pipewiresink 0.3 crashes on its own buffers.
    yuv = ("videoconvert", "!", "video/x-raw,format=YUY2", "!", "identity", "drop-allocation=true")
    sink = ("pipewiresink", "mode=provide", "sync=false", f"stream-properties={described}")
    return ("--quiet", "--no-fault", *source, "!", *raw, "!", *yuv, "!", *sink)
