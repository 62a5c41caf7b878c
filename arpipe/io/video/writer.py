"""Video files: exact timestamps, colour tags and the sound of the source."""

import os
from contextlib import ExitStack, suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import av.error
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import OutputError
from arpipe.io.atomic import AtomicFile, GrowingFile
from arpipe.io.source import Source
from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.io.video.audio_copy import AudioCopy
from arpipe.io.video.codecs import CODECS, CodecName, container_for
from arpipe.io.video.color import FromRgb
from arpipe.types import FrameResult, Pixels

FINE_TIME_BASE = Fraction(1, 90000)  # for sources that have none: a multiple of all common rates
FALLBACK_FPS = 25


class VideoSinkConfig(BaseModel):
    """How a video is compressed.

    Attributes:
        codec: See `arpipe.io.video.codecs`.
        quality: 0 (small) to 100 (cannot be told from the source).
        preset: The encoder's own word for its pace ("ultrafast" … "slow"), or "" for arpipe's choice.
        threads: Number of threads; 0 leaves it to the encoder.
        audio: Whether the source's sound comes along.
        fragment_s: > 0 for a recording: an MP4 is written in pieces of so many seconds, straight into its place,
            and stays readable up to the last piece whatever ends the program. An existing file is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    codec: CodecName = "h264"
    quality: int = Field(default=80, ge=0, le=100)
    preset: str = ""
    threads: int = Field(default=0, ge=0)
    audio: bool = True
    fragment_s: float = Field(default=0.0, ge=0)


def traits_of(source: Source) -> VideoTraits:
    """Return what a video of a source's frames inherits from it."""
    info = source.info
    if info.traits is not None:
        return info.traits
    rate = Fraction(info.fps or FALLBACK_FPS).limit_denominator(1001)
    return VideoTraits(FINE_TIME_BASE, rate, ColorTags.for_size(info.width, info.height))


class VideoSink:
    """Writes frames into a video file, a `Sink`.

    Each frame is shown at its own `captured_s`, so variable rates and gaps are kept. Frames are upright: the
    file asks for no rotation. Sides of odd length are made even by repeating the last row or column. Sound is
    copied bit by bit where the file can hold it, else compressed anew.

    Args:
        path: The file; its suffix picks the container.
        width, height: Size of all frames, px.
        traits: Time base, colour tags and sound of the source.
        config: How it is compressed.

    Raises:
        OutputError: The file cannot be written, or does not hold the codec.
    """

    def __init__(
        self,
        path: str | Path,
        width: int,
        height: int,
        traits: VideoTraits,
        config: VideoSinkConfig | None = None,
    ) -> None:
        self.config = config or VideoSinkConfig()
        self._size = (width, height)
        self._traits = _countable(traits, CODECS[self.config.codec].finest)
        self._last_pts: int | None = None
        self._finished = False
        self._kind = container_for(Path(path), self.config.codec)
        self._transparent = False
        self._file: AtomicFile = GrowingFile(path) if self.config.fragment_s > 0 else AtomicFile(path)
        with ExitStack() as undo:
            undo.callback(self._file.discard)
            try:
                self._open(undo)
            except (av.error.FFmpegError, OSError, ValueError) as error:
                raise self._file.failure(error) from error
            undo.pop_all()

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Add a picture at its frame's time; see `Sink`."""
        if self._finished:
            raise ValueError(f"VideoSink {self._file.path} is closed")
        if pixels.shape[2] == 4 and not self._transparent:
            self._begin_transparent()
        if (pixels.shape[1], pixels.shape[0]) != self._size:
            raise OutputError(
                f"{self._file.path}: expected pictures of {self._size[0]}x{self._size[1]}, "
                f"got {pixels.shape[1]}x{pixels.shape[0]}"
            )
        frame = self._from_rgb(_even(pixels))
        frame.pts = self._next_pts(result.frame.captured_s)
        frame.time_base = self._traits.time_base
        try:
            self._mux(self._stream.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            self.abort()
            raise self._file.failure(error) from error

    def close(self) -> None:
        """Finish the file; see `Sink`."""
        if self._finished:
            return
        try:
            if self._last_pts is None:
                raise OutputError(f"{self._file.path}: there was no frame to write")
            self._mux(self._stream.encode(None))
            if self._audio is not None:
                self._audio.copy_rest()
            self._finished = True
            self._container.close()
            self._file.commit()
        except (av.error.FFmpegError, OSError) as error:
            self._finished = False
            self.abort()
            raise error if isinstance(error, OutputError) else self._file.failure(error) from error
        finally:
            self._close_audio()

    def abort(self) -> None:
        """Drop the file; see `Sink`."""
        if self._finished:
            return
        self._finished = True
        self._close_audio()
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()
        self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _begin_transparent(self) -> None:
        """Open the file anew, with an alpha channel: only the first picture tells that there will be one."""
        fitting = [f"{name} in {codec.suffixes[0]}" for name, codec in CODECS.items() if codec.with_alpha]
        if self._last_pts is not None or not CODECS[self.config.codec].with_alpha or self._kind == "mp4":
            self.abort()
            raise OutputError(
                f"{self._file.path}: {self.config.codec} holds no transparency there; "
                f"choose {' or '.join(fitting)}"
            )
        self._close_audio()
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()
        self._transparent = True
        with ExitStack() as undo:
            try:
                self._open(undo)
            except (av.error.FFmpegError, OSError, ValueError) as error:
                self._finished = True
                self._file.discard()
                raise self._file.failure(error) from error
            undo.pop_all()

    def _open(self, undo: ExitStack) -> None:
        codec, traits, container = CODECS[self.config.codec], self._traits, self._kind
        os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder else prints its settings
        options = {}
        if container in ("mp4", "mov"):
            # The second timescale is the one in which a file that does not begin at 0 says where it does.
            ticks = str(_timescale(traits.time_base))
            options = {"movflags": "+faststart", "video_track_timescale": ticks, "movie_timescale": ticks}
            if self.config.fragment_s > 0:
                options["movflags"] = "+empty_moov+default_base_moof"
                options["frag_duration"] = str(round(self.config.fragment_s * 1e6))
                options["flush_packets"] = "1"
        self._container = av.open(str(self._file.temporary), "w", format=container, container_options=options)
        undo.callback(self._container.close)
        stream: Any = self._container.add_stream(codec.encoder, rate=traits.rate)
        width, height = self._size
        stream.width, stream.height = width + width % 2, height + height % 2
        pixel_format = codec.with_alpha if self._transparent else codec.pixel_format
        stream.pix_fmt = pixel_format
        stream.time_base = traits.time_base
        context = stream.codec_context
        context.time_base = traits.time_base
        context.sample_aspect_ratio = traits.sample_aspect
        extra = codec.alpha_options if self._transparent else {}
        context.options = {**codec.encoder_options(self.config.quality, self.config.preset), **extra}
        if self.config.fragment_s > 0 and "preset" in context.options:
            context.options = {
                **context.options,
                "tune": "zerolatency",
            }  # no second of frames inside the encoder
        context.thread_count = self.config.threads
        if codec.tag and container in ("mp4", "mov"):
            context.codec_tag = codec.tag
        tags = traits.colors
        context.colorspace, context.color_range = tags.matrix, tags.range
        context.color_primaries, context.color_trc = tags.primaries, tags.transfer
        self._stream = stream
        self._from_rgb = FromRgb(tags, width, height, pixel_format)
        self._container.metadata.update(traits.metadata)
        self._audio: AudioCopy | None = None
        if self.config.audio and traits.path is not None:
            self._audio = AudioCopy.open(traits.path, self._container)
        self._container.start_encoding()

    def _next_pts(self, captured_s: float) -> int:
        """The time in the stream's unit, later than the last one."""
        pts = round(captured_s / self._traits.time_base)
        if self._last_pts is not None:
            pts = max(pts, self._last_pts + 1)
        self._last_pts = pts
        return pts

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            self._container.mux(packet)
            if self._audio is not None and packet.dts is not None:
                self._audio.copy_until(float(packet.dts * packet.time_base))

    def _close_audio(self) -> None:
        if self._audio is not None:
            self._audio.close()


def _countable(traits: VideoTraits, finest: int) -> VideoTraits:
    """Traits whose time base the codec can count in; times are rounded to it."""
    if traits.time_base.denominator <= finest:
        return traits
    return replace(traits, time_base=Fraction(1, finest))


def _timescale(time_base: Fraction) -> int:
    """Ticks in a second; MP4 counts in whole parts of one."""
    return int(time_base.denominator) if time_base.numerator == 1 else FINE_TIME_BASE.denominator


def _even(pixels: Pixels) -> Pixels:
    """Pixels with even sides; chroma is stored for 2 × 2 px."""
    height, width = pixels.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return pixels
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
