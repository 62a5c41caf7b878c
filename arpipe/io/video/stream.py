"""Video as it arrives: RTSP and HTTP addresses (MJPEG, HLS), and the standard input."""

import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Self

import av
import av.error

from arpipe.errors import CameraStalled, ConfigError, DeviceError, MediaError
from arpipe.io.addresses import STANDARD_INPUT, is_stream, without_secret
from arpipe.io.guard import guarded, reason_of
from arpipe.io.limits import limits
from arpipe.io.source import Source, SourceInfo
from arpipe.io.video.container import ADVICE, TOLERANT
from arpipe.io.video.packets import decode_packet
from arpipe.io.video.picture import FrameConverter
from arpipe.timing import Clock
from arpipe.types import Frame

PROTOCOLS = {
    "rtsp": "rtsp,rtp,tcp,udp",
    "rtsps": "rtsp,rtsps,rtp,srtp,tcp,tls,udp",
    "http": "http,tcp,httpproxy",
    "https": "https,http,tcp,tls,crypto,httpproxy",
    "pipe": "pipe",
}
"""Scheme of an address → what its stream may open in turn: never files."""

OPEN_S, STALL_S = 10.0, 5.0  # longest waits for a connection, and for the next frame
MAX_DRIFT_S = (
    0.5  # between a stream's clock and the time of arrival, above which the stream's clock is set anew
)


class VideoStream(Source):
    """Frames of a stream, in the order and at the time of their arrival.

    The stream of an address is live unless it states its duration: when it breaks off, iterating raises an error and
    live use connects again. Others and the standard input have their own times, and end with their last frame.

    Args:
        spec: An address, or "-".
        clock: Monotonic seconds.

    Raises:
        DeviceError: It cannot be reached, or contains no video.
    """

    def __init__(self, spec: str, clock: Clock = time.monotonic) -> None:
        self._is_input, self._clock = spec == STANDARD_INPUT, clock
        self._name = "the standard input" if self._is_input else without_secret(spec)
        self._closed, self._is_iterating = threading.Event(), False
        self._origin_s: float | None = None  # time on the clock at which the stream's own time is 0
        self._container = self._connect(spec)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the stream at an address.

        Raises:
            ConfigError: It is not an address of a stream.
        """
        if not is_stream(target):
            raise ConfigError(
                f"stream:{target}: expected rtsp://…, http://… or https://…, or - for the standard input"
            )
        return cls(target)

    def __iter__(self) -> Iterator[Frame]:
        if self._closed.is_set():
            raise ValueError(f"VideoStream {self._name} is closed")
        self._is_iterating = True
        try:
            yield from self._frames()
        finally:
            self._is_iterating = False
            if self._closed.is_set():
                self._container.close()

    def close(self) -> None:
        """Close the stream; may be called twice, and from another thread than the one that iterates."""
        self._closed.set()
        if not self._is_iterating:  # else its thread closes it: FFmpeg is busy with it
            self._container.close()

    def _connect(self, spec: str) -> av.container.InputContainer:
        scheme = "pipe" if self._is_input else spec.partition(":")[0].lower()
        options = {"protocol_whitelist": PROTOCOLS[scheme]}
        if scheme.startswith("rtsp"):
            options["rtsp_transport"] = "tcp"  # frames that lost a packet are smeared
        address = "pipe:0" if self._is_input else spec
        timeouts = None if self._is_input else (OPEN_S, STALL_S)
        advice = "is it a video?" if self._is_input else "is the address right, and can it be reached?"
        with guarded(DeviceError, f"{self._name}: cannot be opened", advice):
            container: av.container.InputContainer = av.open(
                address, "r", options=options, timeout=timeouts, **TOLERANT
            )
            return container

    def _begin(self) -> None:
        """Decode the first frame, and read the properties of the source from it."""
        streams = self._container.streams.video
        if not streams:
            raise DeviceError(f"{self._name}: there is no video in the stream")
        self._stream = streams[0]
        self._stream.thread_type = "SLICE"  # decoding several frames at once would delay them
        self._stream.codec_context.options = {"max_pixels": str(limits().frame_pixels)}
        self._decoded = self._decode()
        self._first = next(self._decoded, None)
        if self._first is None:
            raise DeviceError(f"{self._name}: the stream ended before its first frame")
        with guarded(DeviceError, f"{self._name}: cannot be decoded", ADVICE):
            self._converter = FrameConverter(self._first, self._stream.sample_aspect_ratio)
        rate = self._stream.average_rate or self._stream.guessed_rate or Fraction(0)
        self.info = SourceInfo(
            self._name,
            self._converter.width,
            self._converter.height,
            fps=float(rate),
            frame_count=None,
            live=self._container.duration is None and not self._is_input,
        )

    def _frames(self) -> Iterator[Frame]:
        first, self._first = self._first, None
        last_s = float("-inf")
        for index, frame in enumerate(chain(() if first is None else (first,), self._decoded)):
            if self._closed.is_set():
                return
            with guarded(MediaError, f"{self._name}: frame {index} cannot be converted", ADVICE):
                pixels = self._converter(frame)
            last_s = max(self._time_of(frame), last_s + 1e-3)
            yield Frame(pixels, last_s, index)
        if self.info.live and not self._closed.is_set():
            raise DeviceError(f"{self._name}: the stream broke off")

    def _time_of(self, frame: av.VideoFrame) -> float:
        """Return the time of a frame on the clock; the stream's own times, as long as they keep step with it."""
        now_s = self._clock()
        if frame.pts is None:
            return now_s
        shown_s = float(frame.time)
        if not self.info.live:
            return shown_s
        if self._origin_s is None or abs(self._origin_s + shown_s - now_s) > MAX_DRIFT_S:
            self._origin_s = now_s - shown_s
        return self._origin_s + shown_s

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Yield decoded frames; damaged ones are counted and left out.

        Raises:
            CameraStalled: No data came for too long.
            DeviceError: The connection failed.
        """
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.ExitError, av.error.TimeoutError) as error:
                raise CameraStalled(f"{self._name}: nothing came for {STALL_S:.0f} s") from error
            except av.error.FFmpegError as error:
                raise DeviceError(f"{self._name}: the stream broke off ({reason_of(error)})") from error
            if packet is None:
                return
            try:
                decoded = decode_packet(self._stream, packet)
            except EOFError:
                return
            self.decode_errors += decoded.damaged
            yield from decoded.frames
