"""Video files as upright RGB frames with exact timestamps."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self

import av
import av.error
import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.stream import Disposition
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import MediaError
from arpipe.io.files import require_file
from arpipe.io.orientation import UPRIGHT, Orientation, orientation_from_matrix
from arpipe.io.source import Source, SourceInfo
from arpipe.io.traits import VideoTraits
from arpipe.io.video.color import ToRgb, tags_of
from arpipe.io.video.container import open_input
from arpipe.types import Frame

FALLBACK_FPS = Fraction(25)  # for streams without a rate whose frames have no timestamps
MAX_DEMUX_ERRORS = 64  # in a row: a truncated file can repeat the same error for ever

# Metadata that describes the file itself, which no copy inherits.
_FILE_METADATA = {"major_brand", "minor_version", "compatible_brands", "encoder"}


class VideoFileConfig(BaseModel):
    """Decoding of a video.

    Attributes:
        threading: "auto" decodes several frames in parallel if the codec allows it, "slice" parts of one frame.
        threads: Number of threads; 0 for one per core.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threading: Literal["auto", "slice"] = "auto"
    threads: int = Field(default=0, ge=0)


class VideoFile(Source):
    """Frames of a video file.

    Rotation and mirroring stored in the file are applied. `captured_s` is the presentation time in the file; a
    missing or decreasing one is replaced by the last one plus the step before it. Damage is skipped and counted, and
    so are frames that arrive out of order because of it.

    Args:
        path: The file.
        config: Decoding.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: The file contains no video that can be decoded.
    """

    def __init__(self, path: str | Path, config: VideoFileConfig | None = None) -> None:
        self.path = Path(path)
        self._closed = False
        config = config or VideoFileConfig()
        require_file(self.path)
        self._container = _open(self.path)
        try:
            self._stream = self._video_stream()
            self._stream.thread_type = config.threading.upper()
            self._stream.codec_context.thread_count = config.threads
            self._rate = self._stream.average_rate or self._stream.guessed_rate or FALLBACK_FPS
            self._time_base = self._stream.time_base or 1 / self._rate
            self._counts_packets = self._container.format.name == "avi"  # AVI has no presentation times
            self._frames = self._decode()
            self._first = next(self._frames, None)
            if self._first is None:
                raise MediaError(f"{self.path}: no frame can be decoded; is the file cut off or damaged?")
            self._learn(self._first)
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the file at a path."""
        return cls(target)

    def _learn(self, first: av.VideoFrame) -> None:
        """Read size, orientation and colours from the first frame."""
        self._orientation = _orientation(first)
        self._tags = tags_of(first)
        self._to_rgb = ToRgb(self._tags, first.width, first.height)
        width, height = self._orientation.size(first.width, first.height)
        stream, container = self._stream, self._container
        duration_s = None
        if stream.duration is not None:
            duration_s = float(stream.duration * self._time_base)
        elif container.duration is not None:
            duration_s = container.duration / av.time_base
        count = stream.frames or (round(duration_s * self._rate) if duration_s else None)
        self.info = SourceInfo(
            name=str(self.path),
            width=width,
            height=height,
            fps=float(self._rate),
            frame_count=count,
            duration_s=duration_s,
            path=self.path,
            traits=self._traits(),
        )

    def _traits(self) -> VideoTraits:
        aspect = self._stream.sample_aspect_ratio or Fraction(1)
        if self._orientation.transposed:
            aspect = 1 / aspect
        metadata = {
            key: value for key, value in self._container.metadata.items() if key not in _FILE_METADATA
        }
        return VideoTraits(self._time_base, self._rate, self._tags, aspect, self.path, metadata)

    def __iter__(self) -> Iterator[Frame]:
        if self._closed:
            raise ValueError(f"VideoFile {self.path} is closed")
        first, self._first = self._first, None
        decoded = chain(() if first is None else (first,), self._frames)
        for index, (frame, pts) in enumerate(self._in_time(decoded)):
            pixels = self._orientation.apply(self._to_rgb(frame))
            yield Frame(pixels, float(pts * self._time_base), index)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._closed = True
        self._frames = iter(())  # a generator over `self` would keep the decoder alive
        self._container.close()

    def _video_stream(self) -> av.VideoStream:
        streams = [stream for stream in self._container.streams.video if not _is_cover(stream)]
        if not streams:
            has_audio = bool(self._container.streams.audio)
            raise MediaError(
                f"{self.path}: there is no video in the file{', only audio' if has_audio else ''}"
            )
        return streams[0]

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Yield decoded frames in presentation order; count what cannot be decoded."""
        for packet in self._demux():
            try:
                frames = self._stream.decode(packet)
            except EOFError:
                return
            except av.error.FFmpegError:
                self.decode_errors += 1
                continue
            for frame in frames:
                self.decode_errors += bool(frame.is_corrupt)
                yield frame

    def _in_time(self, decoded: Iterable[av.VideoFrame]) -> Iterator[tuple[av.VideoFrame, int]]:
        """Yield frames with increasing times in units of the time base."""
        last: int | None = None
        step = max(1, round(1 / (self._rate * self._time_base)))
        for frame in decoded:
            pts = frame.dts if self._counts_packets else frame.pts
            is_late = pts is not None and last is not None and pts <= last
            if is_late and self.decode_errors:  # out of order because of damage
                self.decode_errors += 1
                continue
            if pts is None or is_late:
                pts = _following(last, step)
            elif last is not None:
                step = pts - last
            last = pts
            yield frame, pts

    def _demux(self) -> Iterator["av.Packet[av.VideoStream] | None"]:
        """Yield the packets of the stream, then what flushes the decoder; continue after damage to the container."""
        errors_in_a_row = 0
        while errors_in_a_row <= MAX_DEMUX_ERRORS:
            try:
                for packet in self._container.demux(self._stream):
                    errors_in_a_row = 0
                    yield packet
                return
            except av.error.FFmpegError:
                self.decode_errors += 1
                errors_in_a_row += 1
        yield None


def _open(path: Path) -> av.container.InputContainer:
    try:
        return open_input(path)
    except (av.error.FFmpegError, OSError) as error:
        raise MediaError(
            f"{path}: is no video that can be read ({_reason(error)}); "
            "is it cut off, damaged or another kind of file?"
        ) from error


def _following(last: int | None, step: int) -> int:
    return 0 if last is None else last + step


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _is_cover(stream: av.VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _orientation(frame: av.VideoFrame) -> Orientation:
    side_data: Any = frame.side_data  # the stubs only know text keys
    for index in range(len(side_data)):
        data = side_data[index]
        if data.type is SideDataType.DISPLAYMATRIX:
            return orientation_from_matrix(np.frombuffer(bytes(data), dtype=np.int32).tolist())
    return UPRIGHT
