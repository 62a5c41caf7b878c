"""Follows faces, bodies or hands from frame to frame: crops from the last answer, detection while more are wanted."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import numpy as np

from arpipe.errors import NonFiniteOutput
from arpipe.timing import StageTimer
from arpipe.tracking.matching import best_match
from arpipe.tracking.settings import Rules
from arpipe.tracking.steady import settle
from arpipe.types import Frame, Landmarks, Roi, TrackState

_log = logging.getLogger(__name__)

SAME_OVERLAP = 0.5  # of two squares, as in MediaPipe's graphs
REATTACH_OVERLAP = 0.2  # looser: the subject has moved while it was missed


class Sight(Protocol):
    """What a landmark network says of one subject."""

    @property
    def landmarks(self) -> Landmarks:
        """In image px, with the network's score."""

    @property
    def next_roi(self) -> Roi | None:
        """Where to look in the next frame; None if the points that tell coincide."""


Seen = TypeVar("Seen", bound=Sight)
Seen_co = TypeVar("Seen_co", bound=Sight, covariant=True)


class Finder(Protocol[Seen_co]):
    """A detector and a landmark network for one kind of subject."""

    @property
    def provider(self) -> str:
        """Where they run, as in `Session.provider`."""

    def search(self, frame: Frame, timer: StageTimer) -> list[Roi]:
        """Squares around what is in the whole picture, surest first."""

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> Sequence[Seen_co | None]:
        """One entry per square; None for an answer that cannot be used."""

    def close(self) -> None:
        """Free what it holds; may be called twice."""


class Memory(Protocol[Seen]):
    """The past of one subject."""

    def take(self, seen: Seen, time_s: float, size_px: float) -> Seen:
        """What to show of a sighting: it is smoothed.

        Args:
            seen: The network's answer.
            time_s: When.
            size_px: Of the subject: speed is counted in sizes per second.
        """

    def reaches(self, time_s: float) -> bool:
        """Whether the last movement tells anything about this time."""

    def ahead(self, seen: Seen, time_s: float) -> Seen:
        """What to show at a time without a sighting, when `seen` was shown last."""


@dataclass(slots=True, eq=False)
class Track(Generic[Seen]):
    """A subject being followed.

    Attributes:
        track_id: From 1, never used again.
        seen: What is shown: the last sighting, smoothed or moved on.
        roi: Where to look next.
        memory: Its past.
        age_frames: Frames since it was new.
        missed: Frames since it was last seen.
    """

    track_id: int
    seen: Seen
    roi: Roi
    memory: Memory[Seen]
    age_frames: int = 0
    missed: int = 0

    @property
    def state(self) -> TrackState:
        """As in `TrackedBody`."""
        return "coasting" if self.missed else "tracked" if self.age_frames else "new"


class Follower(Generic[Seen]):
    """Subjects of each frame, with ids that last.

    Args:
        finder: The networks; closed with the follower.
        rules: How.
        remember: Makes the memory of a new subject.

    Attributes:
        nonfinite_outputs: How often a network answered with NaN or infinity; the subjects concerned were missed.
    """

    def __init__(self, finder: Finder[Seen], rules: Rules, remember: Callable[[], Memory[Seen]]) -> None:
        self.nonfinite_outputs = 0
        self._finder = finder
        self._rules = rules
        self._remember = remember
        self.reset()

    @property
    def provider(self) -> str:
        """Where the networks really run."""
        return self._finder.provider

    def reset(self) -> None:
        """Forget all subjects; ids start again from 1."""
        self._tracks: list[Track[Seen]] = []
        self._next_id = 1
        self._since_search = 0
        self._since_look = 0

    def update(self, frame: Frame, timer: StageTimer, every: int = 1) -> Sequence[Track[Seen]]:
        """Find and follow the subjects of one frame, in order of `track_id`; valid until the next call.

        Args:
            frame: The next frame of one source.
            timer: Gets the stages detect, crop, infer, decode and track, or predict.
            every: Let the networks see every n-th frame only, whatever can be said about those between.
        """
        if not self._rules.remembers:
            self._tracks, self._since_look = [], 0
        if self._may_rest(frame.captured_s, every):
            self._since_look += 1
            with timer.stage("predict"):
                return self._carry_on(frame.captured_s)
        self._since_look = 1
        for track in self._tracks:
            track.age_frames += 1
            track.missed += 1
        self._follow(frame, timer)
        if self._search_due():
            self._since_search = 0
            self._search(frame, timer)
        with timer.stage("track"):
            self._drop_lost()
        return self._tracks

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._finder.close()

    def _may_rest(self, time_s: float, every: int) -> bool:
        """Whether this frame is one between two looks."""
        if 0 < self._since_look < every:
            return True
        known = bool(self._tracks) and all(track.memory.reaches(time_s) for track in self._tracks)
        return known and self._since_look < self._rules.look_every

    def _carry_on(self, time_s: float) -> Sequence[Track[Seen]]:
        """The known subjects where they probably are in a frame that no network looks at."""
        for track in self._tracks:
            track.age_frames += 1
            track.seen = track.memory.ahead(track.seen, time_s)
        return self._tracks

    def _follow(self, frame: Frame, timer: StageTimer) -> None:
        """Look for each known subject where it was last, missed ones too."""
        rois = [track.roi for track in self._tracks]
        for track, seen in zip(self._tracks, self._locate(frame, rois, timer), strict=True):
            if seen is not None and seen.next_roi is not None:
                with timer.stage("track"):
                    self._take(track, seen, frame.captured_s)
                    track.roi = settle(track.roi, seen.next_roi, self._rules.crop_rest)
        self._drop_doubles()

    def _search_due(self) -> bool:
        """Whether to search: at once for a missed subject, now and then for more, else never."""
        seen = len(self._seen())
        self._since_search += 1
        if seen >= self._rules.wanted:
            return False
        return seen < max(len(self._tracks), 1) or self._since_search >= self._rules.search_every

    def _search(self, frame: Frame, timer: StageTimer) -> None:
        """Subjects not yet tracked continue a missed track or begin a new one."""
        known = [track.roi for track in self._seen()]
        rois = [roi for roi in self._detect(frame, timer) if not self._is_among(roi, known)]
        rois = rois[: self._rules.wanted - len(known)]
        for roi, seen in zip(rois, self._locate(frame, rois, timer), strict=True):
            if seen is None or seen.next_roi is None or self._is_among(seen.next_roi, known):
                continue
            with timer.stage("track"):
                track = self._track_for(roi, seen)
                self._take(track, seen, frame.captured_s)
                track.roi = seen.next_roi
            known.append(track.roi)

    def _track_for(self, roi: Roi, seen: Seen) -> Track[Seen]:
        """The missed track that a newly found subject continues, else a new one."""
        missed = [track for track in self._tracks if track.missed]
        match = best_match(self._core(roi), [self._core(track.roi) for track in missed], REATTACH_OVERLAP)
        if match is not None:
            return missed[match]
        track = Track(self._next_id, seen, roi, self._remember())
        self._next_id += 1
        self._tracks.append(track)
        return track

    def _take(self, track: Track[Seen], seen: Seen, time_s: float) -> None:
        track.missed = 0
        track.seen = track.memory.take(seen, time_s, track.roi.size_px)

    def _locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Seen | None]:
        """The subjects that are there; None for the others."""
        usable: list[Seen | None] = []
        for seen in self._finder.locate(frame, rois, timer):
            if seen is None or not np.isfinite(seen.landmarks.points_px).all():
                self._count_nonfinite("landmark network")
                usable.append(None)
            else:
                usable.append(seen if seen.landmarks.score > self._rules.min_presence else None)
        return usable

    def _detect(self, frame: Frame, timer: StageTimer) -> list[Roi]:
        try:
            return self._finder.search(frame, timer)
        except NonFiniteOutput:
            self._count_nonfinite("detector")
            return []

    def _count_nonfinite(self, network: str) -> None:
        self.nonfinite_outputs += 1
        if self.nonfinite_outputs.bit_count() == 1:  # 1, 2, 4, 8, …: a broken device must not flood the log
            _log.warning(
                "the %s %s answered with NaN or infinity (%d so far)",
                self._rules.what,
                network,
                self.nonfinite_outputs,
            )

    def _seen(self) -> list[Track[Seen]]:
        return [track for track in self._tracks if not track.missed]

    def _core(self, roi: Roi) -> Roi:
        return replace(roi, size_px=roi.size_px * self._rules.core)

    def _is_among(self, roi: Roi, others: Sequence[Roi]) -> bool:
        return best_match(self._core(roi), [self._core(other) for other in others], SAME_OVERLAP) is not None

    def _drop_doubles(self) -> None:
        """Where two tracks have come to follow one subject, keep the older."""
        kept: list[Track[Seen]] = []
        for track in self._tracks:
            older = [other.roi for other in kept if not other.missed]
            if track.missed or not self._is_among(track.roi, older):
                kept.append(track)
        self._tracks = kept

    def _drop_lost(self) -> None:
        """Let go of subjects missed for too long, and of the longest missed where there are more than wanted."""
        kept = [track for track in self._tracks if track.missed <= self._rules.coast_frames]
        kept = sorted(kept, key=lambda track: (track.missed, track.track_id))[: self._rules.wanted]
        self._tracks = sorted(kept, key=lambda track: track.track_id)
