"""Masks of people."""

from dataclasses import dataclass

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.image import Image, ImageFormat
from arpipe.mediapipe.tasks.vision.base import TaskOptions, VisionTask
from arpipe.mediapipe.tasks.vision.core.image_processing_options import ImageProcessingOptions
from arpipe.tracking.mediapipe.selfie import SelfieSegmenter
from arpipe.types import Frame

NETWORKS = {"selfie_segmenter.tflite": "selfie_segmentation"}
PERSON_FROM = 0.5  # probability above which the category is person


@dataclass
class ImageSegmenterResult:
    """Masks of the image's size; None for what was not asked for."""

    confidence_masks: list[Image] | None = None
    category_mask: Image | None = None


@dataclass
class ImageSegmenterOptions(TaskOptions[ImageSegmenterResult]):
    """Options of `ImageSegmenter`.

    Attributes:
        output_confidence_masks: Give the probability of a person, float32.
        output_category_mask: Give 0 on people and 255 elsewhere, uint8, as MediaPipe does for this network.
    """

    output_confidence_masks: bool = True
    output_category_mask: bool = False


class ImageSegmenter(VisionTask[ImageSegmenterOptions, ImageSegmenterResult]):
    """Segments people; make one with `create_from_options`."""

    options_type = ImageSegmenterOptions
    networks = NETWORKS

    def _open(self, options: ImageSegmenterOptions, runtime: Runtime) -> None:
        if not (options.output_confidence_masks or options.output_category_mask):
            raise ValueError("ImageSegmenter: ask for output_confidence_masks or output_category_mask")
        self._options = options
        self._segmenter = SelfieSegmenter("square", runtime)

    def segment(
        self, image: Image, image_processing_options: ImageProcessingOptions | None = None
    ) -> ImageSegmenterResult:
        """Segment a single image; in image mode."""
        return self._run_image(image, image_processing_options)

    def segment_for_video(
        self,
        image: Image,
        timestamp_ms: int,
        image_processing_options: ImageProcessingOptions | None = None,
    ) -> ImageSegmenterResult:
        """Segment the next frame of a video; in video mode, with rising times."""
        return self._run_video(image, timestamp_ms, image_processing_options)

    def segment_async(
        self,
        image: Image,
        timestamp_ms: int,
        image_processing_options: ImageProcessingOptions | None = None,
    ) -> None:
        """Segment the next image of a live stream and return at once; see `DetectingTask.detect_async`."""
        self._run_live(image, timestamp_ms, image_processing_options)

    def _compute(self, frame: Frame) -> ImageSegmenterResult:
        mask = self._segmenter.update(frame, self._timer)
        result = ImageSegmenterResult()
        if self._options.output_confidence_masks:
            result.confidence_masks = [Image(ImageFormat.VEC32F1, mask)]
        if self._options.output_category_mask:
            categories = np.where(mask > PERSON_FROM, 0, 255).astype(np.uint8)
            result.category_mask = Image(ImageFormat.GRAY8, categories)
        return result
