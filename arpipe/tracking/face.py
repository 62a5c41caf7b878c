"""Tracks faces: landmarks, smoothed, and the head pose."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol, Self

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.head_pose import Head, HeadPoseConfig
from arpipe.inference.runtime import Runtime
from arpipe.models.face_detector import face_roi
from arpipe.models.face_mesh import (
    FaceMeshes,
    FaceObservation,
    MeshKind,
    next_roi,
)
from arpipe.models.face_views import FaceViews
from arpipe.preprocess.lab import load_lab_tables
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face_config import FaceTrackerConfig, pose_effort
from arpipe.tracking.face_evidence import FaceEvidence, FaceLook
from arpipe.tracking.face_eyewear import EyewearWatch
from arpipe.tracking.face_identity import FormerFaces
from arpipe.tracking.face_search import open_search
from arpipe.tracking.filters import OneEuroFilter
from arpipe.tracking.iris_looks import IrisLooks
from arpipe.tracking.networks import Confirm, Detector, Locator, Networks, accept_all
from arpipe.tracking.pose_views import PoseViews, ViewPlan, Views
from arpipe.tracking.prediction import Predictor, extrapolate_points, extrapolate_pose
from arpipe.tracking.settings import Mode, rules_of
from arpipe.tracking.track import Track
from arpipe.tracking.tracker import Tracker
from arpipe.types import Frame, HeadPose, Landmarks, Roi, TrackedFace

SEARCH_EVERY: dict[Mode, int] = {"image": 1, "video": 3, "live": 10}
"""Frames between searches for more faces while some, but fewer than wanted, are tracked."""


class FaceTrack(Track[FaceObservation, TrackedFace]):
    """A face being followed: its smoothing, its pose and its prediction.

    Args:
        track_id: As in `Track`.
        roi: As in `Track`.
        config: How landmarks are smoothed.
        head_pose: How the pose is solved.

    Attributes:
        own_glasses: As in `TrackedFace`.
    """

    def __init__(self, track_id: int, roi: Roi, config: FaceTrackerConfig, head_pose: HeadPoseConfig) -> None:
        super().__init__(track_id, roi)
        self._filter = None if config.smooths is None else OneEuroFilter(config.smooths)
        self._head = Head(head_pose)
        self._accurate: Landmarks | None = None
        self._pose: HeadPose | None = None
        self.own_glasses: float | None = None
        self._pose_predictor: Predictor[HeadPose | None] = Predictor(extrapolate_pose)

    def smooth(self, observed: FaceObservation, time_s: float) -> FaceObservation:  # noqa: D102
        if self._filter is None:
            return observed
        landmarks = observed.landmarks
        x0, y0, x1, y1 = landmarks.box_px
        size_px = float(x1 - x0 + y1 - y0) / 2.0
        points = self._filter.apply(landmarks.points_px, time_s, size_px)
        return replace(observed, landmarks=replace(landmarks, points_px=points))

    def finish(self, context: FrameContext) -> None:
        """Solve the pose and record it with the landmarks; stage `pose`."""
        super().finish(context)
        if context.camera is not None:
            with context.timer.stage("pose"):
                self._pose = self._head.solve(self.shown.landmarks, context.camera, self._accurate)
        self._accurate = None
        self._pose_predictor.observe(self._pose, context.frame.captured_s)

    def predict(self, time_s: float) -> bool:  # noqa: D102
        moved = super().predict(time_s)
        if moved:
            self._pose = self._pose_predictor.predict(time_s)
        return moved

    def view_roi(self, plan: ViewPlan) -> Roi | None:
        """Return the usual crop of this frame; None where no other views are due."""
        slot = self.age_frames + self.track_id  # different faces at rest are looked at in different frames
        is_due = (
            self.age_frames == 0
            or slot % plan.rest_every == 0
            or self._head.wants_correction(plan.turn_rad, plan.steps_ahead)
        )
        return next_roi(self.shown.landmarks) if is_due and not self.missed else None

    def take_views(self, landmarks: Landmarks | None) -> None:
        """Use landmarks averaged over several views for the rotation of this frame's pose."""
        self._accurate = landmarks

    @property
    def uncorrected_rotation(self) -> Array | None:
        """(3, 3) `camera_from_head` of the last pose as the displayed landmarks give it; None without a pose."""
        return self._head.uncorrected_rotation

    def take_late_views(self, landmarks: Landmarks, camera: CameraIntrinsics, uncorrected: Array) -> None:
        """Use landmarks of an earlier frame, whose uncorrected rotation is given, for the poses that follow."""
        self._head.correct(landmarks, camera, uncorrected)

    def iris_roi(self) -> Roi | None:
        """Return the square for an extra inference with the attention mesh; None when none is due."""
        return next_roi(self.shown.landmarks) if self._head.wants_irises() else None

    def measure_irises(self, landmarks: Landmarks, camera: CameraIntrinsics) -> None:
        """Measure the head's size from landmarks with irises; it takes effect in the next frame."""
        self._head.measure_irises(landmarks, camera)

    @staticmethod
    def extrapolate(  # noqa: D102
        before: FaceObservation, last: FaceObservation, factor: float
    ) -> FaceObservation | None:
        if before.landmarks.topology is not last.landmarks.topology:  # the mesh has been exchanged
            return None
        points = extrapolate_points(before.landmarks.points_px, last.landmarks.points_px, factor)
        return replace(last, landmarks=replace(last.landmarks, points_px=points))

    def result(self) -> TrackedFace:  # noqa: D102
        shown = self.shown
        return TrackedFace(
            self.track_id,
            shown.landmarks,
            self._pose,
            self.state,
            self.age_frames,
            shown.scores,
            own_glasses=self.own_glasses,
        )


class ExchangeableMeshes(Locator[FaceObservation], Protocol):
    """Face meshes, one of them in use.

    Attributes:
        kind: The one in use; assign to change it between frames.
    """

    kind: MeshKind


class FaceTracker(Tracker[FaceTrack, FaceObservation, TrackedFace]):
    """Faces of each frame, with ids that last, and with poses where the camera is given; `open` loads its networks.

    Args:
        config: How faces are found and followed.
        detector: Searches whole frames.
        meshes: Find landmarks.
        head_pose: How poses are solved.
        irises: Loads a mesh with irises, to measure them where the mesh in use has none; None where meshes cannot be
            exchanged.
        views: Gives further views for the rotation of poses; None for no further views.
        confirm: Returns the faces among detections.
        look: Checks followed faces now and then; None to trust the meshes.
    """

    def __init__(
        self,
        config: FaceTrackerConfig,
        detector: Detector,
        meshes: ExchangeableMeshes,
        head_pose: HeadPoseConfig | None = None,
        irises: Callable[[], Views] | None = None,
        views: Views | None = None,
        confirm: Confirm = accept_all,
        look: FaceLook | None = None,
    ) -> None:
        self._views = None if views is None else PoseViews(views, waits=config.mode != "live")
        self._evidence = None if look is None else FaceEvidence(look)
        self._former = FormerFaces[FaceTrack]()
        self._eyewear = EyewearWatch() if config.eyewear else None
        self._fullest_mesh = config.fullest_mesh
        self._irises = None if irises is None else IrisLooks(irises)
        self._meshes = meshes
        rules = rules_of(config, what="face", wanted=config.wanted, search_every=SEARCH_EVERY)
        begin = partial(FaceTrack, config=config, head_pose=head_pose or HeadPoseConfig())
        super().__init__(Networks(detector, face_roi, meshes, confirm), rules, begin)

    @classmethod
    def open(
        cls,
        runtime: Runtime,
        config: FaceTrackerConfig | None = None,
        head_pose: HeadPoseConfig | None = None,
    ) -> Self:
        """Load the networks and make a tracker; the runtime owns the networks."""
        config, head_pose = config or FaceTrackerConfig(), head_pose or HeadPoseConfig()
        if config.runtime == "mediapipe":
            from arpipe.models.mediapipe_faces import MediaPipeFaces  # an optional package

            faces = MediaPipeFaces(config.wanted, config.follows, config.min_detection, config.min_presence)
            runtime.own(faces)
            return cls(config, faces, faces, head_pose)
        if config.follows:
            runtime.background.submit(load_lab_tables)  # for `FormerFaces`
        meshes = FaceMeshes(config.fullest_mesh, runtime, config.scores)
        if config.mesh == "auto":
            meshes.load("plain")
        views = None
        if pose_effort(config, head_pose) != "none":
            views = FaceViews(meshes.load("v2"), runtime.background)

        def load_irises() -> FaceViews:
            return FaceViews(meshes.load("attention").beside(), runtime.background)

        search = open_search(config, runtime)
        return cls(
            config, search.detector, meshes, head_pose, load_irises, views, search.confirm, search.look
        )

    def reset(self) -> None:
        """Forget all faces; ids start again from 1."""
        super().reset()
        self._former.reset()
        for memory in (self._evidence, self._views, self._irises, self._eyewear):
            if memory is not None:
                memory.reset()

    def _observe(self, context: FrameContext) -> None:
        if self._irises is not None:
            self._meshes.kind = self._fullest_mesh if context.attention else "plain"
        super()._observe(context)
        if self._evidence is not None:
            refuted = self._evidence.check(context.frame, self._tracks, context.timer)
            self._tracks = [track for track in self._tracks if track not in refuted]
        if self._rules.remembers:
            with context.timer.stage("track"):
                self._former.look_at(context.frame, self._tracks)
        if self._eyewear is not None:
            self._eyewear.look(context, self._tracks)

    def _recall(self, roi: Roi, frame: Frame) -> FaceTrack | None:
        return self._former.recall(frame, roi)

    def _drop_lost(self, time_s: float) -> None:
        before = self._tracks
        super()._drop_lost(time_s)
        self._former.keep([track for track in before if track not in self._tracks], time_s)

    def _finish(self, context: FrameContext) -> None:
        if self._irises is not None:
            self._irises.finish(context.timer)
        views = None if context.camera is None else self._views
        if views is not None:
            views.look(self._tracks, context)
        super()._finish(context)
        if views is not None and context.camera is not None:
            views.look_in_background(self._tracks, context, context.camera)
        if context.camera is not None and self._irises and self._meshes.kind != self._fullest_mesh:
            self._irises.begin(self._tracks, context, context.camera)
