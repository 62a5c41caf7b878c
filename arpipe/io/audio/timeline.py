"""Joins chunks of sound into one stream that stays in sync with the pictures."""

import numpy as np

from arpipe.io.audio.sound import Samples, SoundChunk

# Of the smoothed lead or lag; an error of 40 ms between lips and voice begins to be noticed.
TOLERANCE_S = 0.015
JUMP_S = 0.15  # a lag of this size is a gap, not the jitter of a busy machine
SMOOTHING = 0.1  # share of each piece in the smoothed lag; pieces come every 10 to 40 ms
MAX_LAG_S = 0.5  # behind the pictures, after which silence replaces missing sound


class SoundTimeline:
    """Places chunks of sound by their times.

    Samples are counted, because the times of single chunks jitter with the load of the machine. If the count and the
    times drift apart, as the clocks of sound cards do, silence is inserted or samples are dropped.

    Args:
        rate_hz: Samples per second.
        channels: Number of channels.
        origin_s: Time of sample 0 on the clock of the pieces; sound before it is left out.

    Attributes:
        position: Number of samples so far.
    """

    def __init__(self, rate_hz: int, channels: int, origin_s: float) -> None:
        self.position = 0
        self._rate_hz, self._channels, self._origin_s = rate_hz, channels, origin_s
        self._lag = 0.0  # smoothed, in samples: how far times are ahead of the count

    def add(self, chunk: SoundChunk) -> Samples:
        """Return the samples that continue the stream up to the end of a piece."""
        lag = (chunk.captured_s - self._origin_s) * self._rate_hz - self.position
        if self.position == 0 or abs(lag) > JUMP_S * self._rate_hz:
            return self._shifted(chunk.samples, lag)
        self._lag += SMOOTHING * (lag - self._lag)
        if abs(self._lag) > TOLERANCE_S * self._rate_hz:
            return self._shifted(chunk.samples, self._lag)
        return self._counted(chunk.samples)

    def fill(self, time_s: float) -> Samples:
        """Return silence if the stream lags behind a time since the origin, s, by more than `MAX_LAG_S`."""
        missing = int((time_s - MAX_LAG_S) * self._rate_hz) - self.position
        return self._counted(self._silence(max(missing, 0)))

    def _shifted(self, samples: Samples, lag: float) -> Samples:
        """Return the samples after silence, or without their beginning."""
        self._lag = 0.0
        shift = round(lag)
        if shift < 0:
            return self._counted(samples[-shift:])
        return self._counted(np.concatenate([self._silence(shift), samples]))

    def _silence(self, count: int) -> Samples:
        return np.zeros((count, self._channels), np.int16)

    def _counted(self, samples: Samples) -> Samples:
        self.position += len(samples)
        return samples
