"""Several pipelines on one thread do not disturb each other's OpenGL."""

import numpy as np
import pytest

from arpipe.io.sample import sample_portrait
from arpipe.needs import Need
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.types import Frame, FrameResult, Pixels

pytestmark = [pytest.mark.gl, pytest.mark.weights]

STEADY = RenderConfig(match_sharpness=False)  # no grain, which is random


def test_pipelines_take_turns_on_a_thread_and_one_may_close_first() -> None:
    frame = sample_portrait(640, 360)
    with Pipeline(effects=["evening"]) as staying:
        seen = staying.detect(frame)
        with Pipeline(effects=["aviator"]) as leaving:
            other = leaving.detect(frame)
            glasses = leaving.render(other).pixels
            makeup = staying.render(seen).pixels
            assert np.array_equal(leaving.render(other).pixels, glasses)
        assert np.array_equal(staying.render(seen).pixels, makeup)
    assert (glasses != frame.pixels).any()
    assert (makeup != frame.pixels).any()


def test_renderers_that_share_a_context_draw_as_if_alone() -> None:
    """Light, fit and complexion belong to the stream, also where two streams share effects and OpenGL."""
    frame = sample_portrait(640, 360)
    dark = Frame((frame.pixels // 3).astype(np.uint8), 0.0, 0)
    with Perception(needs=frozenset({Need.FACE, Need.IRIS})) as perception:
        streams = []
        for pixels in (frame.pixels, dark.pixels):
            perception.reset()
            frames = [Frame(pixels, index / 30.0, index) for index in range(4)]
            streams.append([perception.detect(each) for each in frames])
    effects = ["evening", "aviator"]

    def alone(results: list[FrameResult]) -> list[Pixels]:
        with EffectRenderer(STEADY, effects) as renderer:
            return [renderer.render(result).pixels for result in results]

    expected = [alone(results) for results in streams]
    with (
        GlContext.headless() as context,
        EffectRenderer(STEADY, effects, context=context) as one,
        EffectRenderer(STEADY, effects, context=context) as other,
    ):
        for bright, dim, *truth in zip(*streams, *expected, strict=True):
            assert np.array_equal(one.render(bright).pixels, truth[0])
            assert np.array_equal(other.render(dim).pixels, truth[1])
