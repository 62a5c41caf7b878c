"""The networks of one kind of subject."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from arpipe.models.crop_network import Observation, Observed
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame, Roi


class Detector(Protocol):
    """Finds subjects in whole frames."""

    def detect(self, frame: Frame, timer: StageTimer) -> Sequence[Detection]:
        """Detect in the whole frame, highest score first."""


Observed_co = TypeVar("Observed_co", bound=Observation, covariant=True)


class Locator(Protocol[Observed_co]):
    """Observes subjects in squares of frames; `CropNetwork` is one."""

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> Sequence[Observed_co | None]:
        """Observe the subject in each square; None for an answer that cannot be used."""


Confirm = Callable[[Frame, Sequence[Detection], StageTimer], Sequence[Detection]]
"""Returns the subjects among detections in a frame."""


def accept_all(
    frame: Frame,  # noqa: ARG001 - as `Confirm`
    detections: Sequence[Detection],
    timer: StageTimer,  # noqa: ARG001
) -> Sequence[Detection]:
    """Confirm all detections."""
    return detections


@dataclass(frozen=True, slots=True, eq=False)
class Networks(Generic[Observed]):
    """A detector and a landmark network.

    Attributes:
        detector: Searches whole frames.
        roi_of: Gives the square around a detection, or None for one that is not worth inference.
        locator: Finds landmarks in squares.
        confirm: Returns the subjects among detections that are not followed yet.
    """

    detector: Detector
    roi_of: Callable[[Detection], Roi | None]
    locator: Locator[Observed]
    confirm: Confirm = accept_all
