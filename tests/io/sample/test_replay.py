from itertools import islice

import numpy as np

from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.sample.replay import SampleReplay


def test_what_repeats_looks_as_it_did_and_has_its_own_time():
    config = SampleConfig(width=128, height=96, fps=1.0, frames=None, noise=0.0)  # a loop of ten frames
    with SampleSource(config) as source, SampleReplay(config) as replay:
        frames = list(islice(replay, 23))
        assert replay.info.fps == source.info.fps
        for index in (0, 9, 10, 22):
            drawn, given = source.frame(index), frames[index]
            assert (given.index, given.captured_s) == (drawn.index, drawn.captured_s)
            assert given.camera is replay.info.camera
            assert np.abs(given.pixels.astype(int) - drawn.pixels).mean() < 2.0
        assert (frames[10].pixels == frames[20].pixels).all()


def test_it_ends_when_the_sample_does():
    with SampleReplay(SampleConfig(width=64, height=64, fps=2.0, frames=25)) as replay:
        assert [frame.index for frame in replay] == list(range(25))
