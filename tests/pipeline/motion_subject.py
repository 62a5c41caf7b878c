"""A subject of one's own, as `arpipe.subjects` describes it: how much the picture has changed."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Motion:
    """Mean change of all pixels since the last frame, grey levels."""

    track_id: int
    level: float

    def to_dict(self):
        return {"id": self.track_id, "score": 1.0, "box": [0.0, 0.0, 1.0, 1.0], "motion": self.level}


class MotionTracker:
    """Measures the change of every n-th frame."""

    def __init__(self):
        self.reset()

    @classmethod
    def open(cls, runtime):
        return cls()

    def update(self, context):
        with context.timer.stage("motion"):
            if self._count % context.every == 0:
                pixels = context.frame.pixels.astype(np.float32)
                self._level = 0.0 if self._last is None else float(np.abs(pixels - self._last).mean())
                self._last = pixels
            self._count += 1
        return (Motion(1, self._level),)

    def reset(self):
        self._last, self._level, self._count = None, 0.0, 0
