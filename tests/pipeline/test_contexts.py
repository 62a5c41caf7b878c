"""Several pipelines on one thread do not disturb each other's OpenGL."""

import numpy as np
import pytest

from arpipe.io.sample import sample_portrait
from arpipe.pipeline.pipeline import Pipeline

pytestmark = [pytest.mark.gl, pytest.mark.weights]


def test_pipelines_take_turns_on_a_thread_and_one_may_close_first() -> None:
    frame = sample_portrait(640, 360)
    with Pipeline(effects=["evening"]) as staying:
        seen = staying.detect(frame)
        with Pipeline(effects=["aviator"]) as leaving:
            worn = leaving.detect(frame)
            glasses = leaving.render(worn).pixels
            makeup = staying.render(seen).pixels
            assert np.array_equal(leaving.render(worn).pixels, glasses)
        assert np.array_equal(staying.render(seen).pixels, makeup)
    assert (glasses != frame.pixels).any()
    assert (makeup != frame.pixels).any()
