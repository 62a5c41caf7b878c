"""MediaPipe's detectors: a frame in, boxes with keypoints out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.boxes import overlap
from arpipe.inference.runtime import Runtime
from arpipe.models import ssd
from arpipe.preprocess.crop import letterbox
from arpipe.preprocess.sampler import Border
from arpipe.preprocess.tensor import CropTensor
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Points, Roi

MAX_OVERLAP = 0.3  # intersection over union above which two boxes are one thing; from the models' own graphs


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """Input and output layout of one detection network.

    Attributes:
        network: Name in the catalogue of weights.
        side: Input, px.
        strides: Stride of each anchor layer, px.
        anchors_per_layer: Anchors that each layer adds to a cell.
        low: Input value of a black pixel; white is 1.
    """

    network: str
    side: int
    strides: tuple[int, ...]
    anchors_per_layer: int
    low: float = -1.0


class BoxDetector:
    """One detection network.

    Args:
        spec: Which one.
        runtime: Loads the network and owns it.
        min_score: In [0, 1]; detections with a lower score are not reported.
        border: What squares show outside the frame. The networks were trained on black; a mirror image completes faces
            that the edge cuts.
    """

    def __init__(
        self, spec: DetectorSpec, runtime: Runtime, min_score: float = 0.5, border: Border = "zero"
    ) -> None:
        self._min_score = min_score
        self._anchors = ssd.anchor_centers(spec.side, spec.strides, spec.anchors_per_layer)
        self._input = CropTensor(spec.side, spec.low, 1.0, border)
        self._session = runtime.load(spec.network)

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect in the whole frame, highest score first; stage `detect`."""
        return self.detect_in(frame, [letterbox(frame.width, frame.height)], timer)

    def detect_in(self, frame: Frame, squares: Sequence[Roi], timer: StageTimer) -> tuple[Detection, ...]:
        """Detect in upright squares of the frame; what two squares show is reported once. Stage `detect`."""
        with timer.stage("detect"):
            return tuple(ssd.merge(self._run(frame, squares), MAX_OVERLAP))

    def detect_in_each(
        self, frame: Frame, squares: Sequence[Roi], timer: StageTimer
    ) -> list[tuple[Detection, ...]]:
        """Detect in upright squares of the frame, each by itself, highest score first. Stage `detect`."""
        if not squares:
            return []
        with timer.stage("detect"):
            return [tuple(ssd.merge([found], MAX_OVERLAP)) for found in self._run(frame, squares)]

    def detect_rotated(self, frame: Frame, square: Roi, timer: StageTimer) -> tuple[Detection, ...]:
        """Detect in one square that may be rotated, highest score first; boxes are upright. Stage `detect`."""
        with timer.stage("detect"):
            outputs = self._session.run(self._input.fill(frame, [square]))
            found = ssd.decode(outputs["boxes"][0], outputs["scores"][0], self._anchors, self._min_score)
            image_from_crop = square.image_from_crop(self._input.side)
            return tuple(_place(each, image_from_crop) for each in ssd.merge([found], MAX_OVERLAP))

    def _run(self, frame: Frame, squares: Sequence[Roi]) -> list[ssd.Candidates]:
        outputs = self._session.run(self._input.fill(frame, squares))
        rows = zip(squares, outputs["boxes"], outputs["scores"], strict=True)
        return [self._candidates(*row) for row in rows]

    def _candidates(self, square: Roi, boxes: Points, logits: Points) -> ssd.Candidates:
        """Decode the network's outputs for one square, to image px."""
        found = ssd.decode(boxes, logits, self._anchors, self._min_score)
        image_from_crop = square.image_from_crop(self._input.side)
        corners = image_from_crop.apply(found.boxes.reshape(-1, 2, 2))  # upright: corners stay corners
        return ssd.Candidates(corners.reshape(-1, 4), image_from_crop.apply(found.keypoints), found.scores)


def _place(found: Detection, image_from_crop: Affine2D) -> Detection:
    """Map a detection from a rotated crop to the image, with the upright box around the rotated one."""
    x0, y0, x1, y1 = found.box_px
    corners = image_from_crop.apply(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))
    box_px = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
    return Detection(box_px, image_from_crop.apply(found.keypoints_px), found.score)


def join(
    first: tuple[Detection, ...], second: tuple[Detection, ...], max_overlap: float = MAX_OVERLAP
) -> tuple[Detection, ...]:
    """Return all of the first, and those of the second that overlap none of the first."""
    if not first:
        return second
    boxes = np.stack([found.box_px for found in first])
    return first + tuple(found for found in second if not (overlap(found.box_px, boxes) > max_overlap).any())
