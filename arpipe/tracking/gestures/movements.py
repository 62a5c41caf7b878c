"""Movements of a hand over time, by rules on its path.

Lengths are in palms: from the wrist to the base of the middle finger.

| movement | rule |
|---|---|
| wave | the open hand, fingers up, goes to and fro sideways: three swings of 0.5 palms or more and of 0.5 s at most |
| swipe | the open hand goes 2 palms or more in one direction within 0.5 s, and at most a third of that across |
| pinch | thumb and index finger, apart by half a palm or more, touch within 0.8 s and stay together for 0.06 s |
| circle | the tip of the pointing index finger goes round once within 2.5 s, 0.3 palms or more from the middle |

A path that jumps, as when the tracker takes up another hand, is no movement.

Left and right are the person's, up is up in the picture.
"""

import math
from collections import deque
from typing import NamedTuple

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.tracking.swings import Swing, Swings
from arpipe.types import Landmarks, Movement, TrackedHand
from arpipe.types.gestures import HandMovement

WAVE_PALMS, WAVE_SWINGS, WAVE_SWING_S, WAVE_S = 0.5, 3, 0.5, 1.6
SWIPE_PALMS, SWIPE_S, SWIPE_STRAIGHT = 2.0, 0.5, 3.0
PINCH_CLOSED, PINCH_OPEN, PINCH_S, PINCH_HELD_S = 0.25, 0.5, 0.8, 0.06
CIRCLE_S, CIRCLE_PALMS, CIRCLE_EVENNESS = 2.5, 0.3, 0.4
OPEN_HAND = 1.6  # least distance of the fingertips from the wrist, palms
FIST = 1.1  # greatest distance of the tips of index and middle finger from the wrist in a fist, palms
UPRIGHT = 1.0  # least rise of the fingers over their way sideways: up to 45° from the vertical
JUMP_PALMS = 1.2  # from one frame to the next; a swipe of 0.2 s at 30 Hz takes 0.4
REST_S = 0.8  # from one movement of a hand to the next
PALM_SHARE = 0.1  # of a new palm length in the mean one: the palm foreshortens as the hand turns


class Sample(NamedTuple):
    """A point of a path: time, s, and (2,) position, palms."""

    time_s: float
    position: Array


class HandMovements:
    """Recognises the movements of one hand."""

    def __init__(self) -> None:
        self._palm_px: float | None = None
        self._swings = Swings(WAVE_PALMS, WAVE_S)
        self._rests_until_s = -math.inf
        self.reset()

    def reset(self) -> None:
        """Forget the path, for example while the hand is missed."""
        self._swings.reset()
        self._palms: deque[Sample] = deque()
        self._tips: deque[Sample] = deque()
        self._apart_s: float | None = None  # when thumb and index finger were last apart
        self._touched_s: float | None = None  # since when they touch

    def update(self, hand: TrackedHand, time_s: float) -> tuple[Movement, ...]:
        """Return the movement that is complete at this time, if any.

        Args:
            hand: The hand, found in this frame.
            time_s: Rising, s.
        """
        landmarks = hand.landmarks
        palm_px = self._mean_palm(landmarks)
        if palm_px <= 0 or time_s < self._rests_until_s:
            return ()
        if self._jumps(landmarks, palm_px):
            self.reset()
        self._remember(landmarks, palm_px, time_s)
        reaches = _reaches(landmarks, palm_px)
        is_open = min(reaches.values()) >= OPEN_HAND
        swings = self._swings.update(float(landmarks["middle_tip"][0]) / palm_px, time_s)
        found = (
            (self._wave(swings, landmarks, time_s) if is_open else None)
            or (self._swipe(time_s) if is_open else None)
            or self._pinch(_gap(landmarks) / palm_px, max(reaches.values()), time_s)
            or self._circle(time_s)
        )
        if found is None:
            return ()
        self.reset()
        self._rests_until_s = time_s + REST_S
        return (found,)

    def _jumps(self, landmarks: Landmarks, palm_px: float) -> bool:
        if not self._palms:
            return False
        step = landmarks["middle_mcp"][:2] / palm_px - self._palms[-1].position
        return float(np.hypot(*step)) > JUMP_PALMS

    def _mean_palm(self, landmarks: Landmarks) -> float:
        palm = float(np.hypot(*(landmarks["middle_mcp"] - landmarks["wrist"])[:2]))
        self._palm_px = palm if self._palm_px is None else self._palm_px + PALM_SHARE * (palm - self._palm_px)
        return self._palm_px

    def _remember(self, landmarks: Landmarks, palm_px: float, time_s: float) -> None:
        if not _points_with_index(landmarks):
            self._tips.clear()
        places = ((self._palms, "middle_mcp", SWIPE_S), (self._tips, "index_tip", CIRCLE_S))
        for path, name, keep_s in places:
            path.append(Sample(time_s, landmarks[name][:2].astype(np.float64) / palm_px))
            while time_s - path[0].time_s > keep_s:
                path.popleft()

    @staticmethod
    def _wave(swings: tuple[Swing, ...], landmarks: Landmarks, time_s: float) -> Movement | None:
        last = swings[-WAVE_SWINGS:]
        across, down = (landmarks["middle_tip"] - landmarks["wrist"])[:2]
        is_up = -down >= UPRIGHT * abs(across)
        is_quick = all(swing.ended_s - swing.began_s <= WAVE_SWING_S for swing in last)
        if len(last) < WAVE_SWINGS or not is_up or not is_quick:
            return None
        return Movement("wave", last[0].began_s, time_s)

    def _swipe(self, time_s: float) -> Movement | None:
        steps = self._palms[-1].position - np.array([sample.position for sample in self._palms])
        along = np.abs(steps).max(axis=1)
        start = int(along.argmax())
        x, y = steps[start]
        across = min(abs(x), abs(y))
        if along[start] < SWIPE_PALMS or across * SWIPE_STRAIGHT > along[start]:
            return None
        return Movement(_direction(float(x), float(y)), self._palms[start].time_s, time_s)

    def _pinch(self, gap: float, reach: float, time_s: float) -> Movement | None:
        if gap >= PINCH_OPEN:
            self._apart_s = time_s
        if gap > PINCH_CLOSED or reach < FIST or self._apart_s is None:
            self._touched_s = None
            return None
        if self._touched_s is None:
            self._touched_s = time_s
        if time_s - self._touched_s < PINCH_HELD_S:
            return None
        apart_s, touched_s, self._apart_s = self._apart_s, self._touched_s, None
        return Movement("pinch", apart_s, time_s) if touched_s - apart_s <= PINCH_S else None

    def _circle(self, time_s: float) -> Movement | None:
        path = np.array([sample.position for sample in self._tips])
        spokes = path - (path.min(axis=0) + path.max(axis=0)) / 2.0
        radii = np.hypot(spokes[:, 0], spokes[:, 1])
        if radii.mean() < CIRCLE_PALMS or radii.std() > CIRCLE_EVENNESS * radii.mean():
            return None
        angles = np.unwrap(np.arctan2(spokes[:, 1], spokes[:, 0]))
        turned = np.abs(angles[-1] - angles)
        if turned.max() < 2.0 * np.pi:
            return None
        start = int(np.flatnonzero(turned >= 2.0 * np.pi)[-1])
        return Movement("circle", self._tips[start].time_s, time_s)


def _direction(x: float, y: float) -> HandMovement:
    """Return the swipe of a step in the image; the person's left is the picture's right."""
    if abs(x) > abs(y):
        return "swipe_left" if x > 0 else "swipe_right"
    return "swipe_down" if y > 0 else "swipe_up"


def _gap(landmarks: Landmarks) -> float:
    """Return the distance of the tips of thumb and index finger, px."""
    return float(np.linalg.norm(landmarks["thumb_tip"] - landmarks["index_tip"]))


def _reaches(landmarks: Landmarks, palm_px: float) -> dict[str, float]:
    """Return how far the tips of index and middle finger are from the wrist, palms."""
    wrist = landmarks["wrist"]
    tips = ("index_tip", "middle_tip")
    return {tip: float(np.hypot(*(landmarks[tip] - wrist)[:2])) / palm_px for tip in tips}


def _points_with_index(landmarks: Landmarks) -> bool:
    """Whether the index finger is stretched and the middle finger is not."""
    wrist = landmarks["wrist"][:2]

    def reach(name: str) -> float:
        return float(np.hypot(*(landmarks[name][:2] - wrist)))

    return reach("index_tip") > reach("index_pip") and reach("middle_tip") < reach("middle_pip")
