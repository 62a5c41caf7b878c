"""The sound of a live recording, compressed as it arrives."""

from collections.abc import Callable, Iterable
from fractions import Fraction

import av
import av.container
import numpy as np

from arpipe.io.audio.sound import Samples, Sound
from arpipe.io.audio.timeline import SoundTimeline

BITS_PER_CHANNEL = 96_000
REST_S = 0.1  # of sound after the last picture, which lasts about as long
LAYOUTS = {1: "mono", 2: "stereo"}
OPUS_RATES_HZ = (48000, 24000, 16000, 12000, 8000)


class LiveAudio:
    """An audio track of sound that arrives while pictures are written.

    Args:
        sound: The sound; the caller closes it.
        output: The open output, before its header is written.
        origin: Returns the time on the clock of the frames that is 0 s in the output; called with the first picture.

    Attributes:
        notes, losses: As of `AudioCopy`; a live recording has none.
    """

    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    def __init__(
        self, sound: Sound, output: av.container.OutputContainer, origin: Callable[[], float]
    ) -> None:
        self._sound, self._output, self._origin = sound, output, origin
        name = "libopus" if output.default_audio_codec == "opus" else output.default_audio_codec
        stream = output.add_stream(name, rate=_encoder_rate(name, sound.rate_hz))
        if not isinstance(stream, av.AudioStream):
            raise ValueError(f"{name} is not an audio encoder")
        stream.codec_context.layout = LAYOUTS[sound.channels]
        stream.codec_context.bit_rate = BITS_PER_CHANNEL * sound.channels
        self._stream = stream
        self._timeline: SoundTimeline | None = None
        self._pictures_s = 0.0

    def copy_until(self, time_s: float) -> None:
        """Write what has arrived; silence if it has stayed away for long before `time_s`, s in the output."""
        timeline = self._begun()
        self._pictures_s = time_s
        for chunk in self._sound.take():
            self._encode(timeline.add(chunk), timeline.position)
        self._encode(timeline.fill(time_s), timeline.position)

    def copy_rest(self) -> None:
        """Write what has arrived until shortly after the last picture, and complete the track."""
        timeline = self._begun()
        last = round((self._pictures_s + REST_S) * self._sound.rate_hz)
        for chunk in self._sound.take():
            if timeline.position < last:
                self._encode(timeline.add(chunk), timeline.position)
        self._mux(self._stream.encode(None))

    def _begun(self) -> SoundTimeline:
        if self._timeline is None:
            self._timeline = SoundTimeline(self._sound.rate_hz, self._sound.channels, self._origin())
        return self._timeline

    def _encode(self, samples: Samples, end: int) -> None:
        """Write samples that end at sample number `end` of the track."""
        if not len(samples):
            return
        packed = np.ascontiguousarray(samples).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=LAYOUTS[self._sound.channels])
        frame.sample_rate = self._sound.rate_hz
        frame.pts = end - len(samples)
        frame.time_base = Fraction(1, self._sound.rate_hz)
        self._mux(self._stream.encode(frame))

    def _mux(self, packets: "Iterable[av.Packet[av.AudioStream]]") -> None:
        for packet in packets:
            self._output.mux(packet)


def _encoder_rate(codec: str, rate_hz: int) -> int:
    """Return the rate that an encoder takes for sound of another one."""
    rates = OPUS_RATES_HZ if codec == "libopus" else av.Codec(codec, "w").audio_rates
    return min(rates, key=lambda offered: abs(offered - rate_hz)) if rates else rate_hz
