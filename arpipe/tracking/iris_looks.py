"""Looks at the irises of faces whose landmarks lack them, while the frames go on."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Protocol

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.models.face_views import CropView
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.pose_views import Views
from arpipe.types import Landmarks, Roi

USUAL_VIEW = (CropView(1.0),)


class IrisTrack(Protocol):
    """A tracked face."""

    def iris_roi(self) -> Roi | None:
        """Return the square for a look at the irises; None when none is due."""

    def measure_irises(self, landmarks: Landmarks, camera: CameraIntrinsics) -> None:
        """Measure the head's size from landmarks with irises of the frame of the last pose."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    tracks: Sequence[IrisTrack]
    camera: CameraIntrinsics
    found: Future[list[Landmarks | None]]


class IrisLooks:
    """Runs a mesh with irises on some faces beside the frames.

    Args:
        open_views: Loads the mesh, when the first face is due.
    """

    def __init__(self, open_views: Callable[[], Views]) -> None:
        self._open_views = open_views
        self._views: Views | None = None
        self._pending: _Look | None = None

    def begin(self, tracks: Sequence[IrisTrack], context: FrameContext, camera: CameraIntrinsics) -> None:
        """Begin to look at the faces that are due; call it once their poses are solved."""
        due = [(track, roi) for track in tracks if (roi := track.iris_roi()) is not None]
        if not due:
            return
        if self._views is None:
            self._views = self._open_views()
        found = self._views.begin(context.frame, [roi for _, roi in due], USUAL_VIEW, context.timer)
        self._pending = _Look([track for track, _ in due], camera, found)

    def finish(self, timer: StageTimer) -> None:
        """Wait for the looks of the last frame and measure; call it before the next poses are solved."""
        look, self._pending = self._pending, None
        if look is None:
            return
        with timer.stage("infer"):
            found = look.found.result()
        for track, landmarks in zip(look.tracks, found, strict=True):
            if landmarks is not None:
                track.measure_irises(landmarks, look.camera)

    def reset(self) -> None:
        """Forget a look that is under way, once it has let go of the crops."""
        if self._pending is not None:
            wait([self._pending.found])
        self._pending = None
