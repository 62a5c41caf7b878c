"""Numbers as dictionaries and exports hold them: no more digits than are measured."""

from typing import Any

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types.frame import Points

Record = dict[str, Any]
"""JSON-ready values by name."""

# Digits after the point, well below what is measured: 0.01 px, 0.0001°, 0.01 mm, 1 µs.
PX_DIGITS, DEG_DIGITS, M_DIGITS, UNIT_DIGITS, SECONDS_DIGITS = 2, 4, 5, 6, 6


def rounded(values: Array | Points, digits: int) -> list[Any]:
    """Return nested lists of floats that print with at most `digits` after the point."""
    nested: list[Any] = np.round(values.astype(np.float64), digits).tolist()
    return nested


def rounded_or_none(value: float | None, digits: int) -> float | None:
    """Return a rounded number, or None for None."""
    return None if value is None else round(value, digits)
