"""Confirms detected faces by a closer look at each: the short-range network on enlarged squares around it.

At low scores, detectors find knees, hands and folds of shirts as well as faces. Enlarged to the size that the
short-range network was trained for, a face keeps a high score in squares of any width; what merely resembles one does
not.
"""

from collections.abc import Sequence

import numpy as np

from arpipe.geometry.boxes import overlap
from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.models.detector import join
from arpipe.models.face_detector import FaceDetector
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Roi

ZOOMS = (1.6, 2.5, 4.0)  # sides of the squares over the long side of the box
SAME_OVERLAP = 0.3  # intersection over union with the box above which a detection is of the same face
# Of 150 faces in 90 photos, the least score of the three looks was 0.62, and their least mean 0.72, or 0.66 for faces
# cut by the edge of the photo. Buttons, lamps and other small things reach 0.76, larger ones 0.69, and animals 0.71.
LEAST_SCORE = 0.5
LEAST_MEAN, LEAST_MEAN_CUT, LEAST_MEAN_SMALL = 0.68, 0.62, 0.78
SMALL_PX = 48.0  # box of a face that has few pixels to be told by
OUTSIDE = 0.15  # of its size by which the middle of a face may lie outside the frame: the mirror image completes halves
MAX_FACES_AT_ONCE = 16  # looked at in one run of the network


class CloserLook:
    """Looks at detected faces again, at several distances.

    Args:
        runtime: Loads the network and owns it.
        least_small: Least mean score of small faces. In a photo it has to be high; in a stream, time tells, too.
    """

    def __init__(self, runtime: Runtime, least_small: float = LEAST_MEAN_SMALL) -> None:
        self._least_small = least_small
        self._detector = FaceDetector("short", runtime, LEAST_SCORE / 2.0, border="mirror")

    def confirm(
        self, frame: Frame, detections: Sequence[Detection], timer: StageTimer
    ) -> tuple[Detection, ...]:
        """Return the faces among detections, highest score first; stage `detect`.

        Boxes and keypoints are those of the closer looks, and so is the score, which is their mean. Faces outside the
        frame are dropped: they are mirror images.
        """
        found: list[Detection] = []
        for first in range(0, len(detections), MAX_FACES_AT_ONCE):
            some = detections[first : first + MAX_FACES_AT_ONCE]
            squares = [_square(each.box_px, zoom) for each in some for zoom in ZOOMS]
            looks = self._detector.detect_in_each(frame, squares, timer)
            for number, each in enumerate(some):
                seen = looks[number * len(ZOOMS) : (number + 1) * len(ZOOMS)]
                face = _mean_of(each, seen)
                if (
                    face is not None
                    and _is_inside(face, frame)
                    and face.score >= self._least_mean(face, frame)
                ):
                    found.append(face)
        return _different(sorted(found, key=lambda face: -face.score))

    def find(self, frame: Frame, boxes_px: Sequence[Array], timer: StageTimer) -> list[Detection | None]:
        """Return for each box the face that overlaps it most, seen at one distance; None for none. Stage `detect`."""
        looks = self._detector.detect_in_each(frame, [_square(box, ZOOMS[1]) for box in boxes_px], timer)
        return [_nearest(faces, box) for faces, box in zip(looks, boxes_px, strict=True)]

    def _least_mean(self, face: Detection, frame: Frame) -> float:
        """Return the mean score from which a detection counts as a face."""
        low, high = face.box_px[:2], face.box_px[2:]
        if float((high - low).max()) < SMALL_PX:
            return self._least_small
        is_cut = (low < 0.0).any() or (high > (frame.width, frame.height)).any()
        return LEAST_MEAN_CUT if is_cut else LEAST_MEAN


def _square(box_px: Array, zoom: float) -> Roi:
    low, high = box_px[:2], box_px[2:]
    return Roi((low + high) / 2.0, zoom * float((high - low).max()), 0.0)


def _mean_of(candidate: Detection, looks: Sequence[Sequence[Detection]]) -> Detection | None:
    """Return the mean of what the looks show of a candidate; None if one of them shows no face."""
    seen = []
    for faces in looks:
        same = [face for face in faces if _overlaps(face, candidate.box_px)]
        if not same or same[0].score < LEAST_SCORE:
            return None
        seen.append(same[0])
    scores = np.array([face.score for face in seen])
    weights = scores / ZOOMS  # the wider the square, the coarser is its answer
    weights /= weights.sum()
    return Detection(
        np.tensordot(weights, np.stack([face.box_px for face in seen]), axes=1),
        np.tensordot(weights, np.stack([face.keypoints_px for face in seen]), axes=1),
        float(scores.mean()),
    )


def _nearest(faces: Sequence[Detection], box_px: Array) -> Detection | None:
    if not faces:
        return None
    shares = overlap(box_px, np.stack([face.box_px for face in faces]))
    return faces[int(np.argmax(shares))] if shares.max() > 0.0 else None


def _overlaps(face: Detection, box_px: Array) -> bool:
    return float(overlap(face.box_px, box_px[None])[0]) > SAME_OVERLAP


def _is_inside(face: Detection, frame: Frame) -> bool:
    low, high = face.box_px[:2], face.box_px[2:]
    middle, reach = (low + high) / 2.0, OUTSIDE * (high - low)
    return bool((middle > -reach).all() and (middle - reach < (frame.width, frame.height)).all())


def _different(faces: Sequence[Detection]) -> tuple[Detection, ...]:
    """Return faces without those that overlap one before them."""
    kept: tuple[Detection, ...] = ()
    for face in faces:
        kept = join(kept, (face,))
    return kept
