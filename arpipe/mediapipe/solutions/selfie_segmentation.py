"""Masks of people."""

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.solution_base import SolutionBase, SolutionOutputs, checked_choice
from arpipe.tracking.mediapipe.selfie import SelfieSegmenter
from arpipe.types import Frame


class SelfieSegmentation(SolutionBase):
    """Segments people, each image by itself.

    `process` returns `segmentation_mask`, (h, w) float32 in [0, 1], 1 on people.

    Args:
        model_selection: 0 for the general network, 1 for the faster one for landscape images.
    """

    def __init__(self, model_selection: int = 0) -> None:
        is_landscape = checked_choice("model_selection", model_selection, (0, 1))
        runtime = Runtime()
        self._segmenter = SelfieSegmenter("landscape" if is_landscape else "square", runtime)
        super().__init__(runtime)

    def _process(self, frame: Frame) -> SolutionOutputs:
        return SolutionOutputs(segmentation_mask=self._segmenter.update(frame, self._timer))
