"""The past of one body or hand: smooths what is seen, and carries it on between looks."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from arpipe.models.crop_network import Sighting
from arpipe.tracking.filters import OneEuroConfig, OneEuroFilter
from arpipe.types import Points

Seen = TypeVar("Seen", bound=Sighting)

WORLD_SIZE_M = 1.0  # points in metres are smoothed by their speed in m/s
TRUST_GAIN = 0.1  # share of a new visibility in the shown one, as in MediaPipe's graph
DAMPING = 0.8  # share of the last speed that is carried on
LONGEST_S = 0.2  # a speed says nothing about what comes later


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """Two shown positions that follow each other, and the time between them."""

    last: Sighting
    change_px: Points
    change_m: Points
    time_s: float
    interval_s: float


class Motion:
    """A `Memory` of one subject.

    Args:
        smoothing: Of points in px; None for none.
        world_smoothing: Of points in m; None for none.
    """

    def __init__(self, smoothing: OneEuroConfig | None, world_smoothing: OneEuroConfig | None) -> None:
        self._image = None if smoothing is None else OneEuroFilter(smoothing)
        self._world = None if world_smoothing is None else OneEuroFilter(world_smoothing)
        self._shown: Sighting | None = None
        self._time_s = 0.0
        self._step: _Step | None = None

    def take(self, seen: Seen, time_s: float, size_px: float) -> Seen:  # noqa: D102
        landmarks, world_m = seen.landmarks, seen.world_m
        if self._image is not None:
            points = self._image.apply(landmarks.points_px, time_s, size_px)
            before = landmarks if self._shown is None else self._shown.landmarks
            landmarks = replace(
                landmarks,
                points_px=points,
                visibility=_eased(before.visibility, landmarks.visibility),
                presence=_eased(before.presence, landmarks.presence),
            )
        if self._world is not None:
            world_m = self._world.apply(world_m, time_s, WORLD_SIZE_M)
        shown = replace(seen, landmarks=landmarks, world_m=world_m)
        self._step = None
        if self._shown is not None and 0 < time_s - self._time_s <= LONGEST_S:
            self._step = _Step(
                last=shown,
                change_px=landmarks.points_px - self._shown.landmarks.points_px,
                change_m=world_m - self._shown.world_m,
                time_s=time_s,
                interval_s=time_s - self._time_s,
            )
        self._shown, self._time_s = shown, time_s
        return shown

    def reaches(self, time_s: float) -> bool:  # noqa: D102
        return self._step is not None and 0 < time_s - self._step.time_s <= LONGEST_S

    def ahead(self, seen: Seen, time_s: float) -> Seen:
        """The last sighting, moved on at nearly its last speed."""
        step = self._step
        if step is None or not self.reaches(time_s):
            return seen
        share = np.float32(DAMPING * (time_s - step.time_s) / step.interval_s)
        points = step.last.landmarks.points_px + share * step.change_px
        landmarks = replace(seen.landmarks, points_px=points)
        return replace(seen, landmarks=landmarks, world_m=step.last.world_m + share * step.change_m)


def _eased(before: Points | None, now: Points | None) -> Points | None:
    if before is None or now is None:
        return now
    return before + np.float32(TRUST_GAIN) * (now - before)
