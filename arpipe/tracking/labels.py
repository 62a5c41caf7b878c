"""A label that does not flicker, from scores that do."""

import math
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.types import Points


class SteadyLabelConfig(BaseModel):
    """When a label changes.

    Attributes:
        average_s: Time constant of the mean of the scores; 0 takes every frame by itself.
        on: Mean score from which a class becomes the label.
        off: Mean score below which it is the label no longer.
        hold_frames: Frames for which a class must lead before it becomes the label.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    average_s: float = Field(default=0.2, ge=0, le=5)
    on: float = Field(default=0.7, gt=0, le=1)
    off: float = Field(default=0.5, ge=0, le=1)
    hold_frames: int = Field(default=3, ge=1, le=100)


class SteadyLabel:
    """Averages the scores of classes over time, and changes the label only where another class leads clearly.

    Args:
        config: When the label changes.
        names: Names of the classes.
        none: The class that is the label while no other one is.
    """

    def __init__(self, config: SteadyLabelConfig, names: Sequence[str], none: str) -> None:
        self._config, self._names, self._none = config, tuple(names), none
        self._mean: Points | None = None
        self._last_s = 0.0
        self._candidate = none
        self._led = 0
        self.label = none

    def update(self, scores: Points, time_s: float) -> Points:
        """Take the scores of a frame into account.

        Args:
            scores: (k,) of the classes.
            time_s: Time of the frame, rising; a frame whose time is not a number has no weight.

        Returns:
            (k,) float32 mean scores; the attribute `label` follows from them.
        """
        mean = self._average(np.asarray(scores, np.float32), time_s)
        self._decide(dict(zip(self._names, mean.tolist(), strict=True)))
        return mean

    def _average(self, scores: Points, time_s: float) -> Points:
        if not math.isfinite(time_s):
            return scores if self._mean is None else self._mean
        if self._mean is None or self._config.average_s == 0:
            self._mean = scores
        else:
            gain = 1.0 - math.exp(-max(time_s - self._last_s, 0.0) / self._config.average_s)
            self._mean = (self._mean + gain * (scores - self._mean)).astype(np.float32)
        self._last_s = time_s
        return self._mean

    def _decide(self, scores: dict[str, float]) -> None:
        leader = max(scores, key=scores.__getitem__)
        leads = scores[leader] >= self._config.on
        self._led = self._led + 1 if leads and leader == self._candidate else int(leads)
        self._candidate = leader if leads else self._none
        if self._led >= self._config.hold_frames:
            self.label = leader
        elif scores[self.label] < self._config.off:
            self.label = self._none
