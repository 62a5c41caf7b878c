"""How a face tracker finds faces, as configured."""

from dataclasses import dataclass
from typing import Literal, Protocol

from arpipe.inference.runtime import Runtime
from arpipe.models.closer_look import LEAST_MEAN, CloserLook
from arpipe.models.face_detector import FaceDetector
from arpipe.models.face_search import AlternatingFaceDetector, AutoFaceDetector, TiledFaceDetector
from arpipe.tracking.face_evidence import FaceLook
from arpipe.tracking.networks import Confirm, Detector, accept_all
from arpipe.tracking.settings import Mode

DetectorKind = Literal["auto", "short", "full", "tiled"]

CANDIDATE = 0.7  # least score of a candidate, over that of a face, where a closer look decides


@dataclass(frozen=True, slots=True, eq=False)
class FaceSearch:
    """What finds faces.

    Attributes:
        detector: Searches whole frames.
        confirm: Returns the faces among detections.
        look: Checks followed faces now and then; None to trust the mesh.
    """

    detector: Detector
    confirm: Confirm = accept_all
    look: FaceLook | None = None


class SearchSettings(Protocol):
    """The part of `FaceTrackerConfig` that decides how faces are found."""

    @property
    def detector(self) -> DetectorKind:  # noqa: D102
        ...

    @property
    def mode(self) -> Mode:  # noqa: D102
        ...

    @property
    def min_detection(self) -> float:  # noqa: D102
        ...

    @property
    def wanted(self) -> int:  # noqa: D102
        ...


def open_search(config: SearchSettings, runtime: Runtime) -> FaceSearch:
    """Load the networks that find faces; the runtime owns them."""
    if config.detector in ("short", "full"):
        return FaceSearch(FaceDetector(config.detector, runtime, config.min_detection))
    if config.mode == "image":
        return FaceSearch(TiledFaceDetector(runtime, config.wanted, config.min_detection))
    look = CloserLook(runtime, least_small=LEAST_MEAN)
    if config.detector == "tiled":
        return FaceSearch(TiledFaceDetector(runtime, config.wanted, config.min_detection), look=look)
    least = CANDIDATE * config.min_detection
    if config.mode == "live":
        return FaceSearch(AlternatingFaceDetector(runtime, least), look.confirm, look)
    return FaceSearch(AutoFaceDetector(runtime, config.wanted, least), look.confirm, look)
