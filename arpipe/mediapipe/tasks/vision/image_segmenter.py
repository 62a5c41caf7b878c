"""Masks of people."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.image import Image, ImageFormat
from arpipe.mediapipe.tasks.assets import check_weights
from arpipe.mediapipe.tasks.core.base_options import BaseOptions
from arpipe.mediapipe.tasks.vision.base import ResultCallback, VisionTask
from arpipe.mediapipe.tasks.vision.core.image_processing_options import ImageProcessingOptions
from arpipe.mediapipe.tasks.vision.core.vision_task_running_mode import VisionTaskRunningMode
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
class ImageSegmenterOptions:
    """Options of `ImageSegmenter`.

    Attributes:
        base_options: Where the network comes from; the square selfie segmenter is the only one.
        running_mode: How images come.
        output_confidence_masks: Give the probability of a person, float32.
        output_category_mask: Give 0 on people and 255 elsewhere, uint8, as MediaPipe does for this network.
        result_callback: Gets the results of a live stream.
    """

    base_options: BaseOptions
    running_mode: VisionTaskRunningMode = VisionTaskRunningMode.IMAGE
    output_confidence_masks: bool = True
    output_category_mask: bool = False
    result_callback: ResultCallback[ImageSegmenterResult] | None = None


class ImageSegmenter(VisionTask[ImageSegmenterResult]):
    """Segments people; make one with `create_from_options`.

    Args:
        options: What is asked for.
    """

    def __init__(self, options: ImageSegmenterOptions) -> None:
        runtime = Runtime()
        super().__init__(options.running_mode, options.result_callback, runtime)
        if not (options.output_confidence_masks or options.output_category_mask):
            raise ValueError("ImageSegmenter: ask for output_confidence_masks or output_category_mask")
        check_weights(options.base_options, NETWORKS)
        self._options = options
        self._segmenter = SelfieSegmenter("square", runtime)

    @classmethod
    def create_from_options(cls, options: ImageSegmenterOptions) -> Self:
        """Load the network."""
        return cls(options)

    @classmethod
    def create_from_model_path(cls, model_path: str) -> Self:
        """Load the network for single images, with the weights of a file."""
        return cls(ImageSegmenterOptions(BaseOptions(model_asset_path=model_path)))

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
