"""Holding the frame rate of one stream."""

import time

from arpipe.pipeline.governor import Decision, Governor, GovernorConfig
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.quality import QualityLevel, apply_quality, is_equivalent
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.timing import Clock

SETTLING_S = 0.4


class Pacer:
    """Feeds frame times to a governor and applies the level that it picks.

    Args:
        config: When to change quality.
        perception: Perception of the stream.
        renderer: Renderer of the stream.
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
        self._settled_s: float | None = None

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
        now_s = self._clock()
        if self._settled_s is None:
            self.settle()  # the first frame loads and builds most
        elif now_s >= self._settled_s and self._governor.observe(now_s, cost_ms) is not None:
            apply_quality(self.level, self._perception, self._renderer)

    def _is_equivalent(self, one: QualityLevel, other: QualityLevel) -> bool:
        return is_equivalent(one, other, self._perception, self._renderer)
