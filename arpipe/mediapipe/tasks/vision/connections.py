"""Lines between landmarks, as tasks name them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Connection:
    """A line between two landmarks, by their indices."""

    start: int
    end: int


def connected(pairs: Iterable[tuple[int, int]]) -> list[Connection]:
    """Return pairs of indices as connections, in order."""
    return [Connection(start, end) for start, end in sorted(pairs)]
