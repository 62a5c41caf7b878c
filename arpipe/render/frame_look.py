"""Sharpness, motion blur and noise of the faces of a stream, which overlays must match."""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.render.sharpness import Sharpness, measure, measure_streaks
from arpipe.render.view import Region
from arpipe.types import Frame, FrameResult, Pixels, TrackedFace

MEASURE_EVERY = 12  # frames; sharpness and noise change with focus and light, not from frame to frame
MEASURE_WIDTH_PX, MEASURE_HEIGHT_PX = 208, 120  # enough for edges and flat blocks, in 0.3 ms
PULL = 0.35  # weight of a new measurement in the running mean

# A camera exposes for about as long in the next frame as in this one, so that streaks follow from the face's speed.
USUAL_EXPOSURE_S, MAX_EXPOSURE_S = 0.008, 0.034  # of a webcam in daylight, and of one in a dim room
MAX_INTERVAL_S = 0.15  # between two frames from which a speed is taken
CLEAR_STREAK_PX = 6.0  # at the longest exposure; the exposure is learned from faster faces
LEARN_EVERY = 3  # frames
MIN_STREAK_PX, MAX_STREAK_PX = 1.5, 48.0  # shorter ones are not seen


@dataclass(frozen=True, slots=True)
class FrameLook:
    """What an overlay must match.

    Attributes:
        blur_px: Gaussian sigma by which an overlay must be softened, px.
        noise: Standard deviation of the luminance noise, levels of 255.
        streak_px: Length of the streaks of motion blur in x and y, px.
    """

    blur_px: float
    noise: float
    streak_px: tuple[float, float] = (0.0, 0.0)

    @property
    def reach_px(self) -> float:
        """How far matching spreads an edge, px."""
        return 2.5 * self.blur_px + 0.5 * math.hypot(*self.streak_px)

    @property
    def spread_px(self) -> float:
        """Gaussian sigma of blur and streaks together, the same in all directions, px."""
        length = math.hypot(*self.streak_px)
        return math.sqrt(self.blur_px**2 + length**2 / 24.0)


UNMATCHED = FrameLook(0.0, 0.0)


@dataclass(slots=True, eq=False)
class _State:
    """A face of the stream.

    Attributes:
        sharpness: Smoothed over time.
        age: Frames since the last measurement.
        center_px: (2,) position in the latest frame.
        time_s: Time of the latest frame.
        look: Of the latest frame.
    """

    sharpness: Sharpness
    age: int
    center_px: Array
    time_s: float
    look: FrameLook


class FrameLookEstimator:
    """Estimates the look of each face, by measurements every few frames."""

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}
        self._fresh: set[int] = set()
        self._exposure_s = USUAL_EXPOSURE_S
        self._faceless: tuple[int, FrameLook] | None = None

    def reset(self) -> None:
        """Forget all faces: the next frame begins another stream."""
        self._states, self._exposure_s, self._faceless = {}, USUAL_EXPOSURE_S, None

    def begin_frame(self, result: FrameResult) -> None:
        """Start the next frame; forget faces that are gone."""
        present = {face.track_id for face in result.faces if face.age_frames > 0}
        self._states = {key: state for key, state in self._states.items() if key in present}
        self._fresh.clear()

    def estimate(self, frame: Frame, face: TrackedFace) -> FrameLook:
        """Return the look of a face, the same object for all calls within a frame."""
        before = self._states.get(face.track_id)
        if before is None or face.track_id not in self._fresh:
            before = self._states[face.track_id] = self._updated(before, frame, face)
            self._fresh.add(face.track_id)
        return before.look

    def estimate_faceless(self, frame: Frame, region: Region) -> FrameLook:
        """Return the look of a region without faces, measured in its middle every few frames."""
        age, look = self._faceless or (MEASURE_EVERY, UNMATCHED)
        if age >= MEASURE_EVERY:
            x, y = region.x + region.width / 2, region.y + region.height / 2
            sharpness = measure(_window(frame, x, y))
            age, look = 0, FrameLook(sharpness.blur_px, sharpness.noise)
        self._faceless = age + 1, look
        return look

    def _updated(self, before: _State | None, frame: Frame, face: TrackedFace) -> _State:
        points = face.landmarks.points_px[:, :2]
        center = points.mean(axis=0, dtype=np.float64)
        if before is None:
            sharpness = measure(_detail(frame, face))
            look = FrameLook(sharpness.blur_px, sharpness.noise)
            return _State(sharpness, 0, center, frame.captured_s, look)
        age, sharpness = before.age + 1, before.sharpness
        speed = _speed(before, center, frame.captured_s)  # px/s
        fastest_px = float(np.hypot(*speed)) * MAX_EXPOSURE_S
        if fastest_px > CLEAR_STREAK_PX:
            if age % LEARN_EVERY == 0:
                self._learn_exposure(_detail(frame, face), speed)
        elif age >= MEASURE_EVERY:  # a moving face is not a measure of focus
            age, sharpness = 0, _smoothed(sharpness, measure(_detail(frame, face)))
        look = FrameLook(sharpness.blur_px, sharpness.noise, self._streak(speed))
        return _State(sharpness, age, center, frame.captured_s, look)

    def _streak(self, speed: Array) -> tuple[float, float]:
        streak = speed * self._exposure_s
        length = float(np.hypot(*streak))
        if length < MIN_STREAK_PX:
            return 0.0, 0.0
        x, y = (streak * min(1.0, MAX_STREAK_PX / length)).tolist()
        return x, y

    def _learn_exposure(self, pixels: Pixels, speed: Array) -> None:
        size = float(np.hypot(*speed))
        streak_px = measure_streaks(pixels, speed / size, size * self._exposure_s)
        found_s = min(streak_px / size, MAX_EXPOSURE_S)
        self._exposure_s += PULL * (found_s - self._exposure_s)


def _speed(before: _State, center_px: Array, now_s: float) -> Array:
    """Return (2,) px/s; zero where frames are too far apart."""
    interval = now_s - before.time_s
    if not 0.0 < interval <= MAX_INTERVAL_S:
        return np.zeros(2)
    speed: Array = (center_px - before.center_px) / interval
    return speed


def _detail(frame: Frame, face: TrackedFace) -> Pixels:
    """Return the pixels around the wider eye, which has sharp edges whatever its size in the picture."""
    eyes = [face.landmarks.region(f"{side}_eye")[:, :2] for side in ("left", "right")]
    x, y = max(eyes, key=lambda eye: float(np.ptp(eye[:, 0]))).mean(axis=0).tolist()
    return _window(frame, x, y)


def _window(frame: Frame, x: float, y: float) -> Pixels:
    """Return the pixels around a place, moved into the frame where it is near or beyond the edge."""
    columns = _span(x, MEASURE_WIDTH_PX, frame.width)
    rows = _span(y, MEASURE_HEIGHT_PX, frame.height)
    return frame.part((rows, columns))


def _span(center: float, length: int, size: int) -> slice:
    first = int(np.clip(center - length / 2, 0, max(size - length, 0)))
    return slice(first, min(first + length, size))


def _smoothed(before: Sharpness, now: Sharpness) -> Sharpness:
    return Sharpness(
        before.blur_px + PULL * (now.blur_px - before.blur_px),
        before.noise + PULL * (now.noise - before.noise),
    )
