"""Numbers as dictionaries and exports hold them: no more digits than are measured, and None for what is not finite."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.topology import Topology
from arpipe.types.pixels import Points

Record = dict[str, Any]
"""JSON-ready values by name."""

# Digits after the point, well below what is measured: 0.01 px, 0.0001°, 0.01 mm, 1 µs.
PX_DIGITS, DEG_DIGITS, M_DIGITS, UNIT_DIGITS, SECONDS_DIGITS = 2, 4, 5, 6, 6


def rounded(values: Array | Points, digits: int) -> list[Any]:
    """Return nested lists of floats that print with at most `digits` after the point; None for NaN and infinity."""
    short = np.round(values.astype(np.float64), digits)
    finite = np.isfinite(short)
    if not finite.all():
        short = short.astype(object)
        short[~finite] = None
    nested: list[Any] = short.tolist()
    return nested


def rounded_or_none(value: float | None, digits: int) -> float | None:
    """Return a rounded number, or None for None, NaN and infinity, which JSON cannot represent."""
    return None if value is None or not math.isfinite(value) else round(value, digits)


def without_infinities(value: object) -> Any:
    """Return JSON-ready values with None in place of numbers that are NaN or infinite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: without_infinities(each) for key, each in value.items()}
    return [without_infinities(each) for each in value] if isinstance(value, list | tuple) else value


def all_finite(value: object) -> bool:
    """Whether no float in a value is NaN or infinite; looks into arrays, dataclasses, mappings and sequences."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind != "f" or bool(np.isfinite(value).all())
    return all(map(all_finite, _parts(value)))


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, Topology):  # names and indices, the same for every subject of a kind
        return ()
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, tuple | list):
        return value
    return [getattr(value, field.name) for field in fields(value)] if is_dataclass(value) else ()
