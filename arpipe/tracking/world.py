"""Tracks of subjects with points in px and in metres: bodies and hands."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from arpipe.models.crop_network import WorldObservation
from arpipe.tracking.filters import OneEuroConfig, OneEuroFilter
from arpipe.tracking.prediction import extrapolate_points
from arpipe.tracking.settings import TrackerConfig
from arpipe.tracking.track import Result, Track
from arpipe.types import Landmarks, Points, Roi

WorldObserved = TypeVar("WorldObserved", bound=WorldObservation)

WORLD_SIZE_M = 1.0  # points in metres are smoothed by their speed in m/s
TRUST_GAIN = 0.1  # share of a new visibility in the shown one, as in MediaPipe's graph


class WorldTrack(Track[WorldObserved, Result]):
    """A body or hand being followed.

    Args:
        track_id: As in `Track`.
        roi: As in `Track`.
        config: How points in px are smoothed; without smoothing, neither are those in metres.
        world_smoothing: How points in metres are smoothed.
    """

    def __init__(
        self, track_id: int, roi: Roi, config: TrackerConfig, world_smoothing: OneEuroConfig
    ) -> None:
        super().__init__(track_id, roi)
        smoothing = config.smooths
        self._image = None if smoothing is None else OneEuroFilter(smoothing)
        self._world = None if smoothing is None else OneEuroFilter(world_smoothing)
        self._landmarks: Landmarks | None = None

    def smooth(self, observed: WorldObserved, time_s: float) -> WorldObserved:  # noqa: D102
        if self._image is None or self._world is None:
            return observed
        landmarks, before = observed.landmarks, self._landmarks or observed.landmarks
        self._landmarks = replace(
            landmarks,
            points_px=self._image.apply(landmarks.points_px, time_s, self.roi.size_px),
            visibility=_ease(before.visibility, landmarks.visibility),
            presence=_ease(before.presence, landmarks.presence),
        )
        world_m = self._world.apply(observed.world_m, time_s, WORLD_SIZE_M)
        return replace(observed, landmarks=self._landmarks, world_m=world_m)

    @staticmethod
    def extrapolate(before: WorldObserved, last: WorldObserved, factor: float) -> WorldObserved:  # noqa: D102
        points = extrapolate_points(before.landmarks.points_px, last.landmarks.points_px, factor)
        return replace(
            last,
            landmarks=replace(last.landmarks, points_px=points),
            world_m=extrapolate_points(before.world_m, last.world_m, factor),
        )


def _ease(before: Points | None, now: Points | None) -> Points | None:
    if before is None or now is None:
        return now
    return before + np.float32(TRUST_GAIN) * (now - before)
