"""Tracks objects of any class in a stream of frames, with a detector of the user's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from arpipe.custom.detection.detector import ObjectDetector
from arpipe.custom.library import find_model
from arpipe.errors import ConfigError, NonFiniteOutput
from arpipe.geometry.boxes import overlap
from arpipe.inference.runtime import Runtime
from arpipe.tracking.context import FrameContext
from arpipe.tracking.objects_config import ObjectConfig
from arpipe.types import FoundObject, Pixels, TrackedObject

SAME_OVERLAP = 0.3  # of the boxes of one object in two frames
FOLLOWED = (
    0.6  # part of a change of the box that is taken over in one frame; the rest is jitter of the network
)
COAST_FRAMES = 3  # missed frames that an object survives with its id


@dataclass(slots=True)
class _Track:
    shown: TrackedObject
    missed: int = 0


class ObjectTracker:
    """Objects of a stream; `open` makes one with its network.

    Args:
        detect: Finds objects in a picture.
        classes: Names of the classes to report; all if empty.
    """

    def __init__(
        self, detect: Callable[[Pixels], Sequence[FoundObject]], classes: Sequence[str] = ()
    ) -> None:
        self._detect = detect
        self._classes = frozenset(classes)
        self._tracks: list[_Track] = []
        self._next_id = 1
        self._age = 0

    @classmethod
    def open(cls, runtime: Runtime, config: ObjectConfig | None = None) -> Self:
        """Load the detector, which is owned by the runtime.

        Raises:
            ConfigError: No detector is named.
            ModelError: The named network is not a detector.
        """
        config = config or ObjectConfig()
        if not config.model:
            raise ConfigError(
                "perception.objects.model names no detector, and arpipe brings none; add yours with "
                "`arpipe model add FILE`, and name it with --set perception.objects.model=NAME"
            )
        stored = find_model(config.model)
        network = runtime.adopt(
            ObjectDetector(stored, runtime.config, config.min_score, config.max_overlap, config.max_objects)
        )
        return cls(network.detect, config.classes)

    def update(self, context: FrameContext) -> tuple[TrackedObject, ...]:
        """Return the objects of the next frame; stage `objects`. In frames that `context.every` skips, they stay."""
        self._age += 1
        if self._tracks and self._age < context.every:
            return tuple(track.shown for track in self._tracks)
        self._age = 0
        with context.timer.stage("objects"):
            self._follow(self._found(context.frame.pixels))
        return tuple(track.shown for track in self._tracks)

    def reset(self) -> None:
        """Forget all objects: the next frame begins another stream."""
        self._tracks = []
        self._age = 0

    def _found(self, pixels: Pixels) -> list[FoundObject]:
        try:
            found = self._detect(pixels)
        except NonFiniteOutput:
            return []
        return [each for each in found if not self._classes or each.label in self._classes]

    def _follow(self, found: list[FoundObject]) -> None:
        """Give each object the id of the nearest one of its class in the last frame, or a new one."""
        waiting = list(self._tracks)
        kept: list[_Track] = []
        for each in found:
            track = _nearest(each, waiting)
            if track is None:
                kept.append(_Track(TrackedObject(self._next_id, each, "new", 0)))
                self._next_id += 1
            else:
                waiting.remove(track)
                kept.append(_Track(_moved(track.shown, each)))
        for track in waiting:
            if track.missed < COAST_FRAMES:
                aged = replace(track.shown, state="coasting", age_frames=track.shown.age_frames + 1)
                kept.append(_Track(aged, track.missed + 1))
        self._tracks = kept


def _nearest(found: FoundObject, tracks: Sequence[_Track]) -> _Track | None:
    same = [track for track in tracks if track.shown.found.index == found.index]
    if not same:
        return None
    shared = overlap(found.box_px, np.stack([track.shown.found.box_px for track in same]))
    best = int(shared.argmax())
    return same[best] if shared[best] > SAME_OVERLAP else None


def _moved(shown: TrackedObject, found: FoundObject) -> TrackedObject:
    box = shown.found.box_px + FOLLOWED * (found.box_px - shown.found.box_px)
    return TrackedObject(shown.track_id, replace(found, box_px=box), "tracked", shown.age_frames + 1)
