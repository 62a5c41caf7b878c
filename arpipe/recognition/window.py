"""The last moments of a stream."""

import math
from collections import deque

import numpy as np

from arpipe.recognition.samples import summarize
from arpipe.types import Points


class SlidingWindow:
    """Keeps the vectors of the last frames.

    Args:
        window_s: Length of a sample; 0 for single frames.
        size: Length of a vector.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._frames: deque[tuple[float, Points]] = deque()

    def update(self, vector: Points | None, time_s: float) -> Points | None:
        """Return the sample that ends now.

        Args:
            vector: (d,) of the frame, or None if it shows nothing.
            time_s: Time of the frame, rising; a time that does not rise begins a new stream. A frame whose time is no
                number is left out.

        Returns:
            The sample; None if the frame shows nothing, or as long as the window is not full.
        """
        if not math.isfinite(time_s):
            return None
        if self._frames and time_s <= self._frames[-1][0]:
            self._frames.clear()
        if vector is None:
            self._frames.clear()
            return None
        self._frames.append((time_s, vector))
        while time_s - self._frames[0][0] > self._window_s:
            self._frames.popleft()
        times_s = np.array([each for each, _ in self._frames])
        return summarize(times_s, np.array([each for _, each in self._frames]), self._window_s)
