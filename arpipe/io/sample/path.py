"""Motion of the people in the sample: a closed path of head angles and leaning, smooth in time."""

from dataclasses import dataclass

import numpy as np

LOOP_S = 10.0

# Time, s; yaw, pitch and roll, degrees, added to the pose of the portrait; shift to the right and to the camera, m.
# People move in turns and rests: pairs of equal rows are rests.
_KEYS = np.array(
    [
        # t     yaw  pitch  roll  right nearer
        [0.00, 0.0, 0.0, 0.0, 0.000, 0.000],
        [0.50, 0.0, 0.0, 0.0, 0.000, 0.000],
        [1.50, -31.5, 2.0, -3.0, -0.012, -0.010],
        [1.85, -31.5, 1.0, -3.0, -0.012, -0.010],
        [3.40, 34.0, 1.0, 3.0, 0.012, -0.010],
        [3.75, 34.0, 2.0, 3.0, 0.012, -0.010],
        [4.70, 2.0, 1.0, 0.0, 0.000, 0.000],
        [5.35, 0.0, 17.0, 0.0, 0.000, -0.015],
        [5.60, 0.0, 17.0, 0.0, 0.000, -0.015],
        [6.45, 0.0, -13.0, 0.0, 0.000, 0.020],
        [6.65, 0.0, -13.0, 0.0, 0.000, 0.020],
        [7.25, 8.0, 0.0, 12.0, 0.014, 0.040],
        [7.50, 8.0, 0.0, 12.0, 0.014, 0.050],
        [8.45, -10.0, 2.0, -13.0, -0.014, 0.070],
        [8.70, -10.0, 2.0, -13.0, -0.014, 0.060],
        [9.60, 0.0, 0.0, 0.0, 0.000, 0.000],
        [10.0, 0.0, 0.0, 0.0, 0.000, 0.000],
    ]
)

# Nobody sits perfectly still: amplitude (degrees or m) and periods per loop, a whole number so that the path is closed.
_SWAY = np.array([[0.5, 3], [0.4, 5], [0.35, 4], [0.0012, 3], [0.0025, 2]])
_BLINKS_S = (0.55, 2.35, 4.05, 6.5, 9.0)
_BLINK_S = 0.26
_BODY_LAG_S = 0.12
_BODY_SHARE = np.array([0.16, 0.05, 0.18])  # of the head's yaw, pitch and roll, followed by the shoulders


@dataclass(frozen=True, slots=True)
class Motion:
    """Pose of a person at one time.

    Attributes:
        yaw_deg, pitch_deg, roll_deg: Angles of the head, added to those of the portrait.
        body_yaw_deg, body_pitch_deg, body_roll_deg: Angles of the shoulders.
        right_m, nearer_m: Shift of the whole person to the viewer's right and towards the camera.
        closed: Eyelids, from 0 (open) to 1 (closed).
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    body_yaw_deg: float
    body_pitch_deg: float
    body_roll_deg: float
    right_m: float
    nearer_m: float
    closed: float


def motion_at(time_s: float) -> Motion:
    """Return the motion at a time; it repeats after `LOOP_S`."""
    yaw, pitch, roll, right, nearer = _pose(time_s)
    body = _BODY_SHARE * _pose(time_s - _BODY_LAG_S)[:3]
    return Motion(
        yaw_deg=float(yaw),
        pitch_deg=float(pitch),
        roll_deg=float(roll),
        body_yaw_deg=float(body[0]),
        body_pitch_deg=float(body[1]),
        body_roll_deg=float(body[2]),
        right_m=float(right),
        nearer_m=float(nearer),
        closed=_lids(time_s),
    )


def _pose(time_s: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Interpolate (5,) yaw, pitch, roll, right, nearer between keys, with zero velocity at each key."""
    time = time_s % LOOP_S
    index = min(int(np.searchsorted(_KEYS[:, 0], time, side="right")) - 1, len(_KEYS) - 2)
    before, after = _KEYS[index], _KEYS[index + 1]
    x = (time - before[0]) / (after[0] - before[0])
    eased = x**3 * (10.0 - 15.0 * x + 6.0 * x * x)  # minimum jerk, as in human motion
    pose = before[1:] + eased * (after[1:] - before[1:])
    sway: np.ndarray[tuple[int], np.dtype[np.float64]] = pose + _SWAY[:, 0] * np.sin(
        2.0 * np.pi * _SWAY[:, 1] * time / LOOP_S
    )
    return sway


def _lids(time_s: float) -> float:
    """Return how far the eyelids are closed: a blink closes faster than it opens."""
    for start in _BLINKS_S:
        x = ((time_s - start) % LOOP_S) / _BLINK_S
        if x < 1.0:
            return float(np.sin(np.pi * x**0.8) ** 1.5)
    return 0.0
