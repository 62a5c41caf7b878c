"""Joins pieces of a video into one file, without encoding anything again."""

from collections.abc import Iterator
from pathlib import Path

import av
import av.error

from arpipe.errors import MediaError, OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.guard import guarded
from arpipe.io.placing import open_file
from arpipe.io.traits import VideoTraits
from arpipe.io.video.audio_copy import AudioCopy
from arpipe.io.video.codecs import container_for
from arpipe.io.video.container import ADVICE, FINE_TIME_BASE, container_options, open_input
from arpipe.io.video.packets import Stamps, VideoPacket, closing_duration, with_durations
from arpipe.io.writer import FileWriter


class VideoJoin(FileWriter):
    """One video of pieces that a `VideoSink` has written, with the audio of their source.

    Packets are copied with their times. The pieces must have been encoded with the same settings, since the headers of
    the first one hold for all.

    Args:
        path: The file; its suffix picks the container.
        traits: Those of the source of the pieces.
        config: Compression of the pieces.

    Attributes:
        notes: What was converted in the audio.
        losses: What could not be read of the audio.

    Raises:
        OutputError: The file cannot be written, or its container cannot hold the codec.
    """

    _errors = (av.error.FFmpegError, OSError, ValueError, OverflowError)

    def __init__(self, path: Path, traits: VideoTraits, config: VideoSinkConfig) -> None:
        self._traits, self._config = traits, config
        self._kind = container_for(path, config.codec)
        self._stream: av.VideoStream | None = None
        self._audio: AudioCopy | None = None
        self._header: bytes | None = None
        self._first: Stamps | None = None
        self._held: VideoPacket | None = None
        self._end_pts: int | None = None
        self.notes: tuple[str, ...] = ()
        self.losses: tuple[str, ...] = ()
        super().__init__(open_file(path))

    def add(self, piece: Path, end_s: float | None) -> Iterator[None]:
        """Append a piece; yields after each of its frames.

        Args:
            piece: The file.
            end_s: When its last frame ends, on the clock of its frames; None if unknown.

        Raises:
            MediaError: The piece is damaged.
            OutputError: The file cannot be written, or the piece was encoded in another way than those before.
        """
        self._require_open()
        with guarded(MediaError, f"{piece}: cannot be copied", ADVICE), open_input(piece) as container:
            source = container.streams.video[0]
            ticks_s = source.time_base or FINE_TIME_BASE
            self._end_pts = None if end_s is None else round(end_s / ticks_s)
            with self._writing():
                stream = self._stream or self._open(source)
            if source.codec_context.extradata != self._header:
                raise OutputError(
                    f"{self._file.path}: its pieces were encoded by different versions of an encoder; "
                    "delete them, and process the video on equal machines"
                )
            packets = (packet for packet in container.demux(source) if packet.size)
            for packet in with_durations(packets, self._end_pts):
                packet.stream = stream
                with self._writing():
                    self._take(packet)
                yield

    def _finish(self) -> None:
        if self._stream is None:
            raise OutputError(f"{self._file.path}: there was no frame to write")
        self._mux_last()
        if self._audio is not None:
            self._audio.copy_rest()
            self.notes, self.losses = self._audio.notes, self._audio.losses

    def _open(self, template: av.VideoStream) -> av.VideoStream:
        """Open the file for pieces like the first one."""
        ticks_s = template.time_base or FINE_TIME_BASE
        self._output = self._resources.enter_context(
            av.open(
                str(self._file.temporary),
                "w",
                format=self._kind,
                container_options=container_options(self._kind, ticks_s),
            )
        )
        # An opaque copy needs no encoder of the decoder's name, and leaves the tag to the container.
        stream: av.VideoStream = self._output.add_stream_from_template(template, opaque=True)
        if self._kind in ("mp4", "mov"):
            stream.codec_context.codec_tag = template.codec_context.codec_tag
        self._header = template.codec_context.extradata
        stream.time_base = ticks_s
        stream.codec_context.framerate = self._traits.rate
        self._output.metadata.update(self._traits.metadata)
        if self._config.audio and self._traits.path is not None:
            audio = AudioCopy.open(self._traits.path, self._output, self._traits.origin_s)
            self._audio = audio and self._resources.enter_context(audio)
        self._output.start_encoding()
        self._stream = stream
        return stream

    def _take(self, packet: VideoPacket) -> None:
        """Write the packet before, and keep this one until the next one comes or the file ends."""
        if self._held is not None:
            # Encoders begin before the time of the first frame, which can be before the end of the last piece if the
            # first frames last longer than others.
            if packet.dts is not None and self._held.dts is not None:
                packet.dts = max(packet.dts, self._held.dts + 1)
            self._mux(self._held)
        self._first, self._held = self._first or Stamps(packet.pts, packet.dts), packet

    def _mux(self, packet: VideoPacket) -> None:
        begins_s = None if packet.dts is None else float(packet.dts * packet.time_base)
        self._output.mux(packet)
        if self._audio is not None and begins_s is not None:
            self._audio.copy_until(begins_s)

    def _mux_last(self) -> None:
        packet, self._held = self._held, None
        if packet is None or self._first is None:
            return
        if self._kind in ("mp4", "mov") and self._end_pts is not None:
            packet.duration = closing_duration(self._first, packet.dts, self._end_pts)
        self._mux(packet)
