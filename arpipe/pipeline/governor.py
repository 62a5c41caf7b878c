"""Holds the frame rate in live use by giving up quality that is missed least, one step at a time.

Each `QualityLevel` is cheaper than the one before it. When the frames of the last second are too slow at the 95th
percentile the governor steps down, and learns what that has saved; when they have long been fast enough that the
level above would fit too, it steps up. An upward step that has to be taken back doubles the wait before the next
try, so quality never pumps.
"""

import math
import operator
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from arpipe.pipeline.schedule import Rates
from arpipe.timing import percentile

FEWEST_FRAMES = 5  # a percentile of fewer says nothing
SAFETY = 0.9  # share of the frame's time that the level above may be expected to take
LARGEST_SAVING = (
    0.35  # share of its time that a level leaves at least: what seems to save more was other load
)


class QualityLevel(BaseModel):
    """What a level does without; None or True leaves it as configured.

    Attributes:
        name: For the screen and the profile.
        supersample: Samples a pixel along each axis at most, or None.
        shadow: Soft shadows on the skin.
        reflection: Surroundings reflected by frames and lenses. No level of ours goes without: on a CPU that draws
            it would save nothing (4.5 instead of 4.4 ms), and rims would glitter.
        attention: Refined lips, eyes and irises; without, the plain mesh.
        perception_every: How often each network runs at most; one number counts for all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    supersample: int | None = Field(default=None, ge=1, le=3)
    shadow: bool = True
    reflection: bool = True
    attention: bool = True
    perception_every: Rates = Rates()


DEFAULT_LEVELS = (
    QualityLevel(name="full"),
    QualityLevel(name="no supersampling", supersample=1),
    QualityLevel(name="no shadow", supersample=1, shadow=False),
    QualityLevel(name="plain mesh", supersample=1, shadow=False, attention=False),
    # In place of smaller network inputs, which the networks' fully connected last layers do not allow, the large
    # networks rest first: those of body, hands and mask take longer than the face's.
    QualityLevel(
        name="body, hands and mask every second frame",
        supersample=1,
        shadow=False,
        attention=False,
        perception_every=Rates(body=2, hands=2, mask=2),
    ),
    QualityLevel(
        name="every second frame",
        supersample=1,
        shadow=False,
        attention=False,
        perception_every=Rates.all(2),
    ),
)


class GovernorConfig(BaseModel):
    """When to change quality.

    Attributes:
        target_fps: Rate to hold.
        window_s: Time over which frames are judged, and that a new level is given to show itself.
        headroom: Share of the frame's time below which the 95th percentile must lie before stepping up; less where
            the step down has shown that the level above takes more.
        patience_s: For how long it must lie there.
        longest_patience_s: What the patience grows to, doubling with each upward step that failed; after so long,
            a step up is tried even where the level above seemed to take too much.
        levels: Best first.
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
        time_s: When, on the caller's clock.
        from_level, to_level: Names.
        p95_ms: What the frames took.
    """

    time_s: float
    from_level: str
    to_level: str
    p95_ms: float


class Governor:
    """Watches frame times and picks the level.

    Args:
        config: When to change.

    Attributes:
        same: Whether two levels come to the same for what is drawn now; assign it, and such levels are passed over.
        decisions: Every change so far.
    """

    def __init__(self, config: GovernorConfig | None = None) -> None:
        self.config = config or GovernorConfig()
        self.same: Callable[[QualityLevel, QualityLevel], bool] = operator.eq
        self.decisions: list[Decision] = []
        self._index = self._above = 0
        self._frames: deque[tuple[float, float]] = deque()
        self._changed_s = -math.inf
        self._easy_since_s = self._sure_since_s = math.inf
        self._patience_s = self.config.patience_s
        self._stepped_up = False
        self._slow_ms: float | None = None  # what made it step down to this level, until it has shown itself
        self._savings: dict[int, float] = {}  # level → what was left of its time one level below

    @property
    def level(self) -> QualityLevel:
        """The level in force."""
        return self.config.levels[self._index]

    def observe(self, time_s: float, frame_ms: float) -> Decision | None:
        """Take in one frame.

        Args:
            time_s: When it ended; rising.
            frame_ms: What it cost, waiting for the camera left out.

        Returns:
            The change of level that follows from it, or None.
        """
        if self._changed_s == -math.inf:
            self._changed_s = time_s  # the first level, too, is given a window's time
        self._frames.append((time_s, frame_ms))
        while self._frames[0][0] < time_s - self.config.window_s:
            self._frames.popleft()
        if len(self._frames) < FEWEST_FRAMES or time_s - self._changed_s < self.config.window_s:
            return None
        p95_ms = percentile([duration for _, duration in self._frames], 0.95)
        limit_ms = 1000.0 / self.config.target_fps
        if self._slow_ms is not None:
            self._savings[self._above] = max(p95_ms / self._slow_ms, LARGEST_SAVING)
            self._slow_ms = None
        if p95_ms > limit_ms:
            return self._step(time_s, +1, p95_ms)
        sure = min(self.config.headroom, SAFETY * self._savings.get(self._above, 1.0))
        self._easy_since_s = _since(time_s, self._easy_since_s, p95_ms <= limit_ms * self.config.headroom)
        self._sure_since_s = _since(time_s, self._sure_since_s, p95_ms <= limit_ms * sure)
        if self._stepped_up and time_s - self._changed_s > self._patience_s:
            self._stepped_up, self._patience_s = False, self.config.patience_s  # the step up has held
        sure_s, easy_s = time_s - self._sure_since_s, time_s - self._easy_since_s
        if sure_s >= self._patience_s or easy_s >= self.config.longest_patience_s:
            return self._step(time_s, -1, p95_ms)
        return None

    def _neighbour(self, by: int) -> int:
        """Index of the next level that makes a difference, of several alike the best; its own if there is none."""
        levels, index = self.config.levels, self._index
        last = len(levels) - 1 if by > 0 else 0
        while index != last:
            index += by
            if not self.same(levels[index], self.level):
                while index > 0 and self.same(levels[index - 1], levels[index]):
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
        self._easy_since_s = self._sure_since_s = math.inf
        self._frames.clear()
        self.decisions.append(decision)
        return decision


def _since(time_s: float, since_s: float, holds: bool) -> float:
    """When something began to hold; infinity while it does not."""
    return min(since_s, time_s) if holds else math.inf
