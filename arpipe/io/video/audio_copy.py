"""Copies the audio of one file into another."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Self, TypeAlias

import av
import av.error

from arpipe.io.video.container import open_input

OPUS_RATE_HZ = 48000  # the rate that Opus works at internally

AudioPacket: TypeAlias = "av.Packet[av.AudioStream]"


class AudioCopy:
    """Copies all audio tracks of a file, in step with the pictures.

    Packets are copied bit by bit. If the output cannot hold the codec of a track, that track is compressed anew with
    the output's default codec. Damaged packets are left out.

    Args:
        source: The open input.
        output: The open output, before its header is written.
    """

    def __init__(self, source: av.container.InputContainer, output: av.container.OutputContainer) -> None:
        self._source = source
        self._output = output
        self._tracks = {stream.index: _track(stream, output) for stream in source.streams.audio}
        self._packets = self._demux()
        self._pending = next(self._packets, None)

    @classmethod
    def open(cls, path: Path, output: av.container.OutputContainer) -> Self | None:
        """Open a copy of the audio in `path`; None if it has none."""
        source = open_input(path)
        if not source.streams.audio:
            source.close()
            return None
        try:
            return cls(source, output)
        except BaseException:
            source.close()
            raise

    def copy_until(self, time_s: float) -> None:
        """Copy what begins before `time_s`, so that audio and pictures are interleaved in the file."""
        while self._pending is not None:
            packet = self._pending
            if packet.dts is not None and packet.dts * packet.time_base > time_s:
                return
            self._output.mux(self._tracks[packet.stream.index].convert(packet))
            self._pending = next(self._packets, None)

    def copy_rest(self) -> None:
        """Copy what is left after the last picture."""
        self.copy_until(float("inf"))
        for track in self._tracks.values():
            self._output.mux(track.flush())

    def close(self) -> None:
        """Close the input; may be called twice."""
        self._pending = None
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _demux(self) -> Iterator[AudioPacket]:
        try:
            for packet in self._source.demux(self._source.streams.audio):
                if packet.size:
                    yield packet
        except av.error.FFmpegError:  # damage: the audio ends here, as it does in a player
            return


class _AudioTrack(ABC):
    """One audio track of the output."""

    @abstractmethod
    def convert(self, packet: AudioPacket) -> list[AudioPacket]:
        """Return packets of the output for a packet of the input."""

    @abstractmethod
    def flush(self) -> list[AudioPacket]:
        """Return the packets that are left after the last one."""


class _CopiedTrack(_AudioTrack):
    """Copies packets unchanged."""

    def __init__(self, stream: av.AudioStream, output: av.container.OutputContainer) -> None:
        self._stream = output.add_stream_from_template(stream, opaque=True)
        self._stream.metadata.update(stream.metadata)

    def convert(self, packet: AudioPacket) -> list[AudioPacket]:
        packet.stream = self._stream
        return [packet]

    def flush(self) -> list[AudioPacket]:
        return []


class _EncodedTrack(_AudioTrack):
    """Decodes audio and compresses it anew, mono or stereo."""

    def __init__(self, stream: av.AudioStream, output: av.container.OutputContainer) -> None:
        codec = "libopus" if output.default_audio_codec == "opus" else output.default_audio_codec
        rate = OPUS_RATE_HZ if codec == "libopus" else stream.codec_context.sample_rate
        encoded = output.add_stream(codec, rate=rate)
        if not isinstance(encoded, av.AudioStream):
            raise ValueError(f"{codec} is not an audio encoder")
        self._stream = encoded
        self._stream.codec_context.layout = "mono" if stream.codec_context.channels == 1 else "stereo"

    def convert(self, packet: AudioPacket) -> list[AudioPacket]:
        try:
            frames = packet.decode()
        except av.error.FFmpegError:  # one damaged packet is a click, not the end
            return []
        return [encoded for frame in frames for encoded in self._stream.encode(frame)]

    def flush(self) -> list[AudioPacket]:
        return list(self._stream.encode(None))


def _track(stream: av.AudioStream, output: av.container.OutputContainer) -> _AudioTrack:
    codec = stream.codec_context.name
    is_pcm_in_mp4 = codec.startswith("pcm_") and output.format.name == "mp4"
    if codec in output.supported_codecs and not is_pcm_in_mp4:
        return _CopiedTrack(stream, output)
    return _EncodedTrack(stream, output)
