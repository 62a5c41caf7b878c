"""One body from frame to frame, with its mask."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.models.body_pose import SIDE_PX, BodyObservation, BodyPose, PersonDetector, body_roi, circle_roi
from arpipe.timing import StageTimer
from arpipe.tracking.filters import OneEuroConfig
from arpipe.tracking.mediapipe.many import ManyTracker
from arpipe.tracking.mediapipe.smoothing import AxisOneEuroFilter, LowPassFilter, steady_mask
from arpipe.tracking.networks import Networks
from arpipe.types import Frame, Points, Roi

SMOOTHING = OneEuroConfig(min_cutoff=0.05, beta=80.0, derivate_cutoff=1.0)
CIRCLE_SMOOTHING = OneEuroConfig(min_cutoff=0.01, beta=10.0, derivate_cutoff=1.0)
WORLD_SMOOTHING = OneEuroConfig(min_cutoff=0.1, beta=40.0, derivate_cutoff=1.0)


@dataclass(frozen=True, slots=True)
class BodyOptions:
    """What trackers of bodies can be asked for.

    Attributes:
        follows: False treats every frame by itself, unsmoothed.
        smooth_landmarks: Filter the landmarks over time.
        smooth_crops: Filter the crops over time, as solutions do; tasks do not.
        mask: Segment the person too.
        smooth_mask: Filter the mask over time.
        min_detection: Score that a detection needs.
        min_presence: Score above which landmarks count.
    """

    follows: bool = True
    smooth_landmarks: bool = True
    smooth_crops: bool = True
    mask: bool = False
    smooth_mask: bool = True
    min_detection: float = 0.5
    min_presence: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The body of one frame.

    Attributes:
        observation: Landmarks in px and m, smoothed if so asked.
        mask: (h, w) float32 in [0, 1] over the frame; None unless asked for.
    """

    observation: BodyObservation
    mask: Points | None


class SingleBodyTracker:
    """Tracks the most prominent person.

    Args:
        options: What is asked for.
        runtime: Loads the networks and owns them.
    """

    def __init__(self, options: BodyOptions, runtime: Runtime) -> None:
        self._options = options
        self._detector = PersonDetector(runtime, options.min_detection)
        self._network = BodyPose(runtime, mask=options.mask)
        self._points = AxisOneEuroFilter(SMOOTHING)
        self._circle = AxisOneEuroFilter(CIRCLE_SMOOTHING)
        self._world = AxisOneEuroFilter(WORLD_SMOOTHING)
        self._visibility = LowPassFilter()
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._roi: Roi | None = None
        self._mask: Points | None = None
        for memory in (self._points, self._circle, self._world, self._visibility):
            memory.reset()

    def find(self, frame: Frame, timer: StageTimer) -> list[Body]:
        """Find the person in the next frame; an empty list when there is none."""
        body = self.update(frame, timer)
        return [] if body is None else [body]

    def update(self, frame: Frame, timer: StageTimer) -> Body | None:
        """Find the person in the next frame; None when there is none."""
        roi = self._roi if self._options.follows else None
        if roi is None:
            found = self._detector.detect(frame, timer)[:1]
            roi = body_roi(found[0]) if found else None
        seen = None if roi is None else self._network.locate(frame, [roi], timer)[0]
        if seen is None or not seen.landmarks.score > self._options.min_presence:
            self.reset()
            return None
        with timer.stage("track"):
            self._roi = self._next_roi(seen, frame.captured_s)
            return Body(self._smoothed(seen, frame.captured_s), self._placed_mask(seen, frame))

    def _next_roi(self, seen: BodyObservation, time_s: float) -> Roi | None:
        if not self._options.smooth_crops:
            return seen.next_roi
        return circle_roi(*self._circle.apply(seen.circle_px, time_s, _size(seen)))

    def _smoothed(self, seen: BodyObservation, time_s: float) -> BodyObservation:
        if not (self._options.smooth_landmarks and self._options.follows):
            return seen
        landmarks = seen.landmarks
        visibility = landmarks.visibility
        return replace(
            seen,
            landmarks=replace(
                landmarks,
                points_px=self._points.apply(landmarks.points_px, time_s, _size(seen)),
                visibility=None if visibility is None else self._visibility.apply(visibility),
            ),
            world_m=self._world.apply(seen.world_m, time_s, 1.0),
        )

    def _placed_mask(self, seen: BodyObservation, frame: Frame) -> Points | None:
        mask = _placed(seen, frame)
        if mask is None:
            return None
        smooths = self._options.smooth_mask and self._options.follows
        if smooths and self._mask is not None and self._mask.shape == mask.shape:
            mask = steady_mask(mask, self._mask)
        self._mask = mask
        return mask


class ManyBodiesTracker:
    """Tracks several people, unsmoothed.

    Args:
        options: What is asked for; nothing is smoothed.
        wanted: People from which on detection pauses.
        runtime: Loads the networks and owns them.
    """

    def __init__(self, options: BodyOptions, wanted: int, runtime: Runtime) -> None:
        detector = PersonDetector(runtime, options.min_detection)
        networks = Networks(detector, body_roi, BodyPose(runtime, mask=options.mask))
        self._tracker = ManyTracker(networks, wanted, options.min_presence, follows=options.follows)

    def find(self, frame: Frame, timer: StageTimer) -> list[Body]:
        """Find the people in the next frame."""
        return [Body(seen, _placed(seen, frame)) for seen in self._tracker.update(frame, timer)]


def place_mask(mask: Points, roi: Roi, width: int, height: int) -> Points:
    """Place the mask of a square in its frame, (height, width) float32; 0 outside the square."""
    image_from_crop = roi.image_from_crop(SIDE_PX).matrix
    placed = cv2.warpAffine(mask, image_from_crop, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(placed, np.float32)


def _placed(seen: BodyObservation, frame: Frame) -> Points | None:
    return None if seen.mask is None else place_mask(seen.mask, seen.roi, frame.width, frame.height)


def _size(seen: BodyObservation) -> float:
    """Diameter of the circle around the body, px, in which speeds are counted."""
    return 2.0 * float(np.linalg.norm(seen.circle_px[1] - seen.circle_px[0]))
