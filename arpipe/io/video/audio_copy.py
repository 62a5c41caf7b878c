"""Copies the audio of one file into another."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Self, TypeAlias

import av
import av.error

from arpipe.closing import Closing
from arpipe.errors import ArpipeError
from arpipe.io.video.container import open_input

OPUS_RATE_HZ = 48000  # the rate that Opus works at inside
SHORTEST_GAP_S = 0.1  # a smaller gap between two pieces is rounding of their times

AudioPacket: TypeAlias = "av.Packet[av.AudioStream]"


class AudioCopy(Closing):
    """Copies all audio tracks of a file, in step with the pictures.

    Packets are copied bit by bit. If the output cannot hold the codec of a track, that track is compressed anew with
    the output's default codec. Damaged packets are left out; nothing about the audio stops the pictures.

    Args:
        source: The open input.
        output: The open output, before its header is written.
        origin_s: Time on the input's clock that is 0 s in the output.

    Attributes:
        notes: What was converted.
        losses: What could not be read.
    """

    def __init__(
        self,
        source: av.container.InputContainer,
        output: av.container.OutputContainer,
        origin_s: Fraction = Fraction(0),
    ) -> None:
        self._source = source
        self._output = output
        self._origin_s = origin_s
        self.losses: tuple[str, ...] = ()
        self._tracks: dict[int, _AudioTrack] = {}
        for stream in source.streams.audio:
            if not _is_decodable(stream):
                self._lose("an audio track that cannot be decoded is left out")
            else:
                self._tracks[stream.index] = _track(stream, output, origin_s)
        self.notes = tuple(track.note for track in self._tracks.values() if track.note)
        self._packets = self._demux()
        self._pending = next(self._packets, None)

    @classmethod
    def open(
        cls,
        path: Path,
        output: av.container.OutputContainer,
        origin_s: Fraction = Fraction(0),
    ) -> Self | None:
        """Open a copy of the audio in `path`; None if it has none."""
        source = open_input(path)
        if not source.streams.audio:
            source.close()
            return None
        try:
            return cls(source, output, origin_s)
        except BaseException:
            source.close()
            raise

    def copy_until(self, time_s: float) -> None:
        """Copy what begins before `time_s`, so that audio and pictures lie near each other in the file."""
        while self._pending is not None:
            packet = self._pending
            begins_s = None if packet.dts is None else float(packet.dts * packet.time_base - self._origin_s)
            if begins_s is not None and begins_s > time_s:
                return
            self._mux(self._tracks[packet.stream.index].convert(packet))
            self._pending = next(self._packets, None)

    def copy_rest(self) -> None:
        """Copy all that is left, once the pictures are over."""
        self.copy_until(float("inf"))
        for track in self._tracks.values():
            self._mux(track.flush())

    def close(self) -> None:
        """Close the input; may be called twice."""
        self._pending = None
        self._source.close()

    def _mux(self, packets: Iterable[AudioPacket]) -> None:
        for packet in packets:
            try:
                self._output.mux(packet)
            except (av.error.ArgumentError, av.error.InvalidDataError):  # the container refuses one packet
                self._lose("some packets of the audio do not fit into the file")

    def _demux(self) -> Iterator[AudioPacket]:
        try:
            for packet in self._source.demux(self._source.streams.audio):
                if packet.size and packet.stream.index in self._tracks:
                    yield packet
        except ArpipeError:  # of the store that the file is read from
            raise
        except (av.error.FFmpegError, IndexError, ValueError):  # damage: the audio ends here, as in a player
            self._lose("the audio is damaged and ends early")

    def _lose(self, sentence: str) -> None:
        if sentence not in self.losses:
            self.losses += (sentence,)


class _AudioTrack(ABC):
    """One audio track on its way into the output.

    Attributes:
        note: What was converted; "" if nothing was.
    """

    note = ""

    @abstractmethod
    def convert(self, packet: AudioPacket) -> list[AudioPacket]:
        """Return the packets to write for one packet of the input."""

    def flush(self) -> list[AudioPacket]:
        """Return the packets that are still to be written at the end."""
        return []


class _CopiedTrack(_AudioTrack):
    """Packets as they are; times that do not increase are moved behind the last one."""

    def __init__(
        self, stream: av.AudioStream, output: av.container.OutputContainer, origin_s: Fraction
    ) -> None:
        self._stream = output.add_stream_from_template(stream, opaque=True)
        self._stream.metadata.update(stream.metadata)
        self._origin_s = origin_s
        self._last: int | None = None

    def convert(self, packet: AudioPacket) -> list[AudioPacket]:
        decoded = packet.pts if packet.dts is None else packet.dts
        if decoded is None:
            return []
        shift = -round(self._origin_s / packet.time_base)
        dts = decoded + shift
        behind = 0 if self._last is None else max(0, self._last + 1 - dts)
        packet.dts = self._last = dts + behind
        packet.pts = packet.dts if packet.pts is None else max(packet.dts, packet.pts + shift)
        packet.stream = self._stream
        return [packet]


class _EncodedTrack(_AudioTrack):
    """Audio decoded and compressed anew, mono or stereo, without gaps that are only rounding of its times."""

    def __init__(
        self, stream: av.AudioStream, output: av.container.OutputContainer, origin_s: Fraction
    ) -> None:
        name = "libopus" if output.default_audio_codec == "opus" else output.default_audio_codec
        rate = _nearest_rate(name, stream.codec_context.sample_rate)
        channels = stream.codec_context.channels
        layout = "mono" if channels == 1 else "stereo"
        encoded = output.add_stream(name, rate=rate)
        if not isinstance(encoded, av.AudioStream):
            raise ValueError(f"{name} is not an audio encoder")
        self._stream = encoded
        self._stream.codec_context.layout = layout
        self._resampler = av.AudioResampler(
            format=self._stream.codec_context.format, layout=layout, rate=rate
        )
        self._rate = rate
        self._origin_s = origin_s
        self._next: int | None = None
        self.note = f"audio was compressed anew as {name}"
        if channels > 2:
            self.note += f", with 2 instead of {channels} channels"

    def convert(self, packet: AudioPacket) -> list[AudioPacket]:
        try:
            frames = packet.decode()
        except av.error.FFmpegError:  # one damaged packet is a click, not the end
            return []
        return [written for frame in frames for written in self._encode(frame)]

    def flush(self) -> list[AudioPacket]:
        rest = [packet for frame in self._resampler.resample(None) for packet in self._place(frame)]
        return [*rest, *self._stream.encode(None)]

    def _encode(self, frame: av.AudioFrame) -> Iterator[AudioPacket]:
        if frame.pts is not None and frame.time_base:
            at = round((frame.pts * frame.time_base - self._origin_s) * self._rate)
            if self._next is None or at - self._next > SHORTEST_GAP_S * self._rate:
                self._next = at
        frame.pts = None
        for resampled in self._resampler.resample(frame):
            yield from self._place(resampled)

    def _place(self, frame: av.AudioFrame) -> list[AudioPacket]:
        frame.pts, frame.time_base = self._next or 0, Fraction(1, self._rate)
        self._next = frame.pts + frame.samples
        return list(self._stream.encode(frame))


def _is_decodable(stream: av.AudioStream) -> bool:
    """Whether this FFmpeg has a decoder for a track, and the file says how it was sampled."""
    context: av.AudioCodecContext | None = (
        stream.codec_context
    )  # None without a decoder, whatever its stubs say
    return context is not None and context.sample_rate > 0


def _nearest_rate(codec: str, rate: int) -> int:
    """Return the sampling rate, Hz, that an encoder takes and that is nearest to another one."""
    rates = av.Codec(codec, "w").audio_rates
    if codec == "libopus":
        return OPUS_RATE_HZ
    return min(rates, key=lambda offered: abs(offered - rate)) if rates else rate


def _track(stream: av.AudioStream, output: av.container.OutputContainer, origin_s: Fraction) -> _AudioTrack:
    codec = stream.codec_context.name
    holds = codec in output.supported_codecs and not (
        codec.startswith("pcm_") and output.format.name == "mp4"
    )
    return (_CopiedTrack if holds else _EncodedTrack)(stream, output, origin_s)
