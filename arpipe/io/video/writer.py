"""Video files: exact timestamps, colour tags and the audio of the source."""

import math
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeGuard

import av
import av.error

from arpipe.errors import OutputError
from arpipe.io.atomic import GrowingFile
from arpipe.io.audio.sound import Sound
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.placing import open_file
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.io.traits import VideoTraits
from arpipe.io.video.audio_copy import AudioCopy
from arpipe.io.video.codecs import CODECS, container_for
from arpipe.io.video.color import FromRgb, notes_of_padding, pad_to_even
from arpipe.io.video.container import container_options
from arpipe.io.video.decoded import DecodedPicture
from arpipe.io.video.editing import edited, is_kept
from arpipe.io.video.hardware import choose_encoder
from arpipe.io.video.inheritance import countable, traits_for
from arpipe.io.video.live_audio import LiveAudio
from arpipe.io.video.packets import Stamps, closing_duration
from arpipe.io.video.planes import FORMAT
from arpipe.io.writer import FileWriter
from arpipe.types import (
    Block,
    EditedPicture,
    Frame,
    FrameResult,
    Picture,
    Pixels,
    StoredPicture,
    find_changes,
)

FRAGMENT_S = 1.0  # of a live recording: the most that is lost if the program is killed
LIVE_PRESET = "ultrafast"  # x264 in real time beside everything else


class VideoSink(FileWriter, Sink):
    """Writes pictures into a video file.

    Each picture is shown at its frame's `captured_s`, so variable rates and gaps are kept. Pictures are upright: the
    file contains no rotation. Sides of odd length are made even by repeating the last row or column. What a picture has
    in common with a decoded frame of the same colour tags is encoded as the decoder gave it. Audio is copied bit by bit
    if the container can hold it, and re-encoded otherwise.

    Args:
        path: The file; its suffix picks the container.
        width: Width of all pictures, px.
        height: Height of all pictures, px.
        traits: Time base, colour tags and audio of the source.
        config: Compression.
        from_zero: Whether the first picture is shown at 0 s, whatever its time is.
        sound: Sound of a live recording, on the clock of the frames; the caller closes it.

    Raises:
        OutputError: The file cannot be written, or its container cannot hold the codec.
        ConfigError: The hardware that the settings name does not work on this machine.
    """

    takes_sound = True
    _errors = (av.error.FFmpegError, OSError, ValueError, OverflowError)

    def __init__(
        self,
        path: str | Path,
        width: int,
        height: int,
        traits: VideoTraits,
        config: VideoSinkConfig | None = None,
        *,
        from_zero: bool = False,
        sound: Sound | None = None,
    ) -> None:
        self.config = config or VideoSinkConfig()
        self._sound = sound
        self._size = (width, height)
        choice = choose_encoder(self.config.codec, self.config.hwaccel, width, height)
        self._codec, self.notes = choice.codec, (*notes_of_padding(width, height), *choice.notes)
        self._traits = countable(traits, self._codec.max_timescale)
        self._start_s = None if from_zero else 0.0
        self._last_pts: int | None = None
        self._waiting: av.Packet[av.VideoStream] | None = None
        self._first: Stamps | None = None
        self._held: av.VideoFrame | None = None
        self._durations: dict[int | None, int] = {}  # of frames inside the encoder, by their times
        self._step = max(1, round(1 / (self._traits.rate * self._traits.time_base)))
        self._kind = container_for(Path(path), self.config.codec)
        self._transparent = False
        super().__init__(GrowingFile(path) if self.config.fragment_s > 0 else open_file(path))
        with self._writing():
            self._open()

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:
        """Open a file; for a live source, one that stays readable however the program ends."""
        if info.live:
            preset = config.preset or (LIVE_PRESET if config.codec == "h264" else "")
            config = config.model_copy(update={"preset": preset, "fragment_s": FRAGMENT_S, "audio": False})
        traits = traits_for(info)
        return cls(target, info.width, info.height, traits, config, from_zero=info.live, sound=info.sound)

    @classmethod
    def check(cls, target: str, config: VideoSinkConfig) -> None:
        """Refuse an unknown suffix, and a container that cannot hold the codec; see `Sink`."""
        container_for(Path(target), config.codec)

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Add a picture at its frame's time; see `Sink`."""
        self._require_open()
        if pixels.shape[2] == 4 and not self._transparent:
            self._begin_transparent()
        if (pixels.shape[1], pixels.shape[0]) != self._size:
            raise OutputError(
                f"{self._file.path}: expected pictures of {self._size[0]}x{self._size[1]}, "
                f"got {pixels.shape[1]}x{pixels.shape[0]}"
            )
        self._add(self._convert(pixels, result.frame), result)

    def write_picture(self, picture: Picture) -> None:
        """Add a picture; of one that a part of was drawn on, no more is converted than that part."""
        stored = picture.stored
        if picture.alpha is None and isinstance(stored, EditedPicture) and not stored.has_pixels:
            base = stored.base
            if self._keeps(base):
                self._require_open()
                frame = edited(base.original, stored.changes(), stored.block, self._from_rgb)
                self._add(frame, picture.result)
                return
        super().write_picture(picture)

    def _add(self, frame: av.VideoFrame, result: FrameResult) -> None:
        with self._writing():
            frame.pts = self._next_pts(result.frame.captured_s)
            frame.time_base = self._traits.time_base
            self._encode_held(frame.pts)
            self._held = frame

    def _convert(self, pixels: Pixels, frame: Frame) -> av.VideoFrame:
        stored = frame.stored
        if self._keeps(stored) and pixels.shape == stored.shape:
            whole = Block(pixels)
            return edited(
                stored.original, find_changes(stored.pixels(), pixels), lambda _: whole, self._from_rgb
            )
        return self._from_rgb(pad_to_even(pixels))

    def _keeps(self, picture: StoredPicture) -> TypeGuard[DecodedPicture]:
        pixel_format = self._codec.alpha_format if self._transparent else self._codec.pixel_format
        return pixel_format == FORMAT and is_kept(picture, self._size, self._traits.colors)

    def _finish(self) -> None:
        if self._last_pts is None:
            raise OutputError(f"{self._file.path}: there was no frame to write")
        self._encode_held(None if self.end_s is None else self._pts(self.end_s))
        self._mux(self._stream.encode(None))
        self._mux_last()
        if self._audio is not None:
            self._audio.copy_rest()
            self.notes, self.losses = (*self.notes, *self._audio.notes), self._audio.losses

    def _begin_transparent(self) -> None:
        """Reopen the file with an alpha channel; the need for one is known only from the first picture."""
        if self._last_pts is not None or not self._codec.alpha_format or self._kind == "mp4":
            self.abort()
            fitting = [
                f"{name} in {codec.suffixes[0]}" for name, codec in CODECS.items() if codec.alpha_format
            ]
            raise OutputError(
                f"{self._file.path}: {self.config.codec} holds no transparency there; "
                f"choose {' or '.join(fitting)}"
            )
        with suppress(*self._errors):
            self._resources.close()
        self._transparent = True
        with self._writing():
            self._open()

    def _open(self) -> None:
        os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder prints its settings otherwise
        self._container = self._resources.enter_context(
            av.open(
                str(self._file.temporary),
                "w",
                format=self._kind,
                container_options=container_options(
                    self._kind, self._traits.time_base, self.config.fragment_s
                ),
            )
        )
        self._stream = self._add_stream()
        self._container.metadata.update(self._traits.metadata)
        self._audio = self._open_audio()
        self._container.start_encoding()

    def _add_stream(self) -> av.VideoStream:
        codec, traits, tags = self._codec, self._traits, self._traits.colors
        stream = self._container.add_stream(codec.encoder, rate=traits.rate)
        if not isinstance(stream, av.VideoStream):
            raise OutputError(f"{self._file.path}: {codec.encoder} is not a video encoder of this FFmpeg")
        width, height = self._size
        stream.width, stream.height = width + width % 2, height + height % 2
        pixel_format = codec.alpha_format if self._transparent else codec.pixel_format
        stream.pix_fmt = pixel_format
        stream.time_base = traits.time_base
        context = stream.codec_context
        context.time_base = traits.time_base
        context.options = self._encoder_options()
        context.thread_count = self.config.threads
        if codec.tag and self._kind in ("mp4", "mov"):
            context.codec_tag = codec.tag
        context.colorspace, context.color_range = tags.matrix, tags.range
        context.color_primaries, context.color_trc = tags.primaries, tags.transfer
        self._from_rgb = FromRgb(tags, width, height, pixel_format)
        return stream

    def _encoder_options(self) -> dict[str, str]:
        options = self._codec.encoder_options(self.config.quality, self.config.preset)
        if self._kind == "avi":
            options["bf"] = "0"  # without presentation times, frames must be stored in their order
        if self._transparent:
            options |= self._codec.alpha_options
        if self.config.fragment_s > 0 and "preset" in options:
            options["tune"] = "zerolatency"  # no second of frames inside the encoder
        return options

    def _open_audio(self) -> AudioCopy | LiveAudio | None:
        if self._sound is not None:
            return LiveAudio(self._sound, self._container, lambda: self._start_s or 0.0)
        if not self.config.audio or self._traits.path is None:
            return None
        audio = AudioCopy.open(self._traits.path, self._container, self._traits.origin_s)
        return audio and self._resources.enter_context(audio)

    def _encode_held(self, end_pts: int | None) -> None:
        """Encode the frame before, whose duration is known only now."""
        frame, self._held = self._held, None
        if frame is None or frame.pts is None:
            return
        if end_pts is not None and end_pts > frame.pts:
            self._step = end_pts - frame.pts
        self._durations[frame.pts] = self._step
        self._mux(self._stream.encode(frame))

    def _next_pts(self, captured_s: float) -> int:
        """Return the time in units of the time base, later than the last one, also if the given one is not a number."""
        if not math.isfinite(captured_s):
            captured_s = float(
                (0 if self._last_pts is None else self._last_pts + self._step) * self._traits.time_base
            )
            captured_s += self._start_s or 0.0
        if self._start_s is None:
            self._start_s = captured_s
        pts = self._pts(captured_s)
        if self._last_pts is not None:
            pts = max(pts, self._last_pts + 1)
        self._last_pts = pts
        return pts

    def _pts(self, captured_s: float) -> int:
        return round((captured_s - (self._start_s or 0.0)) / self._traits.time_base)

    def _mux(self, packets: "Iterable[av.Packet[av.VideoStream]]") -> None:
        """Mux all packets but the last one, which is kept until the next comes or the file ends."""
        for packet in packets:
            if packet.pts in self._durations:  # encoders reorder frames and forget how long each lasts
                packet.duration = self._durations.pop(packet.pts)
            if self._first is None:
                self._first = Stamps(packet.pts, packet.dts)
            if self._waiting is not None:
                self._mux_now(self._waiting)
            self._waiting = packet

    def _mux_now(self, packet: "av.Packet[av.VideoStream]") -> None:
        begins = packet.dts
        self._container.mux(packet)
        if self._audio is not None and begins is not None:
            self._audio.copy_until(float(begins * self._traits.time_base))

    def _mux_last(self) -> None:
        packet, self._waiting = self._waiting, None
        if packet is None:
            return
        if self._kind in ("mp4", "mov") and self.end_s is not None and self._first is not None:
            packet.duration = closing_duration(self._first, packet.dts, self._pts(self.end_s))
        self._mux_now(packet)
