"""Objects of any class: found in one picture, and followed over several."""

from dataclasses import dataclass
from typing import Literal

from arpipe.geometry.transforms import Array
from arpipe.types.rounding import DEG_DIGITS, PX_DIGITS, Record, rounded, rounded_or_none


@dataclass(frozen=True, slots=True, eq=False)
class FoundObject:
    """An object in one picture.

    Attributes:
        box_px: (4,) float64 x0, y0, x1, y1, image px, edges of the object.
        score: In [0, 1].
        index: Of its class.
        label: Name of its class; the index as text if the network has no names.
    """

    box_px: Array
    score: float
    index: int
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class TrackedObject:
    """An object with an identity.

    Attributes:
        track_id: From 1, never reused in a run.
        found: Where it is, smoothed, and what it is.
        state: "coasting" while the object is missed and its last box stands in.
        age_frames: Frames since the track began, 0 in its first.
    """

    track_id: int
    found: FoundObject
    state: Literal["new", "tracked", "coasting"]
    age_frames: int

    def to_dict(self) -> Record:
        """Return id, state, score, box and label as JSON-ready values."""
        return {
            "id": self.track_id,
            "state": self.state,
            "score": rounded_or_none(self.found.score, DEG_DIGITS),
            "box": rounded(self.found.box_px, PX_DIGITS),
            "label": self.found.label,
        }

    def __repr__(self) -> str:
        x0, y0, x1, y1 = self.found.box_px
        where = f"box ({x0:.0f}, {y0:.0f}, {x1:.0f}, {y1:.0f}) px"
        return f"TrackedObject({self.found.label}, id={self.track_id}, {self.state}, {where})"
