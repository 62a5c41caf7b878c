"""Results as rows of a table: what CSV and Parquet exports hold."""

from collections.abc import Iterator, Mapping

from arpipe.io.export.json_text import to_json
from arpipe.subjects import SUBJECTS, ColumnType, exported
from arpipe.types import FrameResult
from arpipe.types.rounding import Record

SOURCE = (
    "source"  # the input's name, the last column, so that tables of older versions have the same first ones
)
_FRAME = ("frame", "time_s", "width", "height")
_BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
_TRANSLATION = ("translation_x_m", "translation_y_m", "translation_z_m")
_VECTORS = {"box": _BOX, "translation_m": _TRANSLATION, "focal_px": ("focal_x_px", "focal_y_px")}

_ORDER = (
    *_FRAME,
    *("kind", "id", "score", "side", "side_score"),
    *_BOX,
    *("yaw_deg", "pitch_deg", "roll_deg"),
    *_TRANSLATION,
    *("error_px", "pupillary_distance_mm", "camera_from_head", "landmarks", "world"),
)
_COMMON: Mapping[str, ColumnType] = {
    **dict.fromkeys(("frame", "width", "height", "id"), "integer"),
    **dict.fromkeys(("time_s", "score", *_BOX), "number"),
    "kind": "text",
    "state": "text",
    SOURCE: "text",
}

OF_FRAMES: Mapping[str, ColumnType] = {
    "focal_x_px": "number",
    "focal_y_px": "number",
    "camera_origin": "text",
    "models": "text",
}
"""Columns of a frame besides its index, time and size."""

Row = dict[str, object]
"""Value by column, None where a column does not apply."""


def _column_types() -> dict[str, ColumnType]:
    """Return the columns of all subjects: those of older versions in their order, then the others."""
    types = {**_COMMON, **OF_FRAMES}
    for subject in SUBJECTS.values():
        types.update(subject.columns)
    names = [*dict.fromkeys((*_ORDER, *types))]
    return {name: types[name] for name in sorted(names, key=SOURCE.__eq__)}


COLUMN_TYPES = _column_types()
"""Column of CSV and Parquet → its type, in order."""

COLUMNS = tuple(COLUMN_TYPES)
"""Columns of CSV and Parquet. In a CSV, points and matrices are JSON: a 4 × 4, an n × 3 or n × 4, and an n × 3 list; so
are scores by name and movements."""

NESTED_COLUMNS = tuple(
    name for name, kind in COLUMN_TYPES.items() if kind not in ("integer", "number", "text")
)


def rows(result: FrameResult, source: str | None = None) -> Iterator[Row]:
    """Yield rows of `COLUMNS`: one for each exported subject, or a single one with the frame alone.

    Args:
        result: The frame.
        source: Name of the input.
    """
    return record_rows(result.to_dict(), source)


def record_rows(record: Record, source: str | None = None) -> Iterator[Row]:
    """Yield the same rows, given `FrameResult.to_dict`."""
    frame = {**dict.fromkeys(COLUMNS), **{name: record[name] for name in _FRAME}, SOURCE: source}
    frame.update(frame_cells(record))
    found = [(subject.kind, each) for subject in exported() for each in record[subject.results]]
    for kind, each in found:
        yield {**frame, "kind": kind, **cells(each)}
    if not found:
        yield frame


def frame_cells(record: Record) -> Row:
    """Return the values of `OF_FRAMES`; the results of the user's networks are JSON."""
    models = record.get("models")
    return {**cells(record.get("camera", {})), "models": to_json(models) if models else None}


def cells(record: Mapping[str, object]) -> Row:
    """Return a record's values by column; nested records and vectors are flattened."""
    found: Row = {}
    for key, value in record.items():
        if isinstance(value, Mapping) and key not in COLUMN_TYPES:
            found.update(cells(value))
        elif key in _VECTORS and isinstance(value, list):
            found.update(zip(_VECTORS[key], value, strict=True))
        elif key in COLUMN_TYPES:
            found[key] = value
    return found
