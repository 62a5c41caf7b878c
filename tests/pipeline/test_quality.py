"""Quality levels: what they limit, and when two of them are the same."""

from arpipe.pipeline.perception import PerceptionQuality
from arpipe.pipeline.quality import (
    DEFAULT_LEVELS,
    QualityLevel,
    apply_quality,
    is_equivalent,
    limit_rendering,
)
from arpipe.pipeline.schedule import Rates
from arpipe.render.config import RenderConfig


class FakeStream:
    """Perception of faces alone, and a renderer."""

    def __init__(self):
        self.quality = PerceptionQuality()
        self.render = None

    def effective(self, quality):
        return PerceptionQuality(quality.attention, Rates(face=quality.every.face))

    def set_quality(self, render):
        self.render = render


def test_level_never_asks_for_more_than_is_configured():
    configured = RenderConfig(supersample=1, shadow=False)
    assert limit_rendering(configured, QualityLevel(name="more", supersample=3)) == configured


def test_level_is_applied_to_perception_and_renderer():
    stream = FakeStream()
    apply_quality(DEFAULT_LEVELS[-1], RenderConfig(supersample=3), stream, stream)
    assert stream.render == RenderConfig(supersample=1, shadow=False)
    assert stream.quality == PerceptionQuality(attention=False, every=Rates.all(2))
    apply_quality(DEFAULT_LEVELS[0], RenderConfig(supersample=3), stream, stream)
    assert stream.render == RenderConfig(supersample=3)
    assert stream.quality == PerceptionQuality()


def test_levels_are_equivalent_if_nothing_that_is_drawn_or_tracked_differs():
    stream, (full, no_supersampling, *_) = FakeStream(), DEFAULT_LEVELS
    assert is_equivalent(full, no_supersampling, RenderConfig(supersample=1), stream)
    assert not is_equivalent(full, no_supersampling, RenderConfig(supersample=2), stream)
    plain, bodies, every_second = DEFAULT_LEVELS[-3:]
    assert is_equivalent(plain, bodies, RenderConfig(), stream)  # no bodies are tracked
    assert not is_equivalent(bodies, every_second, RenderConfig(), stream)
