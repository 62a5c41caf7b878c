"""Tracks faces, bodies or hands: crops from the last landmarks, detection only while more subjects are wanted."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from arpipe.errors import NonFiniteOutput
from arpipe.models.crop_network import Observed
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.matching import best_match
from arpipe.tracking.networks import Networks
from arpipe.tracking.refusals import Refusals
from arpipe.tracking.settings import Rules
from arpipe.tracking.steady import settle
from arpipe.tracking.track import Result, Track
from arpipe.types import Detection, Frame, Roi

_log = logging.getLogger(__name__)

SAME_OVERLAP = 0.5  # of two squares, as in MediaPipe's graphs
REATTACH_OVERLAP = 0.2  # looser: the subject has moved while it was missed


Followed = TypeVar("Followed", bound=Track[Any, Any])


class Tracker(Generic[Followed, Observed, Result]):
    """Subjects of each frame, with ids that last.

    Args:
        networks: Detector and landmark network.
        rules: How subjects are followed.
        begin: Makes the track of a new subject from its id and square.

    Attributes:
        nonfinite_outputs: How often a network answered with NaN or infinity; the subjects concerned were missed.
        left_out: Most subjects of a frame, so far in the stream, that a search found beyond those wanted. Nobody
            searches while all that are wanted are followed, so there may have been more.
    """

    def __init__(
        self,
        networks: Networks[Observed],
        rules: Rules,
        begin: Callable[[int, Roi], Followed],
    ) -> None:
        self.nonfinite_outputs = 0
        self._networks = networks
        self._rules = rules
        self._begin = begin
        self.reset()

    def reset(self) -> None:
        """Forget all subjects; ids start again from 1."""
        self._tracks: list[Followed] = []
        self._next_id = 1
        self._refusals = Refusals()
        self._since_search = self._rules.search_every
        self._since_inference = 0
        self.left_out = 0

    def update(self, context: FrameContext) -> tuple[Result, ...]:
        """Find and follow the subjects of the next frame.

        Stages are detect, crop, infer, decode and track, or predict.

        Returns:
            Subjects in order of `track_id`; empty when there is none.
        """
        time_s = context.frame.captured_s
        if not self._rules.remembers:
            self._tracks, self._refusals, self._since_inference = [], Refusals(), 0
        if self._may_predict(time_s, context.every):
            self._since_inference += 1
            with context.timer.stage("predict"):
                for track in self._tracks:
                    track.predict(time_s)
        else:
            self._since_inference = 1
            self._observe(context)
            self._finish(context)
        return tuple(track.result() for track in self._tracks)

    def _observe(self, context: FrameContext) -> None:
        """Run the networks on a frame."""
        frame, timer = context.frame, context.timer
        for track in self._tracks:
            track.age_frames += 1
            track.missed += 1
        self._follow(frame, timer)
        if self._search_due():
            self._since_search = 0
            self._search(frame, timer)
        with timer.stage("track"):
            self._drop_lost(frame.captured_s)

    def _finish(self, context: FrameContext) -> None:
        """Complete the tracks once it is known which ones remain."""
        for track in self._tracks:
            track.finish(context)

    def _may_predict(self, time_s: float, every: int) -> bool:
        """Whether this frame can do without inference."""
        if 0 < self._since_inference < every:
            return True
        known = bool(self._tracks) and all(track.can_predict(time_s) for track in self._tracks)
        return known and self._since_inference < self._rules.infer_every

    def _follow(self, frame: Frame, timer: StageTimer) -> None:
        """Observe each known subject where it was last, missed ones too."""
        rois = [track.roi for track in self._tracks]
        for track, observed in zip(self._tracks, self._locate(frame, rois, timer), strict=True):
            next_roi = self._next_roi(observed)
            if observed is not None and next_roi is not None:
                with timer.stage("track"):
                    track.take(observed, frame.captured_s)
                    track.roi = settle(track.roi, next_roi, self._rules.crop_rest)
        self._drop_doubles()

    def _search_due(self) -> bool:
        """Whether to search: at once for a missed subject, now and then for the first one or for more, else never."""
        found = len(self._found())
        self._since_search += 1
        if found >= self._rules.wanted:
            return False
        every = self._rules.search_every if self._tracks else self._rules.idle_every
        return found < len(self._tracks) or self._since_search >= every

    def _search(self, frame: Frame, timer: StageTimer) -> None:
        """Detect subjects that are not tracked; each continues a missed track or begins a new one."""
        known = [track.roi for track in self._found()]
        rois = self._refusals.due(self._detect(frame, known, timer), frame.captured_s)
        room = self._rules.wanted - len(known)
        self.left_out = max(self.left_out, len(rois) - room)
        rois = rois[:room]
        for roi, observed in zip(rois, self._locate(frame, rois, timer), strict=True):
            if observed is not None:
                self._refusals.judge(roi, observed.landmarks.score, frame.captured_s)
            next_roi = self._next_roi(observed)
            if observed is None or next_roi is None or self._is_among(next_roi, known):
                continue
            with timer.stage("track"):
                track = self._track_for(roi, frame)
                track.take(observed, frame.captured_s)
                track.roi = next_roi
            known.append(track.roi)

    def _track_for(self, roi: Roi, frame: Frame) -> Followed:
        """Return the missed track that a newly found subject continues, else a former or a new one."""
        missed = [track for track in self._tracks if track.missed]
        match = best_match(roi, [track.roi for track in missed], REATTACH_OVERLAP, self._rules.core)
        if match is not None:
            return missed[match]
        track = self._recall(roi, frame)
        if track is None:
            track = self._begin(self._next_id, roi)
            self._next_id += 1
        self._tracks.append(track)
        return track

    def _recall(self, roi: Roi, frame: Frame) -> Followed | None:  # noqa: ARG002 - for trackers that remember
        """Return the track of a subject that was lost and is found again; None for a new one."""
        return None

    def _locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Observed | None]:
        """Observe the subject in each square; None for an answer that cannot be used."""
        usable: list[Observed | None] = []
        for observed in self._networks.locator.locate(frame, rois, timer):
            if observed is None or not np.isfinite(observed.landmarks.points_px).all():
                self._count_nonfinite("landmark network")
                usable.append(None)
            else:
                usable.append(observed)
        return usable

    def _next_roi(self, observed: Observed | None) -> Roi | None:
        """Return where the observed subject is to be cropped next; None if there is no subject."""
        if observed is None or observed.landmarks.score <= self._rules.min_presence:
            return None
        return observed.next_roi

    def _detect(self, frame: Frame, known: Sequence[Roi], timer: StageTimer) -> list[Roi]:
        """Return the squares of subjects in a frame that are none of those known."""
        networks = self._networks
        try:
            found = networks.detector.detect(frame, timer)
            new = [each for each in found if self._new_roi(each, known) is not None]
            confirmed = networks.confirm(frame, new, timer) if new else ()
        except NonFiniteOutput:
            self._count_nonfinite("detector")
            return []
        return [roi for each in confirmed if (roi := self._new_roi(each, known)) is not None]

    def _new_roi(self, detection: Detection, known: Sequence[Roi]) -> Roi | None:
        roi = self._networks.roi_of(detection)
        return None if roi is None or self._is_among(roi, known) else roi

    def _count_nonfinite(self, network: str) -> None:
        self.nonfinite_outputs += 1
        if self.nonfinite_outputs.bit_count() == 1:  # 1, 2, 4, 8, …: a broken device must not flood the log
            _log.warning(
                "the %s %s answered with NaN or infinity (%d so far)",
                self._rules.what,
                network,
                self.nonfinite_outputs,
            )

    def _found(self) -> list[Followed]:
        return [track for track in self._tracks if not track.missed]

    def _is_among(self, roi: Roi, others: Sequence[Roi]) -> bool:
        return best_match(roi, others, SAME_OVERLAP, self._rules.core) is not None

    def _drop_doubles(self) -> None:
        """Drop the newer of two tracks that follow the same subject."""
        kept: list[Followed] = []
        for track in self._tracks:
            older = [other.roi for other in kept if not other.missed]
            if track.missed or not self._is_among(track.roi, older):
                kept.append(track)
        self._tracks = kept

    def _drop_lost(self, time_s: float) -> None:  # noqa: ARG002 - for trackers that remember
        """Drop subjects missed for too long, and those missed longest where there are more than wanted."""
        kept = [track for track in self._tracks if track.missed <= self._rules.coast_frames]
        kept = sorted(kept, key=lambda track: (track.missed, track.track_id))[: self._rules.wanted]
        self._tracks = sorted(kept, key=lambda track: track.track_id)
