"""The value range, channel order and layout of a network's input, and the one function that writes it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.types import Pixels

Layout = Literal["nchw", "nhwc"]
ColorOrder = Literal["rgb", "bgr", "gray"]
InputType = Literal["float32", "float16", "uint8"]
Level: TypeAlias = float | tuple[float, float, float]
Tensor: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float16] | npt.NDArray[np.uint8]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as OpenCV and Pillow compute grey
IMAGENET_LOW = (-2.117904, -2.035714, -1.804444)  # (0 − mean) / std of the ImageNet channels
IMAGENET_HIGH = (2.248908, 2.428571, 2.640000)  # (1 − mean) / std


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One picture as a network takes it.

    Attributes:
        width, height: Px.
        low, high: Input value of a black and of a white pixel; three values where the channels differ. Ignored for
            uint8, which holds the pixels as they are.
        layout: "nhwc" or "nchw".
        color: Order of the channels; "gray" has one.
        dtype: Type of the values.
    """

    width: int
    height: int
    low: Level = 0.0
    high: Level = 1.0
    layout: Layout = "nhwc"
    color: ColorOrder = "rgb"
    dtype: InputType = "float32"

    @property
    def channels(self) -> int:
        """1 for grey, else 3."""
        return 1 if self.color == "gray" else 3

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one picture in the batch."""
        if self.layout == "nhwc":
            return self.height, self.width, self.channels
        return self.channels, self.height, self.width

    def empty(self, count: int) -> Tensor:
        """Return an uninitialised batch (count, *shape)."""
        batch: Tensor = np.empty((count, *self.shape), np.dtype(self.dtype))
        return batch


class Scaling:
    """Writes pictures into the slots of a batch; see `TensorSpec`.

    Args:
        spec: What the network takes.
    """

    def __init__(self, spec: TensorSpec) -> None:
        self._spec = spec
        low, high = (_per_channel(level, spec) for level in (spec.low, spec.high))
        self._gain, self._low = (_plain(values) for values in ((high - low) / 255.0, low))

    def write(self, picture: Pixels, slot: Tensor) -> None:
        """Write a picture (height, width, 3) RGB into one slot of a batch, of the spec's shape."""
        values = slot if self._spec.layout == "nhwc" else slot.transpose(1, 2, 0)
        # Converting first: NumPy multiplies mixed types through a small buffer.
        np.copyto(values, self._ordered(picture), casting="unsafe")
        if self._spec.dtype == "uint8":
            return
        np.multiply(values, self._gain, out=values, casting="same_kind")
        if np.any(self._low):
            np.add(values, self._low, out=values, casting="same_kind")

    def _ordered(self, picture: Pixels) -> npt.NDArray[np.generic]:
        if self._spec.color == "rgb":
            return picture
        return picture[..., ::-1] if self._spec.color == "bgr" else np.rint(picture @ LUMA)[..., np.newaxis]


def _per_channel(level: Level, spec: TensorSpec) -> Array:
    """Return a level in the order of the spec's channels; levels are given for red, green, blue."""
    values = np.broadcast_to(np.asarray(level, np.float64), (3,))
    if spec.color == "gray":
        return values[:1]
    return values[::-1] if spec.color == "bgr" else values


def _plain(values: Array) -> np.float32 | npt.NDArray[np.float32]:
    """Return one number where all channels have the same: multiplying by it is faster."""
    single = values.astype(np.float32)
    return np.float32(single[0]) if (single == single[0]).all() else single
