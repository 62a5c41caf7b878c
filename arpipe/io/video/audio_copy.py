"""Sound of one file copied into another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

import av
import av.error

from arpipe.io.video.container import open_input

OPUS_RATE_HZ = 48000  # the rate that Opus works at inside


class AudioCopy:
    """Copies all sound tracks of a file, in step with the pictures.

    Packets are copied bit by bit. Where the output cannot hold a codec, that track is compressed anew with
    the output's usual one. A damaged packet is left out.

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
    def open(cls, path: Path, output: av.container.OutputContainer) -> "AudioCopy | None":
        """A copy of the sound in `path`; None when it has none."""
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
        """Copy what begins before `time_s`, so that sound and pictures lie near each other in the file."""
        while self._pending is not None:
            packet = self._pending
            if packet.dts is not None and packet.dts * packet.time_base > time_s:
                return
            for written in self._tracks[packet.stream.index].convert(packet):
                self._output.mux(written)
            self._pending = next(self._packets, None)

    def copy_rest(self) -> None:
        """Copy all that is left, once the pictures are over."""
        self.copy_until(float("inf"))
        for track in self._tracks.values():
            for written in track.finish():
                self._output.mux(written)

    def close(self) -> None:
        """Close the input; may be called twice."""
        self._pending = None
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _demux(self) -> Iterator[Any]:
        streams = [self._source.streams[index] for index in self._tracks]
        try:
            for packet in self._source.demux(streams):
                if packet.size:
                    yield packet
        except av.error.FFmpegError:  # damage: the sound ends here, as it does in a player
            return


class _CopiedTrack:
    """Packets as they are."""

    def __init__(self, stream: Any, output: av.container.OutputContainer) -> None:
        self._stream = output.add_stream_from_template(stream, opaque=True)
        self._stream.metadata.update(stream.metadata)

    def convert(self, packet: Any) -> list[Any]:
        packet.stream = self._stream
        return [packet]

    def finish(self) -> list[Any]:
        return []


class _EncodedTrack:
    """Sound decoded and compressed anew, mono or stereo."""

    def __init__(self, stream: Any, output: av.container.OutputContainer) -> None:
        codec = "libopus" if output.default_audio_codec == "opus" else output.default_audio_codec
        rate = OPUS_RATE_HZ if codec == "libopus" else stream.codec_context.sample_rate
        self._stream = cast(Any, output.add_stream(codec, rate=rate))
        self._stream.codec_context.layout = "mono" if stream.codec_context.channels == 1 else "stereo"

    def convert(self, packet: Any) -> list[Any]:
        try:
            frames = packet.decode()
        except av.error.FFmpegError:  # one damaged packet is a click, not the end
            return []
        return [written for frame in frames for written in self._stream.encode(frame)]

    def finish(self) -> list[Any]:
        return list(self._stream.encode(None))


def _track(stream: Any, output: av.container.OutputContainer) -> _CopiedTrack | _EncodedTrack:
    codec = stream.codec_context.name
    holds = codec in output.supported_codecs and not (
        codec.startswith("pcm_") and output.format.name == "mp4"
    )
    return _CopiedTrack(stream, output) if holds else _EncodedTrack(stream, output)
