"""Any of MediaPipe's detectors: a picture in, boxes with keypoints out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from arpipe.inference.session import Session, SessionConfig
from arpipe.models import ssd
from arpipe.preprocess.crop import letterbox
from arpipe.preprocess.tensor import CropTensor
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Points, Roi

MAX_OVERLAP = 0.3  # of two boxes that are one thing, from the models' own graphs


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """How one detection network lays out its answers.

    Attributes:
        network: Name in the weights' catalogue.
        side: Input, px.
        strides: Of the anchor layers.
        anchors_per_layer: Per cell.
        low: Value of a black pixel; a white one's is 1.
    """

    network: str
    side: int
    strides: tuple[int, ...]
    anchors_per_layer: int
    low: float = -1.0


class BoxDetector:
    """One detection network.

    Args:
        spec: Which.
        min_score: In [0, 1]; what is fainter is not reported.
        sessions: Where the network runs.
    """

    def __init__(
        self, spec: DetectorSpec, min_score: float = 0.5, sessions: SessionConfig | None = None
    ) -> None:
        self._min_score = min_score
        self._anchors = ssd.anchor_centers(spec.side, spec.strides, spec.anchors_per_layer)
        self._input = CropTensor(spec.side, spec.low, 1.0, "zero")
        self._session = Session(spec.network, sessions)

    @property
    def provider(self) -> str:
        """Where the network really runs."""
        return self._session.provider

    def detect(self, frame: Frame, timer: StageTimer) -> tuple[Detection, ...]:
        """What is in the picture, surest first; booked as stage `detect`."""
        return self.detect_in(frame, [letterbox(frame.width, frame.height)], timer)

    def detect_in(self, frame: Frame, squares: Sequence[Roi], timer: StageTimer) -> tuple[Detection, ...]:
        """What is in upright squares of the picture, as `detect`; what two squares show is reported once."""
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
