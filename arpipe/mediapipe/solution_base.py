"""What all solutions have in common: one image in, named outputs out."""

import operator
import threading
from abc import abstractmethod
from typing import Protocol, SupportsFloat, SupportsIndex

import numpy as np

from arpipe.closing import Closing
from arpipe.inference.runtime import Runtime
from arpipe.timing import StageTimer
from arpipe.types import Frame, Pixels

FRAME_INTERVAL_S = 0.033333  # solutions take their images for a clip of 30 frames a second


class SolutionOutputs:
    """Named results of one image; what was not found is None."""

    def __init__(self, **outputs: object) -> None:
        self._fields = tuple(outputs)
        self.__dict__.update(outputs)

    def __repr__(self) -> str:
        return f"SolutionOutputs({', '.join(f'{name}={getattr(self, name)!r}' for name in self._fields)})"


class SolutionBase(Closing):
    """A solution: processes images in order, until it is closed.

    Args:
        runtime: Closed with the solution.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._timer = StageTimer()
        self._lock = threading.Lock()
        self._count = 0
        self._is_closed = False

    def process(self, image: Pixels) -> SolutionOutputs:
        """Process the next image.

        Args:
            image: (h, w, 3) uint8 RGB; a view need not be contiguous. It is not kept.

        Raises:
            ValueError: The image has another shape, or the solution is closed.
            TypeError: It is no uint8 array.
            InferenceError: A network failed, as a RuntimeError.
        """
        pixels = checked_image(image)
        with self._lock:
            if self._is_closed:
                raise ValueError(f"{type(self).__name__} is closed; make a new one")
            self._count += 1
            frame = Frame(pixels, self._count * FRAME_INTERVAL_S, self._count - 1)
            self._timer.begin_frame(frame.index)
            return self._process(frame)

    def reset(self) -> None:
        """Forget all earlier images: the next one begins another stream."""
        with self._lock:
            self._forget()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        with self._lock:
            self._is_closed = True
            self._runtime.close()

    @abstractmethod
    def _process(self, frame: Frame) -> SolutionOutputs:
        """Compute the outputs of one frame."""

    def _forget(self) -> None:
        """Forget all earlier frames."""


class Resettable(Protocol):
    """What remembers earlier frames."""

    def reset(self) -> None:
        """Forget all earlier frames."""


class TrackingSolution(SolutionBase):
    """A solution that takes its images for the frames of a clip.

    Args:
        runtime: Closed with the solution.
        tracker: Reset with the solution.
    """

    def __init__(self, runtime: Runtime, tracker: Resettable) -> None:
        super().__init__(runtime)
        self._memory = tracker

    def _forget(self) -> None:
        self._memory.reset()


def checked_image(image: object) -> Pixels:
    """Return an RGB image as a contiguous array.

    Raises:
        ValueError: It does not have three channels.
        TypeError: It is no uint8 array.
    """
    if not isinstance(image, np.ndarray):
        raise TypeError(f"expected a NumPy array (h, w, 3) uint8, got {type(image).__name__}")
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"Input image must contain three channel rgb data. Its shape is {image.shape}.")
    if image.dtype != np.uint8:
        raise TypeError(f"expected pixels of uint8, got {image.dtype}; convert with image.astype(np.uint8)")
    return np.ascontiguousarray(image)


def checked_count(name: str, value: SupportsIndex) -> int:
    """Return how many subjects are wanted, at least 1.

    Raises:
        TypeError: It is no integer.
        ValueError: It is below 1.
    """
    count = operator.index(value)
    if count < 1:
        raise ValueError(f"{name} has to be at least 1, got {count}")
    return count


def checked_confidence(name: str, value: SupportsFloat) -> float:
    """Return a least score.

    Raises:
        TypeError: It is not a number.
        ValueError: It is not in [0, 1].
    """
    if isinstance(value, str):
        raise TypeError(f"{name} has to be a number in [0, 1], got {value!r}")
    score = float(value)
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"{name} has to be in [0, 1], got {score:g}")
    return score


def checked_choice(name: str, value: SupportsIndex, allowed: tuple[int, ...]) -> int:
    """Return which of several networks is wanted.

    Raises:
        TypeError: It is no integer.
        ValueError: It is not allowed.
    """
    chosen = operator.index(value)
    if chosen not in allowed:
        raise ValueError(f"{name} has to be one of {', '.join(map(str, allowed))}, got {chosen}")
    return chosen
