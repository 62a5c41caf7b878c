"""Follows faces from frame to frame: crops from the last landmarks, detection only while a face is wanted."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import NonFiniteOutput
from arpipe.inference.session import SessionConfig
from arpipe.models.face_detector import FaceDetector, face_roi
from arpipe.models.face_mesh import FaceMesh, MeshKind, next_roi
from arpipe.models.face_search import AutoFaceDetector, TiledFaceDetector
from arpipe.timing import StageTimer
from arpipe.tracking.filters import OneEuroConfig, OneEuroFilter
from arpipe.tracking.matching import best_match
from arpipe.tracking.steady import settle
from arpipe.types import Detection, Frame, Landmarks, Roi, TrackedFace, TrackState

_log = logging.getLogger(__name__)

DetectorKind = Literal["short", "full", "auto", "tiled"]
Mode = Literal["image", "video", "live"]

REDETECT_EVERY: dict[Mode, int] = {"image": 1, "video": 3, "live": 10}
"""Frames between searches for more faces while some, but fewer than wanted, are tracked."""

SAME_FACE_OVERLAP = 0.5  # of two squares, as in MediaPipe's graph
REATTACH_OVERLAP = 0.2  # looser: the face has moved while it was missed


class Detector(Protocol):
    """Finds faces in a whole picture."""

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Faces, surest first."""

    def close(self) -> None:
        """Free what it holds; may be called twice."""


class Mesh(Protocol):
    """Finds the landmarks of the face in a square."""

    @property
    def provider(self) -> str:
        """Where it runs, as in `Session.provider`."""

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Landmarks | None]:
        """One entry per square; None for an answer that cannot be used."""

    def close(self) -> None:
        """Free what it holds; may be called twice."""


class FaceTrackerConfig(BaseModel):
    """How faces are found and followed.

    Attributes:
        mode: "image" takes every frame by itself, unsmoothed; "video" follows faces; "live" does too
            and looks for more faces less often, so that frames cost alike.
        detector: "short" (to about 2 m), "full" (to about 5 m), "auto": full adds what short
            misses, or "tiled": then looks part by part, for groups.
        mesh: "attention" has irises and refined lips and eyes, "plain" is faster.
        max_faces: Faces wanted; detection rests while that many are tracked.
        min_detection: Score that a detection needs.
        min_presence: Score that landmarks need, else the face is missed.
        redetect_every: Frames between searches for more faces; 0 for the mode's own.
        coast_frames: Missed frames that a face survives with its id.
        crop_rest: Change of the crop, as a share of its side, below which it rests with the face, see
            `arpipe.tracking.steady`; 0 follows every tremor, as MediaPipe does.
        smoothing: One-euro, or "off".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "video"
    detector: DetectorKind = "short"
    mesh: MeshKind = "attention"
    max_faces: int = Field(default=1, ge=1)
    min_detection: float = Field(default=0.5, ge=0, le=1)
    min_presence: float = Field(default=0.5, ge=0, le=1)
    redetect_every: int = Field(default=0, ge=0)
    coast_frames: int = Field(default=3, ge=0)
    crop_rest: float = Field(default=0.015, ge=0, lt=1)
    smoothing: OneEuroConfig | Literal["off"] = OneEuroConfig()


@dataclass(slots=True, eq=False)
class _Track:
    """A face being followed; `roi` is where to look next, `missed` counts frames without it."""

    track_id: int
    landmarks: Landmarks
    roi: Roi
    smoother: OneEuroFilter | None
    age_frames: int = 0
    missed: int = 0

    def shown(self) -> TrackedFace:
        state: TrackState = "coasting" if self.missed else "tracked" if self.age_frames else "new"
        return TrackedFace(self.track_id, self.landmarks, None, state, self.age_frames)


class FaceTracker:
    """Faces of each frame, with ids that last.

    Args:
        config: How.
        sessions: Where the networks run.
        detector: Used instead of the configured networks.
        mesh: Used instead of the configured network.

    Attributes:
        nonfinite_outputs: How often a network answered with NaN or infinity; the faces concerned were missed.
    """

    def __init__(
        self,
        config: FaceTrackerConfig | None = None,
        sessions: SessionConfig | None = None,
        detector: Detector | None = None,
        mesh: Mesh | None = None,
    ) -> None:
        self.config = config or FaceTrackerConfig()
        self.nonfinite_outputs = 0
        self._detector = detector or _detector(self.config, sessions)
        self._mesh = mesh or FaceMesh(self.config.mesh, sessions)
        self._redetect_every = self.config.redetect_every or REDETECT_EVERY[self.config.mode]
        self.reset()

    @property
    def provider(self) -> str:
        """Where the mesh network really runs."""
        return self._mesh.provider

    def reset(self) -> None:
        """Forget all faces; ids start again from 1."""
        self._tracks: list[_Track] = []
        self._next_id = 1
        self._since_detection = 0

    def update(self, frame: Frame, timer: StageTimer) -> tuple[TrackedFace, ...]:
        """Find and follow the faces of one frame.

        Args:
            frame: The next frame of one source; in mode "image" any picture.
            timer: Gets the stages detect, crop, infer, decode and track.

        Returns:
            In order of `track_id`, without poses; empty when there is no face.
        """
        if self.config.mode == "image":
            self._tracks = []
        for track in self._tracks:
            track.age_frames += 1
            track.missed += 1
        self._follow(frame, timer)
        if self._detection_due():
            self._since_detection = 0
            self._search(frame, timer)
        with timer.stage("track"):
            self._drop_lost()
            return tuple(track.shown() for track in self._tracks)

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._detector.close()
        self._mesh.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self, frame: Frame, timer: StageTimer) -> None:
        """Look for each known face where it was last, missed ones too."""
        rois = [track.roi for track in self._tracks]
        for track, landmarks in zip(self._tracks, self._locate(frame, rois, timer), strict=True):
            if landmarks is not None and (around := next_roi(landmarks)) is not None:
                with timer.stage("track"):
                    self._take(track, landmarks, frame.captured_s)
                    track.roi = settle(track.roi, around, self.config.crop_rest)
        self._drop_doubles()

    def _detection_due(self) -> bool:
        """Whether to search: at once for a missed face, now and then for more faces, else never."""
        seen = len(self._seen())
        self._since_detection += 1
        if seen >= self.config.max_faces:
            return False
        return seen < max(len(self._tracks), 1) or self._since_detection >= self._redetect_every

    def _search(self, frame: Frame, timer: StageTimer) -> None:
        """Detect faces; those not yet tracked continue a missed track or begin a new one."""
        rois = [roi for face in self._detect(frame, timer) if (roi := face_roi(face)) is not None]
        seen = [track.roi for track in self._seen()]
        rois = [roi for roi in rois if best_match(roi, seen, SAME_FACE_OVERLAP) is None]
        rois = rois[: self.config.max_faces - len(seen)]
        for roi, landmarks in zip(rois, self._locate(frame, rois, timer), strict=True):
            around = None if landmarks is None else next_roi(landmarks)
            if landmarks is None or around is None or best_match(around, seen, SAME_FACE_OVERLAP) is not None:
                continue
            with timer.stage("track"):
                track = self._track_for(roi, landmarks)
                self._take(track, landmarks, frame.captured_s)
                track.roi = around
            seen.append(around)

    def _track_for(self, roi: Roi, landmarks: Landmarks) -> _Track:
        """The missed track that a newly found face continues, else a new one."""
        missed = [track for track in self._tracks if track.missed]
        match = best_match(roi, [track.roi for track in missed], REATTACH_OVERLAP)
        if match is not None:
            return missed[match]
        smoothing = self.config.smoothing
        smoother = None if smoothing == "off" or self.config.mode == "image" else OneEuroFilter(smoothing)
        track = _Track(self._next_id, landmarks, roi, smoother)
        self._next_id += 1
        self._tracks.append(track)
        return track

    def _take(self, track: _Track, landmarks: Landmarks, time_s: float) -> None:
        """Note that a face was seen; what is shown is smoothed, the next crop comes from the raw landmarks."""
        track.missed = 0
        track.landmarks = landmarks
        if track.smoother is not None:
            box = landmarks.box_px
            size = float(box[2] - box[0] + box[3] - box[1]) / 2.0
            smooth = track.smoother.apply(landmarks.points_px, time_s, size)
            track.landmarks = replace(landmarks, points_px=smooth)

    def _locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Landmarks | None]:
        """Landmarks of the faces that are there; None for the others."""
        found = self._mesh.locate(frame, rois, timer)
        usable: list[Landmarks | None] = []
        for landmarks in found:
            if landmarks is None or not np.isfinite(landmarks.points_px).all():
                self._count_nonfinite("the face mesh")
                usable.append(None)
            else:
                usable.append(landmarks if landmarks.score > self.config.min_presence else None)
        return usable

    def _detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        try:
            return self._detector.detect(frame, timer)
        except NonFiniteOutput:
            self._count_nonfinite("the face detector")
            return ()

    def _count_nonfinite(self, network: str) -> None:
        self.nonfinite_outputs += 1
        if self.nonfinite_outputs.bit_count() == 1:  # 1, 2, 4, 8, …: a broken device must not flood the log
            _log.warning(
                "%s answered with NaN or infinity (%d so far); that face is missed",
                network,
                self.nonfinite_outputs,
            )

    def _seen(self) -> list[_Track]:
        return [track for track in self._tracks if not track.missed]

    def _drop_doubles(self) -> None:
        """Where two tracks have come to follow one face, keep the older."""
        kept: list[_Track] = []
        for track in self._tracks:
            older = [other.roi for other in kept if not other.missed]
            if track.missed or best_match(track.roi, older, SAME_FACE_OVERLAP) is None:
                kept.append(track)
        self._tracks = kept

    def _drop_lost(self) -> None:
        """Let go of faces missed for too long, and of the longest missed where there are more than wanted."""
        kept = [track for track in self._tracks if track.missed <= self.config.coast_frames]
        kept = sorted(kept, key=lambda track: (track.missed, track.track_id))[: self.config.max_faces]
        self._tracks = sorted(kept, key=lambda track: track.track_id)


def _detector(config: FaceTrackerConfig, sessions: SessionConfig | None) -> Detector:
    if config.detector == "auto":
        return AutoFaceDetector(config.max_faces, config.min_detection, sessions)
    if config.detector == "tiled":
        return TiledFaceDetector(config.max_faces, config.min_detection, sessions)
    return FaceDetector(config.detector, config.min_detection, sessions)
