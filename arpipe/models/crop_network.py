"""Landmark networks: from rotated squares of a frame to the landmarks of the subject in each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import numpy as np

from arpipe.errors import NonFiniteOutput
from arpipe.inference.runtime import Runtime
from arpipe.preprocess.tensor import CropTensor
from arpipe.timing import StageTimer
from arpipe.types import Frame, Landmarks, Points, Roi

Outputs = Mapping[str, Points]
"""Output name → its values for one square."""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """A subject as a landmark network reports it in one frame.

    Attributes:
        landmarks: In image px, with the network's score.
        next_roi: Square to crop in the next frame; None if the points that define it coincide.
    """

    landmarks: Landmarks
    next_roi: Roi | None


@dataclass(frozen=True, slots=True, eq=False)
class WorldObservation(Observation):
    """A subject whose network also gives its points in metres.

    Attributes:
        world_m: (n, 3) float32, m, around the subject's centre, axes as in `TrackedBody`.
    """

    world_m: Points


Observed = TypeVar("Observed", bound=Observation)
Decoded = TypeVar("Decoded")


class CropNetwork(ABC, Generic[Decoded]):
    """A landmark network of the catalogue, fed with RGB crops in [0, 1].

    Args:
        network: Name in the catalogue of weights.
        side: Input, px.
        runtime: Loads the network and owns it.
        outputs: Outputs that are read, all if empty; the others are not computed.
    """

    def __init__(self, network: str, side: int, runtime: Runtime, outputs: Sequence[str] = ()) -> None:
        self._input = _input(side)
        self._session = runtime.load(network, outputs)

    def beside(self) -> Self:
        """Return the same network with an input of its own, for another thread."""
        other = copy(self)
        other._input = _input(self._input.side)  # noqa: SLF001 - its own
        return other

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> list[Decoded | None]:
        """Observe the subject in each square; stages `crop`, `infer` and `decode`.

        Args:
            frame: The frame.
            rois: Squares of it.
            timer: Records the stages.

        Returns:
            One entry per square. A subject that is not there has a low score. None where the network answered with
            NaN or infinity.
        """
        return self.observe(self.crop(frame, rois, timer), rois, timer) if rois else []

    def crop(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> Points:
        """Crop squares of a frame for `observe`; stage `crop`.

        Returns:
            (n, side, side, 3) the network's input, valid until the next crop.
        """
        with timer.stage("crop"):
            return self._input.fill(frame, rois)

    def observe(self, tensor: Points, rois: Sequence[Roi], timer: StageTimer) -> list[Decoded | None]:
        """Run the network on cropped squares; stages `infer` and `decode`. Any thread may call it.

        Args:
            tensor: The crops.
            rois: The squares that they show.
            timer: Records the stages.

        Returns:
            As `locate`.
        """
        with timer.stage("infer"):
            rows = self._infer(tensor)
        with timer.stage("decode"):
            pairs = zip(rows, rois, strict=True)
            return [None if outputs is None else self.decode(outputs, roi) for outputs, roi in pairs]

    @abstractmethod
    def decode(self, outputs: Outputs, roi: Roi) -> Decoded:
        """Interpret the network's outputs for one square."""

    def _infer(self, tensor: Points) -> list[Outputs | None]:
        try:
            outputs = self._session.run(tensor)
        except NonFiniteOutput:
            if len(tensor) == 1:
                return [None]
            return [row for each in tensor for row in self._infer(each[np.newaxis])]
        return [{name: values[row] for name, values in outputs.items()} for row in range(len(tensor))]


def _input(side: int) -> CropTensor:
    return CropTensor(side, 0.0, 1.0, "replicate")


def to_image(points: Points, roi: Roi, side: int) -> Points:
    """Map (n, 3) points from px of a crop of `side`² to image px; z keeps the scale of x."""
    image_from_crop = roi.image_from_crop(side)
    placed = np.empty_like(points)
    placed[:, :2] = points[:, :2] @ image_from_crop.matrix[:, :2].T + image_from_crop.matrix[:, 2]
    placed[:, 2] = points[:, 2] * (roi.size_px / side)
    return placed


def rotate_to_image(points_m: Points, angle_rad: float) -> Points:
    """Rotate (n, 3) points from the axes of a crop to those of the image, about z."""
    cosine, sine = np.float32(np.cos(angle_rad)), np.float32(np.sin(angle_rad))
    rotated = points_m.copy()
    rotated[:, 0] = cosine * points_m[:, 0] - sine * points_m[:, 1]
    rotated[:, 1] = sine * points_m[:, 0] + cosine * points_m[:, 1]
    return rotated
