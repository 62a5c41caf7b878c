"""Whether followed people wear glasses of their own: scored now and then, averaged over time."""

from collections.abc import Sequence
from typing import Protocol

from arpipe.models.crop_network import Observation
from arpipe.models.eyewear import EyewearClassifier
from arpipe.tracking.context import FrameContext

LOOK_EVERY = 10  # frames; a look takes 0.3 ms
PULL = 0.25  # weight of a new score in the running mean: single frames with a hand or a glint cancel out
SURE_LOOKS = 3  # the first looks count alike


class Wearer(Protocol):
    """The part of a face's track that is needed; `own_glasses` is assigned."""

    track_id: int
    age_frames: int
    missed: int
    own_glasses: float | None

    @property
    def shown(self) -> Observation:  # noqa: D102
        ...


class EyewearWatch:
    """Looks for glasses on the faces of a stream."""

    def __init__(self) -> None:
        self._classifier = EyewearClassifier()
        self._looks: dict[int, int] = {}

    def reset(self) -> None:
        """Forget all faces."""
        self._looks.clear()

    def look(self, context: FrameContext, tracks: Sequence[Wearer]) -> None:
        """Score the faces that are due, and assign the mean to their tracks; stage `track`."""
        due = [track for track in tracks if self._is_due(track)]
        if not due:
            return
        with context.timer.stage("track"):
            for track in due:
                score = self._classifier.score(context.frame, track.shown.landmarks)
                if score is not None:
                    self._take(track, score)

    def _is_due(self, track: Wearer) -> bool:
        is_turn = (track.age_frames + track.track_id) % LOOK_EVERY == 0
        return not track.missed and (is_turn or track.age_frames == 0)

    def _take(self, track: Wearer, score: float) -> None:
        looks = self._looks[track.track_id] = self._looks.get(track.track_id, 0) + 1
        before = score if track.own_glasses is None else track.own_glasses
        pull = 1.0 / looks if looks <= SURE_LOOKS else PULL
        track.own_glasses = before + pull * (score - before)
