"""Movements of a face over time: blinks and winks from the eyelids, nods and shakes of the head from the pose."""

import math
from typing import NamedTuple

from arpipe.tracking.swings import Swing, Swings
from arpipe.types import HeadPose, Movement
from arpipe.types.gestures import FaceMovement

CLOSED, OPEN = 0.45, 0.3  # scores of an eyelid at which it counts as closed, and as open again
SHORTEST_WINK_S = 0.1  # less is a blink of which one eye was missed
LONGEST_BLINK_S = 1.0  # longer is sleep, or a look downwards

NOD_DEG, SHAKE_DEG = 4.0, 6.0  # least size of one swing
SWINGS, SWING_S = 3, 0.5  # to, fro and to again, each within so long
HEAD_MOVEMENT_S = 1.4  # in which that happens
HEAD_REST_S = 1.0  # from one movement of the head to the next


class Lids(NamedTuple):
    """How far the eyelids are closed, each in [0, 1]; left is the person's."""

    left: float
    right: float


class Eyelids:
    """Recognises blinks and winks.

    A blink is both eyes closing and opening again within `LONGEST_BLINK_S`; its movement is reported when they are
    open, and lasts from the moment at which both were closed. If one eye stays open meanwhile, it is a wink.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the eyelids, for example while the face is missed; they must be open before they can close."""
        self._were_open = False
        self._began_s: float | None = None
        self._peak = Lids(0.0, 0.0)

    def update(self, lids: Lids, time_s: float) -> tuple[Movement, ...]:
        """Return the movements that end at this time.

        Args:
            lids: How far the eyelids are closed, not smoothed.
            time_s: Rising, s.
        """
        if self._began_s is None:
            self._were_open |= max(lids) <= OPEN
            if self._were_open and max(lids) >= CLOSED:
                self._began_s, self._peak = time_s, lids
            return ()
        self._peak = Lids(max(self._peak.left, lids.left), max(self._peak.right, lids.right))
        if max(lids) > OPEN:
            return ()
        movement = self._movement(self._began_s, time_s)
        self._began_s = None
        return movement

    def _movement(self, began_s: float, ended_s: float) -> tuple[Movement, ...]:
        duration_s = ended_s - began_s
        if duration_s > LONGEST_BLINK_S:
            return ()
        if min(self._peak) >= OPEN:
            return (Movement("blink", began_s, ended_s),)
        if duration_s < SHORTEST_WINK_S:
            return ()
        name: FaceMovement = "wink_left" if self._peak.left > self._peak.right else "wink_right"
        return (Movement(name, began_s, ended_s),)


class HeadMovements:
    """Recognises nods and shakes: at least three swings of pitch or yaw in a row, larger than those of the other."""

    def __init__(self) -> None:
        self._pitch = Swings(NOD_DEG, HEAD_MOVEMENT_S)
        self._yaw = Swings(SHAKE_DEG, HEAD_MOVEMENT_S)
        self._rests_until_s = -math.inf

    def reset(self) -> None:
        """Forget the head's movement, for example while it has no pose."""
        self._pitch.reset()
        self._yaw.reset()

    def update(self, pose: HeadPose, time_s: float) -> tuple[Movement, ...]:
        """Return the movement that is complete at this time, if any."""
        if time_s < self._rests_until_s:
            return ()
        angles = pose.angles
        pitch = _recent(self._pitch.update(angles.pitch_deg, time_s), time_s)
        yaw = _recent(self._yaw.update(angles.yaw_deg, time_s), time_s)
        name: FaceMovement = "nod" if _reach(pitch) > _reach(yaw) else "shake"
        swings = pitch if name == "nod" else yaw
        if len(swings) < SWINGS:
            return ()
        self._rests_until_s = time_s + HEAD_REST_S
        self.reset()
        return (Movement(name, swings[-SWINGS].began_s, time_s),)


def _recent(swings: tuple[Swing, ...], time_s: float) -> tuple[Swing, ...]:
    return tuple(
        swing
        for swing in swings
        if time_s - swing.began_s <= HEAD_MOVEMENT_S and swing.ended_s - swing.began_s <= SWING_S
    )


def _reach(swings: tuple[Swing, ...]) -> float:
    return sum(abs(swing.size) for swing in swings)
