"""`Pipeline.process`: detect and render in one call."""

import threading

import numpy as np
import pytest

from arpipe.io.sample import sample_portrait
from arpipe.pipeline import pipeline as module
from arpipe.pipeline.pipeline import Pipeline
from arpipe.render.config import RenderConfig

pytestmark = [pytest.mark.gl, pytest.mark.weights]

STEADY = module.PipelineConfig(
    render=RenderConfig(match_sharpness=False)
)  # grain differs from frame to frame


def test_large_frames_are_copied_on_another_thread_and_give_the_same_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = sample_portrait(640, 360)
    before = frame.pixels.copy()
    threads = threading.active_count()
    pictures = []
    for limit in (frame.pixels.nbytes + 1, 1):
        monkeypatch.setattr(module, "LARGE_FRAME_BYTES", limit)
        with Pipeline(STEADY, effects=["aviator"]) as pipeline:
            pictures.append(pipeline.process(frame).pixels)
    assert np.array_equal(*pictures)
    assert (pictures[0] != before).any()
    assert np.array_equal(frame.pixels, before)
    assert threading.active_count() <= threads
