"""Quality levels: what they limit, and when two of them are the same."""

from arpipe.pipeline.perception_config import PerceptionQuality
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

    def __init__(self, configured=None):
        self.quality = PerceptionQuality()
        self.render = None
        self.configured_quality = configured

    def effective(self, quality):
        return PerceptionQuality(quality.attention, Rates(face=quality.every.face))

    def set_quality(self, render):
        self.render = render


def test_level_never_asks_for_more_than_is_configured():
    configured = RenderConfig(supersample=1, shadow=False)
    assert limit_rendering(configured, QualityLevel(name="more", supersample=3)) == configured


def test_level_is_applied_to_perception_and_renderer():
    stream = FakeStream(RenderConfig(supersample=3))
    apply_quality(DEFAULT_LEVELS[-1], stream, stream)
    assert stream.render == RenderConfig(supersample=1, shadow=False)
    assert stream.quality == PerceptionQuality(
        attention=False, every=Rates.all(2).slowest(Rates(occlusion=3)), pose_views=False
    )
    apply_quality(DEFAULT_LEVELS[0], stream, stream)
    assert stream.render == RenderConfig(supersample=3)
    assert stream.quality == PerceptionQuality()


def test_levels_are_equivalent_if_nothing_that_is_drawn_or_tracked_differs():
    fine, coarse = (FakeStream(RenderConfig(supersample=samples)) for samples in (2, 1))
    full, no_supersampling, *_ = DEFAULT_LEVELS
    assert is_equivalent(full, no_supersampling, coarse, coarse)
    assert not is_equivalent(full, no_supersampling, fine, fine)
    plain, bodies, every_second = DEFAULT_LEVELS[-3:]
    assert is_equivalent(plain, bodies, fine, fine)  # no bodies are tracked
    assert not is_equivalent(bodies, every_second, fine, fine)
