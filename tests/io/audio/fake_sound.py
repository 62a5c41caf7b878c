"""A microphone on a simulated clock: silence, with beeps where the scene flashes."""

import numpy as np

from arpipe.io.audio.sound import Sound, SoundChunk

RATE_HZ = 48_000
BLOCK = 960  # 20 ms
BEEP_S = 0.1


class BeepingMicrophone(Sound):
    """Beeps at given times of the simulated clock.

    Args:
        beeps_s: When beeps begin.
        now: Returns the simulated time.
        begun_s: When it begins to listen.
        speed: Of its clock, which is slightly off in real sound cards.
        jitter_s: Largest error of the times of its blocks.
        deaf_s: From which time to which one no sound arrives.
    """

    name, rate_hz, channels = "simulated", RATE_HZ, 1

    def __init__(self, beeps_s, now, begun_s, speed=1.0, jitter_s=0.0, deaf_s=(0.0, 0.0)):
        self._beeps_s, self._now, self._begun_s, self._speed = beeps_s, now, begun_s, speed
        self._jitter_s, self._deaf_s = jitter_s, deaf_s
        self._random = np.random.default_rng(7)
        self._next = 0
        self.closed = 0

    def _time(self, sample):
        return self._begun_s + sample / (RATE_HZ * self._speed)

    def take(self):
        chunks = []
        while self._time(self._next + BLOCK) <= self._now():
            index = np.arange(self._next, self._next + BLOCK)
            times_s = self._time(index)
            is_on = np.any(
                [(times_s >= begin) & (times_s < begin + BEEP_S) for begin in self._beeps_s], axis=0
            )
            wave = 12000 * is_on * np.sin(2 * np.pi * 1000 * times_s)
            late_s = self._jitter_s * self._random.random()
            if not self._deaf_s[0] <= times_s[0] < self._deaf_s[1]:
                chunks.append(SoundChunk(wave.astype(np.int16)[:, None], float(times_s[0]) + late_s))
            self._next += BLOCK
        return chunks

    def close(self):
        self.closed += 1
