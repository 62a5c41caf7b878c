"""Holds a frame rate in real time by lowering quality one level at a time.

Each `QualityLevel` is cheaper than the one before it. When the 95th percentile of the last second's frame times
exceeds the target, the governor steps down and learns how much time that saved; when frames have been fast enough for
long enough that the level above should fit, it steps up. A step up that has to be reverted doubles the wait before the
next attempt, so quality does not oscillate.
"""

import math
import operator
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from arpipe.pipeline.quality import DEFAULT_LEVELS, QualityLevel
from arpipe.timing import percentile

MIN_FRAMES = 5  # a percentile of fewer is meaningless
SAFETY = 0.9  # share of the frame time that the level above may be expected to use
MIN_RATIO = 0.35  # lowest credible time ratio of two levels: whatever seems to save more was other load


class GovernorConfig(BaseModel):
    """When to change quality.

    Attributes:
        target_fps: Frame rate to hold.
        window_s: Time over which frames are judged, and during which a new level is not judged yet.
        headroom: Share of the frame time below which the 95th percentile must stay before stepping up; less where
            stepping down has shown that the level above needs more.
        patience_s: How long it must stay there.
        longest_patience_s: Upper limit of the patience, which doubles with each failed step up; after this time a
            step up is tried even if the level above seemed too expensive.
        levels: Quality levels, best first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target_fps: float = Field(default=25.0, gt=0)
    window_s: float = Field(default=1.0, gt=0)
    headroom: float = Field(default=0.7, gt=0, lt=1)
    patience_s: float = Field(default=3.0, gt=0)
    longest_patience_s: float = Field(default=60.0, gt=0)
    levels: tuple[QualityLevel, ...] = Field(default=DEFAULT_LEVELS, min_length=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """One change of level.

    Attributes:
        time_s: Time of the change on the caller's clock.
        from_level, to_level: Names of the levels.
        p95_ms: 95th percentile of the frame times that led to it.
    """

    time_s: float
    from_level: str
    to_level: str
    p95_ms: float


class Governor:
    """Picks the quality level from measured frame times.

    Args:
        config: When to change quality.
        is_equivalent: Whether two levels have the same effect on the current stream; the governor skips a level that
            is equivalent to the current one.

    Attributes:
        decisions: All changes so far.
    """

    def __init__(
        self,
        config: GovernorConfig | None = None,
        is_equivalent: Callable[[QualityLevel, QualityLevel], bool] = operator.eq,
    ) -> None:
        self.config = config or GovernorConfig()
        self.decisions: list[Decision] = []
        self._is_equivalent = is_equivalent
        self._index = self._above = 0
        self._frames: deque[tuple[float, float]] = deque()
        self._changed_s = -math.inf
        self._easy_since_s = self._fits_since_s = math.inf
        self._patience_s = self.config.patience_s
        self._stepped_up = False
        self._slow_ms: float | None = (
            None  # p95 that caused the last step down, until the new level is measured
        )
        self._ratios: dict[
            int, float
        ] = {}  # level → measured time of the level below it, relative to its own

    @property
    def level(self) -> QualityLevel:
        """The current level."""
        return self.config.levels[self._index]

    def observe(self, time_s: float, frame_ms: float) -> Decision | None:
        """Take one frame into account.

        Args:
            time_s: When it ended; must not decrease.
            frame_ms: Time spent on it, without waiting for the camera.

        Returns:
            The change of level that it caused, or None.
        """
        if self._changed_s == -math.inf:
            self._changed_s = time_s  # the first level is not judged before a full window either
        self._frames.append((time_s, frame_ms))
        while self._frames[0][0] < time_s - self.config.window_s:
            self._frames.popleft()
        if len(self._frames) < MIN_FRAMES or time_s - self._changed_s < self.config.window_s:
            return None
        p95_ms = percentile([duration for _, duration in self._frames], 0.95)
        self._learn_ratio(p95_ms)
        if p95_ms > 1000.0 / self.config.target_fps:
            return self._step(time_s, +1, p95_ms)
        return self._step(time_s, -1, p95_ms) if self._has_headroom(time_s, p95_ms) else None

    def _learn_ratio(self, p95_ms: float) -> None:
        """Note what the last step down has saved, once the new level is measured."""
        if self._slow_ms is not None:
            self._ratios[self._above] = max(p95_ms / self._slow_ms, MIN_RATIO)
            self._slow_ms = None

    def _has_headroom(self, time_s: float, p95_ms: float) -> bool:
        """Whether frames have been fast enough for long enough to try the level above."""
        config, limit_ms = self.config, 1000.0 / self.config.target_fps
        fitting = min(config.headroom, SAFETY * self._ratios.get(self._above, 1.0))
        self._easy_since_s = _since(time_s, self._easy_since_s, p95_ms <= limit_ms * config.headroom)
        self._fits_since_s = _since(time_s, self._fits_since_s, p95_ms <= limit_ms * fitting)
        if self._stepped_up and time_s - self._changed_s > self._patience_s:
            self._stepped_up, self._patience_s = False, config.patience_s  # the step up has held
        fits_s, easy_s = time_s - self._fits_since_s, time_s - self._easy_since_s
        return fits_s >= self._patience_s or easy_s >= config.longest_patience_s

    def _neighbour(self, by: int) -> int:
        """Index of the next level that is not equivalent (the best of several alike), or the current index."""
        levels, index = self.config.levels, self._index
        last = len(levels) - 1 if by > 0 else 0
        while index != last:
            index += by
            if not self._is_equivalent(levels[index], self.level):
                while index > 0 and self._is_equivalent(levels[index - 1], levels[index]):
                    index -= 1
                return index
        return self._index

    def _step(self, time_s: float, by: int, p95_ms: float) -> Decision | None:
        index = self._neighbour(by)
        if index == self._index:
            return None
        if by > 0 and self._stepped_up:
            self._patience_s = min(2.0 * self._patience_s, self.config.longest_patience_s)
        self._stepped_up = by < 0
        self._slow_ms = p95_ms if by > 0 else None
        decision = Decision(time_s, self.level.name, self.config.levels[index].name, p95_ms)
        self._index, self._changed_s = index, time_s
        self._above = self._neighbour(-1)
        self._easy_since_s = self._fits_since_s = math.inf
        self._frames.clear()
        self.decisions.append(decision)
        return decision


def _since(time_s: float, since_s: float, holds: bool) -> float:
    """Since when a condition has held without a break; infinity while it does not hold."""
    return min(since_s, time_s) if holds else math.inf
