"""Finds faces in a whole picture: short range (to about 2 m) and full range (to about 5 m)."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.boxes import overlap
from arpipe.inference.session import Session, SessionConfig
from arpipe.models import ssd
from arpipe.preprocess.crop import letterbox, square_around
from arpipe.preprocess.tensor import CropTensor
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Roi

RIGHT_EYE, LEFT_EYE, NOSE_TIP, MOUTH, RIGHT_EAR, LEFT_EAR = range(6)
"""Order of a face detection's keypoints; right and left are the person's."""

MAX_OVERLAP = 0.3  # of two boxes that are one face, from the models' own graphs
CROP_OVER_BOX = 1.5  # the face mesh was trained on crops this much larger than the detector's box


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """How one detection network lays out its answers.

    Attributes:
        network: Name in the weights' catalogue.
        side: Input, px; values in [-1, 1].
        strides: Of the anchor layers.
        anchors_per_layer: Per cell.
    """

    network: str
    side: int
    strides: tuple[int, ...]
    anchors_per_layer: int


DETECTORS = {
    "short": DetectorSpec("face_detector_short", 128, (8, 16, 16, 16), 2),
    "full": DetectorSpec("face_detector_full", 192, (4,), 1),
}


class FaceDetector:
    """One detection network.

    Args:
        reach: "short" or "full" range.
        min_score: In [0, 1]; fainter faces are not reported.
        sessions: Where the network runs.
    """

    def __init__(
        self, reach: Literal["short", "full"], min_score: float = 0.5, sessions: SessionConfig | None = None
    ) -> None:
        spec = DETECTORS[reach]
        self._min_score = min_score
        self._anchors = ssd.anchor_centers(spec.side, spec.strides, spec.anchors_per_layer)
        self._input = CropTensor(spec.side, -1.0, 1.0, "zero")
        self._session = Session(spec.network, sessions)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Faces in the picture, surest first, with six keypoints each; booked as stage `detect`."""
        with timer.stage("detect"):
            roi = letterbox(frame.width, frame.height)
            outputs = self._session.run(self._input.fill(frame.pixels, [roi]))
            candidates = ssd.decode(outputs["boxes"][0], outputs["scores"][0], self._anchors, self._min_score)
            image_from_crop = roi.image_from_crop(self._input.side)
            return tuple(_to_image(face, image_from_crop) for face in ssd.merge(*candidates, MAX_OVERLAP))

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AutoFaceDetector:
    """Short range first; where it sees fewer faces than wanted, the full range adds those that it missed.

    Args:
        wanted: Number of faces.
        min_score: In [0, 1]; fainter faces are not reported.
        sessions: Where the networks run.
    """

    def __init__(
        self, wanted: int = 1, min_score: float = 0.5, sessions: SessionConfig | None = None
    ) -> None:
        self._wanted = wanted
        self._short = FaceDetector("short", min_score, sessions)
        self._full = FaceDetector("full", min_score, sessions)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """As `FaceDetector.detect`; the short range's faces come first."""
        near = self._short.detect(frame, timer)
        if len(near) >= self._wanted:
            return near
        return near + tuple(face for face in self._full.detect(frame, timer) if not _among(face, near))

    def close(self) -> None:
        """Free both networks; may be called twice."""
        self._short.close()
        self._full.close()


def face_roi(detection: Detection) -> Roi | None:
    """Square for the face mesh around a detection, eyes level; None for a box without area."""
    x0, y0, x1, y1 = detection.box_px
    if not max(x1 - x0, y1 - y0) > 0:
        return None
    eyes = detection.keypoints_px[[RIGHT_EYE, LEFT_EYE]]
    return square_around(detection.box_px, eyes[0], eyes[1], CROP_OVER_BOX)


def _to_image(detection: Detection, image_from_crop: Affine2D) -> Detection:
    corners = image_from_crop.apply(detection.box_px.reshape(2, 2))  # upright: corners stay corners
    return Detection(np.ravel(corners), image_from_crop.apply(detection.keypoints_px), detection.score)


def _among(detection: Detection, others: tuple[Detection, ...]) -> bool:
    if not others:
        return False
    boxes = np.stack([other.box_px for other in others])
    return bool((overlap(detection.box_px, boxes) > MAX_OVERLAP).any())
