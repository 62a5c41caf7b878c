"""Several pipelines on one thread do not disturb each other's OpenGL."""

import numpy as np
import pytest

from arpipe.io.sample import sample_portrait
from arpipe.pipeline.pipeline import Pipeline

pytestmark = [pytest.mark.gl, pytest.mark.weights]


def test_pipelines_take_turns_on_a_thread_and_one_may_close_first() -> None:
    frame = sample_portrait(640, 360)
    with Pipeline(effects=["evening"]) as staying:
        seen = staying(frame)
        with Pipeline(effects=["aviator"]) as leaving:
            worn = leaving(frame)
            glasses = leaving.draw(worn)
            makeup = staying.draw(seen)
            assert np.array_equal(leaving.draw(worn), glasses)
        assert np.array_equal(staying.draw(seen), makeup)
    assert (glasses != frame.pixels).any()
    assert (makeup != frame.pixels).any()
