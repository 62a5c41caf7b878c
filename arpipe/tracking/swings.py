"""Movements to and fro along one axis: where a value turns back, and how far it went."""

from collections import deque
from typing import NamedTuple

REST = 0.3  # share of the smallest swing within which a value counts as resting


class Point(NamedTuple):
    """A value at a time, s."""

    time_s: float
    value: float


class Swing(NamedTuple):
    """One movement from a turning point to the next.

    Attributes:
        began_s: When it left the turning point, s.
        ended_s: When it was furthest from it, s.
        size: How far it went, signed.
    """

    began_s: float
    ended_s: float
    size: float


class Swings:
    """Splits the path of a value into swings of alternating directions.

    Args:
        smallest: Least size of a swing, in the value's unit; less is noise.
        remember_s: How long a swing is remembered after its end.
    """

    def __init__(self, smallest: float, remember_s: float) -> None:
        self._smallest, self._remember_s = smallest, remember_s
        self.reset()

    def reset(self) -> None:
        """Forget the path."""
        self._finished: deque[Swing] = deque()
        self._start: Point | None = None
        self._tip = Point(0.0, 0.0)
        self._direction = 1.0

    def update(self, value: float, time_s: float) -> tuple[Swing, ...]:
        """Return the recent swings including that in progress, oldest first.

        Args:
            value: Next value of the path.
            time_s: Its time, rising.
        """
        now = Point(time_s, value)
        if self._start is None:
            self._start = self._tip = now
        self._start = self._follow(self._start, now)
        while self._finished and time_s - self._finished[0].ended_s > self._remember_s:
            self._finished.popleft()
        return (*self._finished, *self._current(self._start))

    def _follow(self, start: Point, now: Point) -> Point:
        """Move the tip, and return where the current swing begins."""
        back = (self._tip.value - now.value) * self._direction  # > 0: towards the start
        if back >= self._smallest:
            self._finished.extend(self._current(start))
            start, self._tip, self._direction = self._tip, now, -self._direction
        elif back <= 0:
            self._tip = now
        elif back <= REST * self._smallest:
            self._tip = self._tip._replace(time_s=now.time_s)
        if abs(now.value - start.value) <= REST * self._smallest:  # it has not left yet
            return start._replace(time_s=now.time_s)
        return start

    def _current(self, start: Point) -> tuple[Swing, ...]:
        size = self._tip.value - start.value
        return (Swing(start.time_s, self._tip.time_s, size),) if abs(size) >= self._smallest else ()
