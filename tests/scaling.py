"""How the cost of some work grows with its size: calls are counted, not seconds."""

import itertools
import sys
from collections.abc import Callable

MOST_GROWTH = 2.2  # for twice as many inputs; 2 is linear, 4 is quadratic


def calls_of(work: Callable[[], object]) -> int:
    """Count the calls of Python and C functions that some work takes."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def growth(work: Callable[[int], object], smallest: int) -> list[float]:
    counts = [
        calls_of(lambda number=number: work(number)) for number in (smallest, 2 * smallest, 4 * smallest)
    ]
    return [more / fewer for fewer, more in itertools.pairwise(counts)]
