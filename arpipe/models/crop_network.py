"""A network that answers about squares of a picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np

from arpipe.errors import NonFiniteOutput
from arpipe.inference.session import Session, SessionConfig
from arpipe.preprocess.tensor import CropTensor
from arpipe.timing import StageTimer
from arpipe.types import Frame, Landmarks, Points, Roi

Answer = Mapping[str, Points]
"""Output name → its values for one square."""

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A body or hand as a landmark network sees it in one frame.

    Attributes:
        landmarks: In image px.
        world_m: (n, 3) float32, m, around the subject's centre, axes as in `TrackedBody`.
        next_roi: Where to look in the next frame; None if the points that tell coincide.
    """

    landmarks: Landmarks
    world_m: Points
    next_roi: Roi | None


class CropNetwork:
    """One network of the catalogue, fed with RGB crops in [0, 1].

    Args:
        network: Name in the weights' catalogue.
        side: Input, px.
        outputs: Those that are read; the others are not computed.
        sessions: Where the network runs.
    """

    def __init__(
        self, network: str, side: int, outputs: Sequence[str], sessions: SessionConfig | None = None
    ) -> None:
        self._input = CropTensor(side, 0.0, 1.0, "replicate")
        self._session = Session(network, sessions, outputs=outputs)

    @property
    def provider(self) -> str:
        """Where the network really runs."""
        return self._session.provider

    def look(
        self,
        frame: Frame,
        rois: Sequence[Roi],
        timer: StageTimer,
        decode: Callable[[Answer, Roi], Meaning],
    ) -> list[Meaning | None]:
        """What the network makes of each square; stages `crop`, `infer` and `decode`.

        Args:
            frame: The picture.
            rois: Squares of it.
            timer: Books the stages.
            decode: Says what the answer for one square means.

        Returns:
            One entry per square; None where the network answered with NaN or infinity.
        """
        if not rois:
            return []
        answers = self._answers(frame, rois, timer)
        with timer.stage("decode"):
            pairs = zip(answers, rois, strict=True)
            return [None if answer is None else decode(answer, roi) for answer, roi in pairs]

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answers(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Answer | None]:
        with timer.stage("crop"):
            tensor = self._input.fill(frame.pixels, rois)
        try:
            with timer.stage("infer"):
                outputs = self._session.run(tensor)
        except NonFiniteOutput:
            if len(rois) == 1:
                return [None]
            return [answer for roi in rois for answer in self._answers(frame, [roi], timer)]
        return [{name: values[row] for name, values in outputs.items()} for row in range(len(rois))]


def to_image(points: Points, roi: Roi, side: int) -> Points:
    """(n, 3) px of a crop of `side`² → image px; z keeps the scale of x."""
    image_from_crop = roi.image_from_crop(side)
    placed = np.empty_like(points)
    placed[:, :2] = points[:, :2] @ image_from_crop.matrix[:, :2].T + image_from_crop.matrix[:, 2]
    placed[:, 2] = points[:, 2] * (roi.size_px / side)
    return placed


def turned(points_m: Points, angle_rad: float) -> Points:
    """(n, 3) points of a crop's frame, turned as its square stands in the image."""
    cosine, sine = np.float32(np.cos(angle_rad)), np.float32(np.sin(angle_rad))
    upright = points_m.copy()
    upright[:, 0] = cosine * points_m[:, 0] - sine * points_m[:, 1]
    upright[:, 1] = sine * points_m[:, 0] + cosine * points_m[:, 1]
    return upright
