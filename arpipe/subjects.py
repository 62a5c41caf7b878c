"""What perception can detect, in one table.

A new subject is one file with its tracker, whose results have a `to_dict`, and one line here. Its results are then
in `FrameResult.extra`, in every export and in `FrameResult.to_dict`, and it runs when `perception.track` or an effect
asks for it, at the rate of `perception.every`. A tracker is a class with

- `open(runtime, *settings)`, a class method that loads its networks from a `Runtime`,
- `update(context)`, which returns the results of the next `FrameContext`,
- `reset()`, which forgets the stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator

from arpipe.needs import Need
from arpipe.spelling import nearest

ColumnType = Literal["integer", "number", "text", "points", "matrix"]
"""Types of table columns: "points" are n rows of float32, a "matrix" is of float64."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that perception detects.

    Attributes:
        results: Field of `FrameResult` with its results, or key of `FrameResult.extra`.
        tracker: "module:Class" of its tracker.
        settings: Fields of `PerceptionConfig` that the tracker's `open` takes after the runtime.
        needs: Needs of effects that it serves.
        kind: Value of `kind` in its rows of CSV and Parquet; empty if it is not exported.
        columns: Keys of its `to_dict` that are columns there, nested ones included; `id`, `score` and `box` always are.
    """

    results: str
    tracker: str
    settings: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    kind: str = ""
    columns: Mapping[str, ColumnType] = field(default_factory=dict)


_POSE: Mapping[str, ColumnType] = {
    "yaw_deg": "number",
    "pitch_deg": "number",
    "roll_deg": "number",
    "translation_x_m": "number",
    "translation_y_m": "number",
    "translation_z_m": "number",
    "error_px": "number",
    "pupillary_distance_mm": "number",
    "camera_from_head": "matrix",
    "scale_error": "number",
}

SUBJECTS: dict[str, Subject] = {
    "face": Subject(
        results="faces",
        tracker="arpipe.tracking.face:FaceTracker",
        settings=("face", "head_pose"),
        needs=(Need.FACE, Need.IRIS),
        kind="face",
        columns={**_POSE, "landmarks": "points"},
    ),
    "body": Subject(
        results="bodies",
        tracker="arpipe.tracking.body:BodyTracker",
        settings=("body",),
        needs=(Need.BODY,),
        kind="body",
        columns={"landmarks": "points", "world": "points"},
    ),
    "hands": Subject(
        results="hands",
        tracker="arpipe.tracking.hands:HandTracker",
        settings=("hands",),
        needs=(Need.HANDS,),
        kind="hand",
        columns={"side": "text", "side_score": "number", "landmarks": "points", "world": "points"},
    ),
    "mask": Subject(
        results="mask",
        tracker="arpipe.tracking.mask.tracker:MaskTracker",
        settings=("mask",),
        needs=(Need.MASK,),
    ),
}
"""Name → subject, in the order in which they are detected; trackers are imported on first use."""


def exported() -> list[Subject]:
    """Return the subjects that exports hold, in order."""
    return [subject for subject in SUBJECTS.values() if subject.kind]


def require_subject(name: str) -> str:
    """Return the name of a subject unchanged; ValueError, with the nearest name, if there is no such subject."""
    if name not in SUBJECTS:
        raise ValueError(f"there is no subject {name!r}{nearest(name, SUBJECTS)}")
    return name


SubjectName = Annotated[str, AfterValidator(require_subject)]
"""Name of a subject, checked when a configuration is made."""
