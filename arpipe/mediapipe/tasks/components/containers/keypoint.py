"""Key points in sizes of the image."""

from dataclasses import dataclass


@dataclass
class NormalizedKeypoint:
    """A point: x over the image's width, y over its height."""

    x: float | None = None
    y: float | None = None
    label: str | None = None
    score: float | None = None
