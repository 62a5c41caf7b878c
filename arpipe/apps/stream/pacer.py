"""Holding the frame rate of one stream."""

import time

from arpipe.pipeline.governor import Decision, Governor, GovernorConfig
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.quality import QualityLevel, apply_quality, is_equivalent
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.timing import Clock

SETTLING_S = 0.4


class Pacer:
    """Feeds frame times to a governor and applies the level that it picks.

    Args:
        config: When to change quality.
        perception: Perception of the stream.
        renderer: Renderer of the stream; its quality at the first frame is the configured one.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        config: GovernorConfig,
        perception: Perception,
        renderer: EffectRenderer,
        clock: Clock = time.monotonic,
    ) -> None:
        self._perception, self._renderer, self._clock = perception, renderer, clock
        self._governor = Governor(config, self._is_equivalent)
        self._configured: RenderConfig | None = None  # known once the first frame is drawn
        self._settled_s = 0.0

    @property
    def level(self) -> QualityLevel:
        """The current quality level."""
        return self._governor.level

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """All changes of level so far."""
        return tuple(self._governor.decisions)

    def settle(self) -> None:
        """Ignore frames for a moment: effects are about to be built, or networks to be loaded."""
        self._settled_s = self._clock() + SETTLING_S

    def observe(self, cost_ms: float) -> None:
        """Take a drawn frame into account, and apply another level if the governor decides so.

        Args:
            cost_ms: Time spent on the frame, without waiting for the camera or the screen.
        """
        if self._configured is None:
            self.settle()
        self._configured = self._renderer.configured_quality
        now_s = self._clock()
        if self._configured is None or now_s < self._settled_s:
            return
        if self._governor.observe(now_s, cost_ms) is not None:
            apply_quality(self.level, self._configured, self._perception, self._renderer)

    def _is_equivalent(self, one: QualityLevel, other: QualityLevel) -> bool:
        return is_equivalent(one, other, self._configured or RenderConfig(), self._perception)
