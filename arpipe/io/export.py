"""Results as data: JSON lines, CSV and Parquet, written row by row; the files appear when they are whole.

A JSONL file holds one header line, then one line for each frame. CSV and Parquet hold one row for each face,
and one row with empty face columns for a frame without faces; `COLUMNS` lists them. Their header is the
metadata `arpipe` of a Parquet file, and for a CSV file the text file beside it, `<name>.csv.json`.

x and y are px of the upright frame, translations m in the camera frame (x right, y down, z forward).
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from arpipe.errors import OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.types import FrameResult, HeadPose, TrackedFace

SCHEMA = 1

ExportFormat = Literal["jsonl", "csv", "parquet"]

EXPORTS: dict[ExportFormat, str] = {
    "jsonl": "arpipe.io.export_text:JsonLinesExport",
    "csv": "arpipe.io.export_text:CsvExport",
    "parquet": "arpipe.io.export_parquet:ParquetExport",
}
"""Format, which is also the suffix → its class."""

POSE_COLUMNS = (
    "yaw_deg",
    "pitch_deg",
    "roll_deg",
    "translation_x_m",
    "translation_y_m",
    "translation_z_m",
    "error_px",
)
LIST_COLUMNS = ("camera_from_head", "landmarks")
COLUMNS = (
    *("frame", "time_s", "width", "height"),
    *("id", "score", "box_x0", "box_y0", "box_x1", "box_y1"),
    *POSE_COLUMNS,
    *LIST_COLUMNS,
)
"""Columns of CSV and Parquet. In a CSV the last two hold JSON: a 4 × 4 and an n × 3 list."""

# Digits after the point, well below what is measured: 0.01 px, 0.0001°, 0.01 mm, 1 µs.
_PX, _DEG, _M, _S, _UNIT = 2, 4, 5, 6, 6


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """What holds for all frames.

    Attributes:
        camera: Intrinsics that poses refer to.
        source: Name of the input.
    """

    camera: CameraIntrinsics
    source: str

    def record(self) -> dict[str, Any]:
        """As written."""
        return {
            "arpipe": _version(),
            "camera": asdict(self.camera),
            "source": self.source,
            "schema": SCHEMA,
        }


class Export(Protocol):
    """Takes results in order. Who opens it closes or aborts it; an error that ends a `with` block aborts."""

    def write(self, result: FrameResult) -> None:
        """Add a frame; raises OutputError when it cannot be written."""
        ...

    def close(self) -> None:
        """Finish: the file is whole and in its place. May be called twice; raises OutputError."""
        ...

    def abort(self) -> None:
        """Drop what was written; does nothing after `close`."""
        ...

    def __enter__(self) -> Self:
        """The export itself."""
        ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close, or abort when an error ends the block."""
        ...


def export_format(path: Path, asked: ExportFormat | None = None) -> ExportFormat:
    """The format asked for, else the one that the suffix names.

    Raises:
        OutputError: The suffix names none.
    """
    suffix = path.suffix.lower().removeprefix(".")
    chosen: str = asked or suffix
    for name in EXPORTS:
        if name == chosen:
            return name
    raise OutputError(f"{path}: '.{suffix}' is no export format; choose one of .{', .'.join(EXPORTS)}")


def open_export(path: Path, header: ExportHeader, asked: ExportFormat | None = None) -> Export:
    """Start an export.

    Args:
        path: The file.
        header: What holds for all frames.
        asked: The format; None to go by the suffix.

    Raises:
        OutputError: The file cannot be written, or its suffix names no format.
        MissingExtra: Parquet needs the extra `parquet`.
    """
    module, name = EXPORTS[export_format(path, asked)].split(":")
    made: Callable[[Path, ExportHeader], Export] = getattr(importlib.import_module(module), name)
    return made(path, header)


def frame_record(result: FrameResult) -> dict[str, Any]:
    """One JSON line: the frame and all that was found in it."""
    return {**_frame_fields(result), "faces": [_face_record(face) for face in result.faces]}


def rows(result: FrameResult) -> Iterator[dict[str, Any]]:
    """Rows of `COLUMNS`: one for each face, or one without."""
    frame = _frame_fields(result)
    if not result.faces:
        yield {**dict.fromkeys(COLUMNS), **frame}
    for face in result.faces:
        yield {**dict.fromkeys(COLUMNS), **frame, **_face_columns(face)}


def _frame_fields(result: FrameResult) -> dict[str, Any]:
    frame = result.frame
    return {
        "frame": frame.index,
        "time_s": round(frame.captured_s, _S),
        "width": frame.width,
        "height": frame.height,
    }


def _face_record(face: TrackedFace) -> dict[str, Any]:
    return {
        "id": face.track_id,
        "score": round(face.landmarks.score, _DEG),
        "box": rounded(face.landmarks.box_px, _PX),
        "landmarks": rounded(face.landmarks.points_px, _PX),
        "pose": None if face.pose is None else _pose_record(face.pose),
    }


def _pose_record(pose: HeadPose) -> dict[str, Any]:
    angles = pose.angles
    return {
        "yaw_deg": round(angles.yaw_deg, _DEG),
        "pitch_deg": round(angles.pitch_deg, _DEG),
        "roll_deg": round(angles.roll_deg, _DEG),
        "translation_m": rounded(pose.camera_from_head.translation_m, _M),
        "camera_from_head": rounded(pose.camera_from_head.matrix(), _UNIT),
        "error_px": round(pose.error_px, _DEG),
    }


def _face_columns(face: TrackedFace) -> dict[str, Any]:
    record = _face_record(face)
    columns = {key: record[key] for key in ("id", "score", "landmarks")}
    columns.update(zip(("box_x0", "box_y0", "box_x1", "box_y1"), record["box"], strict=True))
    pose: Mapping[str, Any] | None = record["pose"]
    if pose is not None:
        x, y, z = pose["translation_m"]
        columns.update({key: pose[key] for key in (*POSE_COLUMNS, *LIST_COLUMNS) if key in pose})
        columns.update(translation_x_m=x, translation_y_m=y, translation_z_m=z)
    return columns


def rounded(values: npt.NDArray[np.floating[Any]], digits: int) -> Any:
    """Nested lists of floats that print with at most `digits` after the point."""
    return np.round(values.astype(np.float64), digits).tolist()


def to_json(value: object) -> str:
    """Compact JSON; ValueError for NaN, which JSON does not know."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def _version() -> str:
    try:
        return version("arpipe")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
