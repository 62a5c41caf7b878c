"""Further views of tracked faces, which decide the rotation of their poses: which ones, when and on which thread."""

import math
from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Protocol

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.models.face_views import CropView
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext, PoseEffort
from arpipe.types import Frame, Landmarks, Roi


@dataclass(frozen=True, slots=True)
class ViewPlan:
    """Which further views decide the rotation of the pose.

    Attributes:
        views: How faces are cropped for it.
        rest_every: Frames from one look at a resting head to the next.
        turn_rad: Turn of a head after which it is looked at again.
        steps_ahead: Frames between the last known pose and the one that a look corrects: 1 to look before the head has
            turned that far; see `Head.wants_correction`.
        in_background: Whether a look goes on while the frame is drawn, and corrects the poses of the next frames. The
            first look at a face never does.
        at_once: Most faces of a look in the background; more take turns, since each takes as long as all else that is
            done for it.
    """

    views: tuple[CropView, ...]
    rest_every: int = 1
    turn_rad: float = math.radians(2.0)
    steps_ahead: float = 0.0
    in_background: bool = False
    at_once: int = 1

    def may_wait(self, track: "ViewedTrack") -> bool:
        """Whether a face is looked at in the background."""
        return self.in_background and track.age_frames > 0


VIEW_PLANS: dict[PoseEffort, ViewPlan] = {
    "photo": ViewPlan(
        (CropView(0.85), CropView(0.85, mirrored=True), CropView(0.95), CropView(0.95, mirrored=True))
    ),
    "export": ViewPlan(
        (CropView(0.85), CropView(0.85, mirrored=True)),
        rest_every=12,
        turn_rad=math.radians(1.5),
        steps_ahead=1.0,
    ),
    "live": ViewPlan((CropView(0.9),), rest_every=12, in_background=True),
    "none": ViewPlan(()),
}
"""docs/accuracy.md compares them with others, in accuracy and time."""


class Views(Protocol):
    """See `arpipe.models.face_views.FaceViews`."""

    def locate(
        self, frame: Frame, rois: Sequence[Roi], views: Sequence[CropView], timer: StageTimer
    ) -> list[Landmarks | None]:
        """Find the landmarks of each face."""

    def begin(
        self, frame: Frame, rois: Sequence[Roi], views: Sequence[CropView], timer: StageTimer
    ) -> Future[list[Landmarks | None]]:
        """Find the landmarks of each face in the background."""


class ViewedTrack(Protocol):
    """A tracked face.

    Attributes:
        track_id: As in `TrackedFace`.
        age_frames: Frames since the track began.
    """

    track_id: int
    age_frames: int

    @property
    def uncorrected_rotation(self) -> Array | None:
        """(3, 3) `camera_from_head` of the last pose as the displayed landmarks give it; None without a pose."""

    def view_roi(self, plan: ViewPlan) -> Roi | None:
        """Return the usual crop of this frame; None where no look is due."""

    def take_views(self, landmarks: Landmarks | None) -> None:
        """Use landmarks averaged over several views for the rotation of this frame's pose."""

    def take_late_views(self, landmarks: Landmarks, camera: CameraIntrinsics, uncorrected: Array) -> None:
        """Use landmarks of an earlier frame, whose uncorrected rotation is given, for the poses that follow."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A look in the background: the tracks and their uncorrected rotations, the camera, and the landmarks to come."""

    tracks: Sequence[ViewedTrack]
    uncorrected: Sequence[Array | None]
    camera: CameraIntrinsics
    found: Future[list[Landmarks | None]]


class PoseViews:
    """Takes further views of tracked faces according to the plan of each frame.

    Args:
        views: Finds their landmarks.
        waits: Whether the next frame waits for a look in the background, so that results do not depend on the speed
            of the machine; otherwise it is used when it is there.
    """

    def __init__(self, views: Views, waits: bool) -> None:
        self._views = views
        self._waits = waits
        self._pending: _Look | None = None
        self._last_id = 0  # of the faces that were looked at in the background

    def look(self, tracks: Sequence[ViewedTrack], context: FrameContext) -> None:
        """Look at the faces that cannot wait, and use what has been found; call it before poses are solved."""
        self._use_pending(context.timer)
        plan = VIEW_PLANS[context.pose_effort]
        due = _due([track for track in tracks if not plan.may_wait(track)], plan)
        if due and self._pending is None:
            found = self._views.locate(context.frame, [roi for _, roi in due], plan.views, context.timer)
            for (track, _), landmarks in zip(due, found, strict=True):
                track.take_views(landmarks)

    def look_in_background(
        self, tracks: Sequence[ViewedTrack], context: FrameContext, camera: CameraIntrinsics
    ) -> None:
        """Begin to look at the other faces; call it once poses are solved."""
        plan = VIEW_PLANS[context.pose_effort]
        due = _due([track for track in tracks if plan.may_wait(track)], plan)
        if due and self._pending is None:
            due.sort(key=lambda each: (each[0].track_id <= self._last_id, each[0].track_id))
            due = due[: plan.at_once]
            found = self._views.begin(context.frame, [roi for _, roi in due], plan.views, context.timer)
            looked_at = [track for track, _ in due]
            self._last_id = looked_at[-1].track_id
            rotations = [track.uncorrected_rotation for track in looked_at]
            self._pending = _Look(looked_at, rotations, camera, found)

    def reset(self) -> None:
        """Forget a look that is under way, once it has let go of the crops, and whose turn it is."""
        if self._pending is not None:
            wait([self._pending.found])
        self._pending = None
        self._last_id = 0

    def _use_pending(self, timer: StageTimer) -> None:
        look = self._pending
        if look is None or not (self._waits or look.found.done()):
            return
        self._pending = None
        with timer.stage("infer"):
            found = look.found.result()
        with timer.stage("pose"):
            for track, uncorrected, landmarks in zip(look.tracks, look.uncorrected, found, strict=True):
                if landmarks is not None and uncorrected is not None:
                    track.take_late_views(landmarks, look.camera, uncorrected)


def _due(tracks: Sequence[ViewedTrack], plan: ViewPlan) -> list[tuple[ViewedTrack, Roi]]:
    if not plan.views:
        return []
    return [(track, roi) for track in tracks if (roi := track.view_roi(plan)) is not None]
