"""What perception can detect, in one table.

A new subject is one file with its tracker, whose results have a `to_dict`, and one line here. Its results are then
in `FrameResult.extra`, in every export and in `FrameResult.to_dict`, and it runs when `perception.track` or an effect
asks for it, at the rate of `perception.every`. A tracker is a class with

- `open(runtime, *settings)`, a class method that loads its networks from a `Runtime`,
- `update(context)`, which returns the results of the next `FrameContext`,
- `reset()`, which forgets the stream.

A subject may also complete the results of an earlier one, as expressions do with faces: it names the same `results`,
requires the earlier subject, and its tracker returns the results of the context with more in them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator

from arpipe.needs import AnyNeed, ModelNeed, Need, is_model
from arpipe.spelling import nearest

ColumnType = Literal["integer", "number", "text", "points", "matrix", "scores", "movements"]
"""Types of table columns: "points" are n rows of float32, a "matrix" is of float64, "scores" are numbers by name, and
"movements" are records as `arpipe.types.Movement.to_dict` returns them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that perception detects.

    Attributes:
        results: Field of `FrameResult` with its results, or key of `FrameResult.extra`.
        tracker: "module:Class" of its tracker.
        settings: Fields of `PerceptionConfig` that the tracker's `open` takes after the runtime.
        needs: Needs of effects that it serves.
        requires: Needs that earlier subjects must serve before it can be detected.
        arguments: What `open` takes after the settings.
        kind: Value of `kind` in its rows of CSV and Parquet; empty if it is not exported.
        is_independent: Whether its tracker reads no results of faces, so that it may run on another thread meanwhile.
        columns: Keys of its `to_dict` that are columns there, nested ones included; `id`, `score` and `box` always are.
    """

    results: str
    tracker: str
    settings: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    requires: tuple[Need, ...] = ()
    arguments: tuple[str, ...] = ()
    kind: str = ""
    is_independent: bool = False
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

_EXPRESSIONS: Mapping[str, ColumnType] = {
    "expressions": "scores",
    **dict.fromkeys(("mouth_open", "smile", "blink_left", "blink_right"), "number"),
    **dict.fromkeys(("wink_left", "wink_right", "brow_raise"), "number"),
    "gaze_yaw_deg": "number",
    "gaze_pitch_deg": "number",
    "movements": "movements",
}

_GESTURES: Mapping[str, ColumnType] = {
    "gesture": "text",
    "gesture_score": "number",
    "gesture_scores": "scores",
    "movements": "movements",
}

SUBJECTS: dict[str, Subject] = {
    "face": Subject(
        results="faces",
        tracker="arpipe.tracking.face:FaceTracker",
        settings=("face", "head_pose"),
        needs=(Need.FACE, Need.IRIS),
        kind="face",
        columns={**_POSE, "own_glasses": "number", "scores": "scores", "landmarks": "points"},
    ),
    "expressions": Subject(
        results="faces",
        tracker="arpipe.tracking.expressions.tracker:ExpressionTracker",
        settings=("expressions", "face"),
        needs=(Need.EXPRESSIONS,),
        requires=(Need.FACE, Need.IRIS),
        columns=_EXPRESSIONS,
    ),
    "body": Subject(
        results="bodies",
        tracker="arpipe.tracking.body:BodyTracker",
        settings=("body",),
        needs=(Need.BODY,),
        kind="body",
        is_independent=True,
        columns={"landmarks": "points", "world": "points"},
    ),
    "hands": Subject(
        results="hands",
        tracker="arpipe.tracking.hands:HandTracker",
        settings=("hands",),
        needs=(Need.HANDS,),
        kind="hand",
        is_independent=True,
        columns={"side": "text", "side_score": "number", "landmarks": "points", "world": "points"},
    ),
    "gestures": Subject(
        results="hands",
        tracker="arpipe.tracking.gestures.tracker:GestureTracker",
        settings=("gestures", "hands"),
        needs=(Need.GESTURES,),
        requires=(Need.HANDS,),
        is_independent=True,
        columns=_GESTURES,
    ),
    "objects": Subject(
        results="objects",
        tracker="arpipe.tracking.objects:ObjectTracker",
        settings=("objects",),
        needs=(Need.OBJECTS,),
        kind="object",
        columns={"label": "text"},
    ),
    "occlusion": Subject(
        results="occlusion",
        tracker="arpipe.tracking.occlusion.tracker:OcclusionTracker",
        settings=("occlusion",),
        needs=(Need.OCCLUSION, Need.COVERED),
        requires=(Need.FACE,),
    ),
    "mask": Subject(
        results="mask",
        tracker="arpipe.tracking.mask.tracker:MaskTracker",
        settings=("mask",),
        needs=(Need.MASK,),
    ),
}
"""Name → subject, in the order in which they are detected; trackers are imported on first use."""


def required(track: Collection[str], needs: frozenset[AnyNeed]) -> frozenset[AnyNeed]:
    """Return needs, and those that the subjects asked for by name or by a need require in turn."""
    for name, subject in reversed(SUBJECTS.items()):  # a subject stands after those that it requires
        if name in track or not needs.isdisjoint(subject.needs):
            needs = needs.union(subject.requires)
    return needs


def find_subject(name: str) -> Subject:
    """Return the subject of a name; every network of the user's, `model:NAME`, is one."""
    if is_model(name):
        model = ModelNeed(name).model
        return Subject(results=name, tracker="arpipe.tracking.predictor:NetworkPredictor", arguments=(model,))
    return SUBJECTS[name]


def exported() -> list[Subject]:
    """Return the subjects that exports hold, in order."""
    return [subject for subject in SUBJECTS.values() if subject.kind]


def require_subject(name: str) -> str:
    """Return the name of a subject unchanged; ValueError, with the nearest name, if there is no such subject."""
    if name not in SUBJECTS and not is_model(name):
        raise ValueError(f"there is no subject {name!r}{nearest(name, SUBJECTS)}")
    return name


SubjectName = Annotated[str, AfterValidator(require_subject)]
"""Name of a subject, checked when a configuration is made."""
