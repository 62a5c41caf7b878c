"""Chooses the faces around which hands are searched for in a frame."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from arpipe.types import TrackedFace

ALERT_EVERY = 3  # frames between the searches around a face while something moves before it
CALM_EVERY = 20  # otherwise
AT_ONCE = 2  # searches beside one frame: each takes as long as drawing one face


@dataclass(slots=True)
class _Turn:
    """Frames since the last search around a face, and whether something has moved before it since then."""

    waited: int = CALM_EVERY
    is_alert: bool = False

    @property
    def is_due(self) -> bool:
        return self.waited >= (ALERT_EVERY if self.is_alert else CALM_EVERY)


class SearchTurns:
    """Faces take turns, so that searches are spread evenly over frames.

    Up to three moving faces are searched as often as one alone, and up to eight every fifth frame at least.
    """

    def __init__(self) -> None:
        self._turns: dict[int, _Turn] = {}

    def count(self, faces: Sequence[TrackedFace], alert: Collection[int]) -> None:
        """Count a frame.

        Args:
            faces: Faces of the frame.
            alert: Ids of those before which something seems to move.
        """
        self._turns = {face.track_id: self._turns.get(face.track_id, _Turn()) for face in faces}
        for track_id, turn in self._turns.items():
            turn.waited += 1
            turn.is_alert |= track_id in alert

    def take(self, faces: Sequence[TrackedFace]) -> list[TrackedFace]:
        """Return those of the faces of the frame that was counted last that are searched now."""
        due = [face for face in faces if self._turns[face.track_id].is_due]
        due.sort(key=lambda face: -self._turns[face.track_id].waited)
        taken = due[: min(math.ceil(len(due) / ALERT_EVERY), AT_ONCE)]
        self._turns.update((face.track_id, _Turn(waited=0)) for face in taken)
        return taken
