import numpy as np
import pytest

from arpipe.io.audio.sound import SoundChunk
from arpipe.io.audio.timeline import MAX_LAG_S, SoundTimeline

RATE_HZ = 1000


def chunk(begin_s, count=20):
    return SoundChunk(np.full((count, 1), 7, np.int16), begin_s)


def test_sound_before_the_first_picture_is_left_out_and_later_sound_follows_silence():
    early = SoundTimeline(RATE_HZ, 1, origin_s=100.0)
    assert len(early.add(chunk(99.5))) == 0
    assert len(early.add(chunk(99.99))) == 10
    late = SoundTimeline(RATE_HZ, 1, origin_s=100.0)
    assert late.add(chunk(100.3))[:, 0].tolist() == [0] * 300 + [7] * 20
    assert late.position == 320


def test_jitter_of_the_times_moves_nothing():
    timeline, random = SoundTimeline(RATE_HZ, 1, 0.0), np.random.default_rng(1)
    timeline.add(chunk(0.0))
    for number in range(1, 200):
        assert len(timeline.add(chunk(0.02 * number + 0.03 * (random.random() - 0.5)))) == 20


@pytest.mark.parametrize("speed", [0.999, 1.001], ids=["slow", "fast"])
def test_a_sound_card_whose_clock_is_off_stays_in_step(speed):
    timeline, worst = SoundTimeline(RATE_HZ, 1, 0.0), 0.0
    for number in range(20_000):
        begin_s = 0.02 * number / speed
        timeline.add(chunk(begin_s))
        worst = max(worst, abs((timeline.position - 20) / RATE_HZ - begin_s))
    assert worst < 0.02


def test_gaps_are_filled_with_silence_at_once():
    timeline = SoundTimeline(RATE_HZ, 1, 0.0)
    timeline.add(chunk(0.0))
    assert timeline.add(chunk(1.0))[:, 0].tolist() == [0] * 980 + [7] * 20
    assert len(timeline.fill(1.0 + MAX_LAG_S)) == 0
    assert not timeline.fill(2.0 + MAX_LAG_S).any()
    assert timeline.position == 2000
    assert len(timeline.add(chunk(1.5))) == 0  # what comes after all is too late
