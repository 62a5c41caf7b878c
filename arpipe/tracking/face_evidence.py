"""Collects evidence that a followed face is one: landmark networks also follow shirts and hair."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.models.face_detector import face_roi
from arpipe.timing import StageTimer
from arpipe.tracking.track import AnyTrack
from arpipe.types import Detection, Frame

CHECK_EVERY = 15  # frames, of a face that was confirmed; a check takes about 1.2 ms
RECHECK_EVERY = 3  # frames, of a face that the last check did not show, or that the mesh is unsure of
SURE = 0.9  # score of the mesh; faces that turn away or are covered fall below it
FACE_SCORE = 0.4  # of the closer look; profiles and faces behind hands have 0.5 or more
# Intersection over union of the landmarks' box and the face that the look finds: about 0.7 on frontal faces.
SLIPPED, SAME_FACE, ON_FACE = 0.1, 0.25, 0.4
MAX_DOUBTS = 2  # checks in a row that show no face, after which it is dropped


class FaceLook(Protocol):
    """Looks at faces again; `CloserLook` is one."""

    def confirm(
        self, frame: Frame, detections: Sequence[Detection], timer: StageTimer
    ) -> Sequence[Detection]:
        """Return the faces among detections."""

    def find(self, frame: Frame, boxes_px: Sequence[Array], timer: StageTimer) -> Sequence[Detection | None]:
        """Return for each box the face that overlaps it most."""


Checked = TypeVar("Checked", bound=AnyTrack)


class FaceEvidence:
    """Checks followed faces now and then.

    Args:
        look: Looks at them again.
    """

    def __init__(self, look: FaceLook) -> None:
        self._look = look
        self._doubts: dict[int, int] = {}

    def reset(self) -> None:
        """Forget all faces."""
        self._doubts.clear()

    def check(self, frame: Frame, tracks: Sequence[Checked], timer: StageTimer) -> list[Checked]:
        """Return the tracks that follow no face; those that have slipped off one are put back onto it."""
        self._forget_others({track.track_id for track in tracks})
        due = [track for track in tracks if self._is_due(track)]
        boxes = [track.shown.landmarks.box_px for track in due]
        for track, box, face in zip(due, boxes, self._look.find(frame, boxes, timer), strict=True):
            self._judge(track, box, face)
        gone = [track for track in due if self._doubts.get(track.track_id, 0) >= MAX_DOUBTS]
        for track in gone:
            del self._doubts[track.track_id]
        return gone

    def _forget_others(self, track_ids: set[int]) -> None:
        """Keep the doubts about these tracks only."""
        self._doubts = {key: doubts for key, doubts in self._doubts.items() if key in track_ids}

    def _judge(self, track: AnyTrack, box_px: Array, face: Detection | None) -> None:
        """Count a doubt, or forget them; put a track back onto the face that it has slipped off."""
        share = 0.0
        if face is not None and face.score >= FACE_SCORE:
            share = float(overlap(box_px, face.box_px[None])[0])
            if SLIPPED <= share < ON_FACE:
                track.roi = face_roi(face) or track.roi
        doubts = self._doubts.pop(track.track_id, 0)
        if share < SAME_FACE:
            self._doubts[track.track_id] = doubts + 1

    def _is_due(self, track: AnyTrack) -> bool:
        if track.missed or not track.age_frames:
            return False
        is_sure = track.track_id not in self._doubts and track.shown.landmarks.score >= SURE
        every = CHECK_EVERY if is_sure else RECHECK_EVERY
        return (track.age_frames + track.track_id) % every == 0
