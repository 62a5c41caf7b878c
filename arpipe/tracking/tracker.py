"""Follows faces from frame to frame: crops from the last landmarks, detection only while a face is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import Field

from arpipe.inference.session import SessionConfig
from arpipe.models.face_detector import FaceDetector, face_roi
from arpipe.models.face_mesh import FaceMesh, MeshKind, next_roi
from arpipe.models.face_search import AutoFaceDetector, TiledFaceDetector
from arpipe.timing import StageTimer
from arpipe.tracking.filters import OneEuroConfig, OneEuroFilter
from arpipe.tracking.finder import Detector, Locator, NetworkFinder
from arpipe.tracking.follow import Track
from arpipe.tracking.settings import Mode, TrackerConfig, rules_of
from arpipe.tracking.subjects import SubjectTracker
from arpipe.types import Detection, Frame, Landmarks, Roi, TrackedFace

DetectorKind = Literal["short", "full", "auto", "tiled"]

SEARCH_EVERY: dict[Mode, int] = {"image": 1, "video": 3, "live": 10}
"""Frames between searches for more faces while some, but fewer than wanted, are tracked."""


class FaceTrackerConfig(TrackerConfig):
    """How faces are found and followed; see `TrackerConfig` for the rest.

    Attributes:
        detector: "short" (to about 2 m), "full" (to about 5 m), "auto": full adds what short
            misses, or "tiled": then looks part by part, for groups.
        mesh: "attention" has irises and refined lips and eyes, "plain" is faster. "auto" is the attention mesh,
            but the plain one while faces are wanted only by effects that need neither, such as glasses; the
            attention mesh then looks at the irises now and then, for the head's true size.
        max_faces: Faces wanted; detection rests while that many are tracked.
    """

    detector: DetectorKind = "short"
    mesh: MeshKind | Literal["auto"] = "auto"
    max_faces: int = Field(default=1, ge=1)

    @property
    def fullest_mesh(self) -> MeshKind:
        """The mesh for those who need irises."""
        return "plain" if self.mesh == "plain" else "attention"


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """A face as the mesh sees it, a `Sight`."""

    landmarks: Landmarks
    next_roi: Roi | None


class _SightMesh:
    """A mesh whose answers know their next square, a `Locator`."""

    def __init__(self, mesh: Locator[Landmarks]) -> None:
        self._mesh = mesh

    @property
    def provider(self) -> str:
        return self._mesh.provider

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[_Sight | None]:
        return [
            None if face is None or not np.isfinite(face.points_px).all() else _Sight(face, next_roi(face))
            for face in self._mesh.locate(frame, rois, timer)
        ]

    def close(self) -> None:
        self._mesh.close()


class _Memory:
    """Of one face. It smooths; prediction is for those who know the pose, too."""

    def __init__(self, smoothing: OneEuroConfig | None) -> None:
        self._smoother = None if smoothing is None else OneEuroFilter(smoothing)

    def take(self, seen: _Sight, time_s: float, size_px: float) -> _Sight:  # noqa: ARG002 - the crop is no measure
        if self._smoother is None:
            return seen
        box = seen.landmarks.box_px
        size = float(box[2] - box[0] + box[3] - box[1]) / 2.0
        points = self._smoother.apply(seen.landmarks.points_px, time_s, size)
        return replace(seen, landmarks=replace(seen.landmarks, points_px=points))

    def reaches(self, time_s: float) -> bool:  # noqa: ARG002
        return False

    def ahead(self, seen: _Sight, time_s: float) -> _Sight:  # noqa: ARG002
        return seen


class FaceTracker(SubjectTracker[_Sight, TrackedFace]):
    """Faces of each frame, with ids that last; they have no poses yet.

    Args:
        config: How.
        sessions: Where the networks run.
        detector: Used instead of the configured networks.
        mesh: Used instead of the configured network.
    """

    def __init__(
        self,
        config: FaceTrackerConfig | None = None,
        sessions: SessionConfig | None = None,
        detector: Detector[Detection] | None = None,
        mesh: Locator[Landmarks] | None = None,
    ) -> None:
        self.config = config = config or FaceTrackerConfig()
        meshes = _SightMesh(mesh or FaceMesh(config.fullest_mesh, sessions))
        finder = NetworkFinder(detector or _detector(config, sessions), meshes, face_roi)
        rules = rules_of(config, what="face", wanted=config.max_faces, search_every=SEARCH_EVERY)
        super().__init__(finder, rules, lambda: _Memory(config.smooths))

    def _show(self, track: Track[_Sight]) -> TrackedFace:
        return TrackedFace(track.track_id, track.seen.landmarks, None, track.state, track.age_frames)


def _detector(config: FaceTrackerConfig, sessions: SessionConfig | None) -> Detector[Detection]:
    if config.detector == "auto":
        return AutoFaceDetector(config.max_faces, config.min_detection, sessions)
    if config.detector == "tiled":
        return TiledFaceDetector(config.max_faces, config.min_detection, sessions)
    return FaceDetector(config.detector, config.min_detection, sessions)
