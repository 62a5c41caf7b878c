"""Several faces or hands from frame to frame."""

from collections.abc import Sequence
from typing import Generic

from arpipe.models.crop_network import Observed
from arpipe.timing import StageTimer
from arpipe.tracking.mediapipe.rois import associate
from arpipe.tracking.networks import Networks
from arpipe.types import Frame, Roi


class ManyTracker(Generic[Observed]):
    """Crops around the last landmarks, and detects while fewer subjects than wanted are known.

    Args:
        networks: Detector and landmark network.
        wanted: Subjects from which on detection pauses. As in MediaPipe, a frame may give more.
        min_presence: Landmarks with a higher score count.
        follows: False treats every frame by itself.
    """

    def __init__(
        self, networks: Networks[Observed], wanted: int, min_presence: float, *, follows: bool
    ) -> None:
        self._networks, self._wanted, self._min_presence = networks, wanted, min_presence
        self._follows = follows
        self.reset()

    def reset(self) -> None:
        """Forget all subjects."""
        self._rois: list[Roi] = []

    def update(self, frame: Frame, timer: StageTimer) -> Sequence[Observed]:
        """Find the subjects of the next frame, newcomers first."""
        rois = self._rois if self._follows else []
        if len(rois) < self._wanted:
            rois = associate(self._detect(frame, timer), rois)
        answers = self._networks.locator.locate(frame, rois, timer)
        found = [each for each in answers if each is not None and each.landmarks.score > self._min_presence]
        self._rois = [each.next_roi for each in found if each.next_roi is not None]
        return found

    def _detect(self, frame: Frame, timer: StageTimer) -> list[Roi]:
        detections = self._networks.detector.detect(frame, timer)[: self._wanted]
        return [roi for each in detections if (roi := self._networks.roi_of(each)) is not None]
