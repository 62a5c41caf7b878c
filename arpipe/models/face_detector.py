"""Finds faces in a whole picture: short range (to about 2 m) and full range (to about 5 m)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from arpipe.inference.session import Session, SessionConfig
from arpipe.models import ssd
from arpipe.preprocess.crop import letterbox, square_around
from arpipe.preprocess.tensor import CropTensor
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Points, Roi

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
        return self.detect_in(frame, [letterbox(frame.width, frame.height)], timer)

    def detect_in(self, frame: Frame, squares: Sequence[Roi], timer: StageTimer) -> tuple[Detection, ...]:
        """Faces in upright squares of the picture, as `detect`; one that two squares show is one face."""
        with timer.stage("detect"):
            outputs = self._session.run(self._input.fill(frame.pixels, squares))
            rows = zip(squares, outputs["boxes"], outputs["scores"], strict=True)
            return tuple(ssd.merge([self._candidates(*row) for row in rows], MAX_OVERLAP))

    def _candidates(self, square: Roi, boxes: Points, logits: Points) -> ssd.Candidates:
        """What the network sees in one square, in image px."""
        found = ssd.decode(boxes, logits, self._anchors, self._min_score)
        image_from_crop = square.image_from_crop(self._input.side)
        corners = image_from_crop.apply(found.boxes.reshape(-1, 2, 2))  # upright: corners stay corners
        return ssd.Candidates(corners.reshape(-1, 4), image_from_crop.apply(found.keypoints), found.scores)

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def face_roi(detection: Detection) -> Roi | None:
    """Square for the face mesh around a detection, eyes level; None for a box without area."""
    x0, y0, x1, y1 = detection.box_px
    if not max(x1 - x0, y1 - y0) > 0:
        return None
    eyes = detection.keypoints_px[[RIGHT_EYE, LEFT_EYE]]
    return square_around(detection.box_px, eyes[0], eyes[1], CROP_OVER_BOX)
