"""What all vision tasks have in common: running modes, time stamps and the callback of live streams."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Self, TypeVar

import numpy as np

from arpipe.inference.runtime import Runtime
from arpipe.mediapipe.image import Image, ImageFormat
from arpipe.mediapipe.solution_base import checked_confidence, checked_count
from arpipe.mediapipe.tasks.assets import check_weights
from arpipe.mediapipe.tasks.core.base_options import BaseOptions
from arpipe.mediapipe.tasks.vision.core.image_processing_options import ImageProcessingOptions
from arpipe.mediapipe.tasks.vision.core.vision_task_running_mode import VisionTaskRunningMode
from arpipe.timing import StageTimer
from arpipe.types import Frame, Pixels

Result = TypeVar("Result")


@dataclass
class TaskOptions(Generic[Result]):
    """Options of every task.

    Attributes:
        base_options: Where the networks come from.
        running_mode: How images come.
        result_callback: Called with each result of a live stream, its image and its time stamp, ms, on a thread of the
            task.
    """

    base_options: BaseOptions
    running_mode: VisionTaskRunningMode = VisionTaskRunningMode.IMAGE
    result_callback: Callable[[Result, Image, int], None] | None = field(default=None, kw_only=True)

    @property
    def follows(self) -> bool:
        """Whether an image is the next one of a stream."""
        return self.running_mode is not VisionTaskRunningMode.IMAGE


Options = TypeVar("Options", bound=TaskOptions)  # type: ignore[type-arg] # of the task's own result


class VisionTask(ABC, Generic[Options, Result]):
    """A task: processes images until it is closed. Make one with `create_from_options`.

    Args:
        options: What is asked for.

    Attributes:
        options_type: Class of the options.
        networks: Name of a file in the task's `.task` → network of the catalogue.

    Raises:
        TypeError: The options are those of another task, or hold something of another type.
        ValueError: A live stream without a callback, a callback without one, or an option is out of range.
        WeightsError: The networks cannot be obtained, or the options name a file with others.
    """

    options_type: type[Options]
    networks: ClassVar[Mapping[str, str]]

    def __init__(self, options: Options) -> None:
        self._check(options)
        is_live = options.running_mode is VisionTaskRunningMode.LIVE_STREAM
        if is_live and options.result_callback is None:
            raise ValueError(
                "The vision task is in live stream mode, a user-defined result callback must be provided."
            )
        if not is_live and options.result_callback is not None:
            raise ValueError(
                "The vision task is in image or video mode, a user-defined result callback should not be provided."
            )
        self._running_mode, self._callback = options.running_mode, options.result_callback
        self._runtime = Runtime()
        check_weights(options.base_options, self._networks_of(options))
        self._open(options, self._runtime)
        self._timer = StageTimer()
        self._lock = threading.Lock()
        self._count = 0
        self._last_ms: int | None = None
        self._worker = ThreadPoolExecutor(1, "arpipe-task") if is_live else None
        self._worker_ident: int | None = None
        self._pending: Future[None] | None = None
        self._is_closed = False

    @classmethod
    def create_from_options(cls, options: Options) -> Self:
        """Load the networks."""
        return cls(options)

    @classmethod
    def create_from_model_path(cls, model_path: str) -> Self:
        """Load the networks for single images, with the weights of a file."""
        return cls(cls.options_type(BaseOptions(model_asset_path=model_path)))

    def close(self) -> None:
        """Wait for the live stream's last result and free the networks; may be called twice.

        Raises:
            Exception: What the last result or its callback raised, if no call has raised it before.
        """
        self._free()
        self._raise_last()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._free()

    def _raise_last(self) -> None:
        """Raise what the last result of a live stream, or its callback, raised, once."""
        pending, self._pending = self._pending, None
        if pending is not None and pending.done():  # it is not when a callback closes the task
            pending.result()

    def _free(self) -> None:
        self._is_closed = True
        if self._worker is not None:
            self._worker.shutdown(wait=threading.get_ident() != self._worker_ident)
        self._runtime.close()

    def _check(self, options: object) -> None:
        """Check the type of the options, and the counts and scores among them by their names."""
        if not isinstance(options, self.options_type):
            raise TypeError(f"expected {self.options_type.__name__}, got {type(options).__name__}")
        for name, value in vars(options).items():
            if name.startswith("num_"):
                checked_count(name, value)
            elif name.endswith("_confidence"):
                checked_confidence(name, value)

    def _networks_of(self, options: Options) -> Mapping[str, str]:
        """Return those of `networks` that the options need."""
        del options
        return self.networks

    @abstractmethod
    def _open(self, options: Options, runtime: Runtime) -> None:
        """Load the networks."""

    @abstractmethod
    def _compute(self, frame: Frame) -> Result:
        """Compute the result of one frame."""

    def _run_image(self, image: Image, options: ImageProcessingOptions | None) -> Result:
        self._require(VisionTaskRunningMode.IMAGE, "image", options)
        return self._run(image, 0)

    def _run_video(self, image: Image, timestamp_ms: int, options: ImageProcessingOptions | None) -> Result:
        self._require(VisionTaskRunningMode.VIDEO, "video", options)
        self._advance(timestamp_ms)
        return self._run(image, timestamp_ms)

    def _run_live(self, image: Image, timestamp_ms: int, options: ImageProcessingOptions | None) -> None:
        """Compute a result on the task's thread, unless that is still busy: then the image is dropped."""
        self._require(VisionTaskRunningMode.LIVE_STREAM, "live stream", options)
        self._advance(timestamp_ms)
        if self._pending is not None:
            if not self._pending.done():
                return
            self._raise_last()
        if self._worker is not None:
            self._pending = self._worker.submit(self._answer, image, timestamp_ms)

    def _answer(self, image: Image, timestamp_ms: int) -> None:
        self._worker_ident = threading.get_ident()
        result = self._run(image, timestamp_ms)
        if self._callback is not None:
            self._callback(result, image, timestamp_ms)

    def _run(self, image: Image, timestamp_ms: int) -> Result:
        frame = Frame(rgb_pixels(image), timestamp_ms / 1000.0, self._count)
        with self._lock:
            self._count += 1
            self._timer.begin_frame(frame.index)
            return self._compute(frame)

    def _require(
        self, mode: VisionTaskRunningMode, name: str, options: ImageProcessingOptions | None
    ) -> None:
        if self._is_closed:
            raise ValueError(f"{type(self).__name__} is closed; make a new one")
        if self._running_mode is not mode:
            raise ValueError(
                f"Task is not initialized with the {name} mode. Current running mode: {self._running_mode.name}"
            )
        if options is not None and (options.rotation_degrees or options.region_of_interest is not None):
            raise ValueError("arpipe's tasks take whole, upright images; crop or rotate the image before")

    def _advance(self, timestamp_ms: int) -> None:
        if self._last_ms is not None and timestamp_ms <= self._last_ms:
            raise ValueError(
                f"Input timestamp must be monotonically increasing: {timestamp_ms} ms follows {self._last_ms} ms"
            )
        self._last_ms = timestamp_ms


class DetectingTask(VisionTask[Options, Result]):
    """A task that detects something in images."""

    def detect(self, image: Image, image_processing_options: ImageProcessingOptions | None = None) -> Result:
        """Detect in a single image; in image mode."""
        return self._run_image(image, image_processing_options)

    def detect_for_video(
        self,
        image: Image,
        timestamp_ms: int,
        image_processing_options: ImageProcessingOptions | None = None,
    ) -> Result:
        """Detect in the next frame of a video; in video mode.

        Args:
            image: The frame.
            timestamp_ms: Its time, later than the last one's.
            image_processing_options: Not supported.
        """
        return self._run_video(image, timestamp_ms, image_processing_options)

    def detect_async(
        self,
        image: Image,
        timestamp_ms: int,
        image_processing_options: ImageProcessingOptions | None = None,
    ) -> None:
        """Detect in the next image of a live stream and return at once; in live stream mode.

        An image that comes while another is being processed is dropped. An error of that one or its callback is raised
        here, by the next call.

        Args:
            image: The image.
            timestamp_ms: Its time, later than the last one's.
            image_processing_options: Not supported.
        """
        self._run_live(image, timestamp_ms, image_processing_options)


def rgb_pixels(image: Image) -> Pixels:
    """Return the pixels of a colour image without its opacity.

    Raises:
        TypeError: It is no `Image`.
        ValueError: The image has other channels.
    """
    if not isinstance(image, Image):
        raise TypeError(
            f"expected an mp.Image, got {type(image).__name__}; wrap RGB pixels: "
            "mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)"
        )
    if image.image_format not in (ImageFormat.SRGB, ImageFormat.SRGBA):
        raise ValueError(f"expected an image of SRGB or SRGBA, got {image.image_format.name}")
    return np.ascontiguousarray(image.numpy_view()[..., :3], np.uint8)
