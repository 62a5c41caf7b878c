"""What perception finds in a frame, and the picture that is drawn from it.

`to_dict` gives JSON-ready values, as an export of JSON lines holds them: x, y in px, lengths in m, angles in degrees.
A number that is NaN or infinite is None there, because JSON cannot represent it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.subjects import exported
from arpipe.types.edited import EditedPicture, differ
from arpipe.types.frame import Frame
from arpipe.types.inline import dotted, png
from arpipe.types.objects import TrackedObject
from arpipe.types.occlusion import OcclusionMatte
from arpipe.types.pixels import Pixels, Points
from arpipe.types.prediction import Prediction
from arpipe.types.rounding import (
    PX_DIGITS,
    SECONDS_DIGITS,
    Record,
    rounded_or_none,
    without_infinities,
)
from arpipe.types.stored import StoredPicture, StoredRgb
from arpipe.types.tracked import Tracked, TrackedBody, TrackedFace, TrackedHand

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything known of one frame.

    Attributes:
        frame: The picture as captured.
        faces: In order of `track_id`; empty when there is none.
        bodies: Tracked bodies; empty unless asked for.
        hands: Tracked hands; empty unless asked for.
        mask: (h', w') float32 person mask in [0, 1], at the network's or the frame's resolution, or None.
        timings_ms: Stage → duration, ms.
        dropped: Frames lost since the last result, by place ("source", "inference", "render", "encode").
        camera: Intrinsics of the frame with which poses were solved; None in a result that was made by hand.
        extra: Results of subjects of `arpipe.subjects.SUBJECTS` that have no field of their own.
        models: Name or path of each network of the user's that was asked for → its answer.
        objects: Tracked objects of any class; empty unless asked for.
        begins_stream: Whether no frame before this one belongs to it, as for the first frame of a stream and for every
            photo.
        occlusion: What stands before each face; empty unless asked for.
    """

    frame: Frame
    faces: tuple[TrackedFace, ...] = ()
    bodies: tuple[TrackedBody, ...] = ()
    hands: tuple[TrackedHand, ...] = ()
    mask: Points | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    camera: CameraIntrinsics | None = None
    extra: Mapping[str, Sequence[Tracked]] = field(default_factory=dict)
    models: Mapping[str, Prediction] = field(default_factory=dict)
    objects: tuple[TrackedObject, ...] = ()
    begins_stream: bool = False
    occlusion: tuple[OcclusionMatte, ...] = ()

    def tracked(self) -> dict[str, Sequence[Tracked]]:
        """Return the exported subjects of the frame: name of the results, such as "faces" → results."""
        found: dict[str, Sequence[Tracked]] = {
            "faces": self.faces,
            "bodies": self.bodies,
            "hands": self.hands,
            "objects": self.objects,
            **self.extra,
        }
        return {subject.results: found.get(subject.results, ()) for subject in exported()}

    def to_dict(self) -> Record:
        """Return the frame and all tracked subjects as JSON-ready values: a line of an export of JSON lines."""
        found = self.tracked().items()
        records = {name: [each.to_dict() for each in subjects] for name, subjects in found}
        # Subjects of other packages may give numbers that JSON cannot represent.
        records.update({name: without_infinities(records[name]) for name in self.extra if name in records})
        return {
            "frame": self.frame.index,
            "time_s": rounded_or_none(self.frame.captured_s, SECONDS_DIGITS),
            "width": self.frame.width,
            "height": self.frame.height,
            **self._camera(),
            **records,
            **self._models(),
        }

    def _camera(self) -> Record:
        """Return the focal length, and where the intrinsics come from; nothing in a result made by hand."""
        if self.camera is None:
            return {}
        focal_px = [rounded_or_none(focal, PX_DIGITS) for focal in (self.camera.fx, self.camera.fy)]
        return {"camera": {"focal_px": focal_px, "camera_origin": self.camera.origin}}

    def _models(self) -> Record:
        return {"models": {name: each.to_dict() for name, each in self.models.items()}} if self.models else {}

    def __repr__(self) -> str:
        tracked = self.tracked()
        counts = [(len(tracked[subject.results]), subject) for subject in exported()]
        found = [f"{n} {subject.kind if n == 1 else subject.results}" for n, subject in counts if n]
        mask = [] if self.mask is None else ["a mask"]
        return f"FrameResult({self.frame!r}, {', '.join([*found, *mask]) or 'nothing found'})"

    def _repr_png_(self) -> bytes:
        """Show the frame in notebooks, with a dot at each landmark."""
        subjects: tuple[TrackedFace | TrackedBody | TrackedHand, ...] = (
            *self.faces,
            *self.bodies,
            *self.hands,
        )
        return png(dotted(self.frame.pixels, (each.landmarks.points_px for each in subjects)))


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Picture:
    """A frame with all effects on it.

    Args:
        pixels: (h, w, 3) uint8 RGB.
        result: As below.
        alpha: As below.
        stored: The picture instead of `pixels`; not used if these are given.

    Attributes:
        stored: The picture, of which the part that nobody has drawn on may be stored as the source does.
        result: What is known of the frame, the drawing's durations included.
        alpha: (h, w) uint8 opacity, colours not multiplied by it; None when all of the picture is opaque.
    """

    stored: StoredPicture
    result: FrameResult
    alpha: Pixels | None

    def __init__(
        self,
        pixels: Pixels | None = None,
        result: FrameResult | None = None,
        alpha: Pixels | None = None,
        *,
        stored: StoredPicture | None = None,
    ) -> None:
        if stored is None or pixels is not None:
            stored = StoredRgb(_required("pixels", "(h, w, 3) uint8", pixels))
        result = _required("result", "a FrameResult", result)
        for name, value in (("stored", stored), ("result", result), ("alpha", alpha)):
            object.__setattr__(self, name, value)

    @property
    def pixels(self) -> Pixels:
        """(h, w, 3) uint8 RGB."""
        return self.stored.pixels()

    @property
    def is_edited(self) -> bool:
        """Whether it differs from the frame: in a pixel, or by transparency."""
        if self.alpha is not None:
            return True
        if isinstance(self.stored, EditedPicture) and not self.stored.has_pixels:
            return self.stored.changes() is not None
        return differ(self.result.frame.pixels, self.pixels)

    @property
    def with_alpha(self) -> Pixels:
        """(h, w, 4) RGBA of a picture that is transparent somewhere, else (h, w, 3) RGB."""
        return self.pixels if self.alpha is None else np.dstack([self.pixels, self.alpha])

    def __repr__(self) -> str:
        height, width, _ = self.stored.shape
        transparent = "" if self.alpha is None else "transparent, "
        return f"Picture({width}x{height}, {transparent}{self.result!r})"

    def _repr_png_(self) -> bytes:
        """Show it in notebooks."""
        return png(self.with_alpha)


def _required(name: str, expected: str, value: T | None) -> T:
    if value is None:
        raise ValueError(f"Picture.{name}: expected {expected}, got None")
    return value
