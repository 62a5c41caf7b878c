"""Several views of one face, whose mean gives a more accurate head pose than a single crop.

The networks underestimate the head's turn, to one side more than to the other, and more for small faces in the crop:
a mirrored, tighter crop has a different error. `docs/accuracy.md` compares numbers and sizes of views.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

import numpy as np

from arpipe.models.face_mesh import FaceMesh, FaceObservation
from arpipe.timing import StageTimer
from arpipe.types import Frame, Landmarks, Points, Roi


@dataclass(frozen=True, slots=True)
class CropView:
    """A way of cropping a face.

    Attributes:
        size: Side of the square over that of the usual crop.
        mirrored: Left and right are exchanged.
    """

    size: float
    mirrored: bool = False


class FaceViews:
    """Landmarks of a mesh, averaged over views.

    Args:
        mesh: The mesh.
        background: Runs the looks in the background.
    """

    def __init__(self, mesh: FaceMesh, background: Executor) -> None:
        self._mesh, self._background = mesh, background

    def locate(
        self, frame: Frame, rois: Sequence[Roi], views: Sequence[CropView], timer: StageTimer
    ) -> list[Landmarks | None]:
        """Find the landmarks of each face; stages `crop`, `infer` and `decode`.

        Args:
            frame: The frame.
            rois: The usual crop of each face.
            views: Crops to use.
            timer: Records the stages.

        Returns:
            One entry per face; None where the network answered with NaN or infinity.
        """
        return _means(self._mesh.locate(frame, _squares(rois, views), timer), views)

    def begin(
        self, frame: Frame, rois: Sequence[Roi], views: Sequence[CropView], timer: StageTimer
    ) -> Future[list[Landmarks | None]]:
        """Crop the faces now and find their landmarks in the background; arguments as in `locate`.

        The crops share one buffer: wait for the result before the next call of `locate` or `begin`.

        Returns:
            What `locate` returns, once it is known.
        """
        squares = _squares(rois, views)
        tensor = self._mesh.crop(frame, squares, timer)
        beside = timer.beside()
        return self._background.submit(lambda: _means(self._mesh.observe(tensor, squares, beside), views))


def _squares(rois: Sequence[Roi], views: Sequence[CropView]) -> list[Roi]:
    """Return the squares of all views of the first face, then of the second one, and so on."""
    return [
        replace(roi, size_px=roi.size_px * view.size, mirrored=view.mirrored)
        for roi in rois
        for view in views
    ]


def _means(found: Sequence[FaceObservation | None], views: Sequence[CropView]) -> list[Landmarks | None]:
    """Average the observations of `_squares` face by face."""
    return [
        _mean(
            [
                _upright(each.landmarks, view)
                for view, each in zip(views, found[start : start + len(views)], strict=True)
                if each is not None
            ]
        )
        for start in range(0, len(found), len(views))
    ]


def _upright(landmarks: Landmarks, view: CropView) -> Landmarks:
    """Name landmarks as in the image: in a mirrored view, left and right are exchanged."""
    if not view.mirrored:
        return landmarks
    return replace(landmarks, points_px=landmarks.points_px[landmarks.topology.mirror])


def _mean(views: Sequence[Landmarks]) -> Landmarks | None:
    if not views:
        return None
    points: Points = np.asarray(np.mean([each.points_px for each in views], axis=0), np.float32)
    if not np.isfinite(points).all():
        return None
    return replace(views[0], points_px=points, score=min(each.score for each in views))
