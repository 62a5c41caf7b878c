"""State of a conversion: TFLite tensors in, ONNX value names out, layout handled in one place.

Layout rule: a rank-4 activation is NHWC in TFLite and NCHW in our graph; every other rank is kept as it is.
No transpose is ever inserted between two image operators; only reshapes of an image need one.
"""

from collections.abc import Callable

import numpy as np

from arpipe.errors import WeightsError
from arpipe.weights.convert.graph import Constant, Graph
from arpipe.weights.convert.tflite_reader import Operator, OptionReader, Tensor

IMAGE_RANK = 4
NCHW_FROM_NHWC = (0, 3, 1, 2)
NHWC_FROM_NCHW = (0, 2, 3, 1)


class Lowering:
    """The graph so far, and the value or array that each TFLite tensor became."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._values: dict[int, str] = {}
        self._arrays: dict[int, Constant] = {}

    def bind(self, tensor: Tensor, value: str) -> None:
        """Record the graph value of an activation."""
        self._values[tensor.index] = value
        self.graph.shapes[value] = nchw(tensor.shape)

    def fold(self, tensor: Tensor, array: Constant) -> None:
        """Record the values of a tensor that proved to be constant; `array` is in TFLite's layout."""
        self._arrays[tensor.index] = array

    def is_constant(self, tensor: Tensor) -> bool:
        """Whether a tensor's values are known at conversion time."""
        return tensor.index in self._arrays or tensor.data is not None

    def array(self, tensor: Tensor) -> Constant:
        """Return a constant's values in TFLite's layout.

        Raises:
            WeightsError: The tensor is computed, not constant.
        """
        folded = self._arrays.get(tensor.index)
        if folded is not None:
            return folded
        if tensor.data is None:
            raise WeightsError(f"tensor {tensor.name!r} must be constant to be converted")
        return tensor.data

    def value(self, tensor: Tensor, rank: int | None = None) -> str:
        """Return the graph value of a tensor, NCHW; a constant is added, with leading axes up to `rank`."""
        if not self.is_constant(tensor):
            return self._values[tensor.index]
        array = self.array(tensor)
        if rank is not None:
            array = array.reshape((1,) * (rank - array.ndim) + array.shape)
        if array.ndim == IMAGE_RANK:
            array = array.transpose(NCHW_FROM_NHWC)
        return self.graph.constant(array)

    def nhwc_value(self, tensor: Tensor) -> str:
        """Return the graph value of an activation in TFLite's order; adds a node only for images larger than 1×1."""
        value = self.value(tensor)
        if len(tensor.shape) != IMAGE_RANK or tensor.shape[1:3] == (1, 1) or tensor.shape[3] == 1:
            return value
        return self.graph.add("Transpose", [value], perm=NHWC_FROM_NCHW)

    def reshape(self, value: str, shape: tuple[int, ...]) -> str:
        """Append a reshape to (free batch, *shape[1:]).

        0 keeps the batch dimension; −1 would too, but then the runtime loses track of it and sessions load more slowly.
        """
        target = self.graph.constant(np.array([0, *shape[1:]], np.int64), "shape")
        return self.graph.add("Reshape", [value, target])


OperatorFunction = Callable[[Lowering, Operator], str | None]
"""Appends the nodes of one operator and returns the value of its output; None if it has bound its outputs itself."""


def nchw(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Convert TFLite's shape to the graph's layout."""
    if len(shape) != IMAGE_RANK:
        return shape
    return tuple(shape[axis] for axis in NCHW_FROM_NHWC)


def nchw_axis(axis: int, rank: int) -> int:
    """Convert TFLite's axis (negative counts from the end) to one in the graph's layout."""
    axis %= rank
    return NCHW_FROM_NHWC.index(axis) if rank == IMAGE_RANK else axis


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return TFLite's SAME padding before and after: the output is ceil(size / stride), an odd pixel goes after."""
    reach = (window - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def operand(operator: Operator, position: int) -> Tensor:
    """Return a required input.

    Raises:
        WeightsError: The input is missing.
    """
    tensor = operator.inputs[position] if position < len(operator.inputs) else None
    if tensor is None:
        raise WeightsError(f"{operator.kind}: input {position} is missing")
    return tensor


def option_table(operator: Operator) -> OptionReader:
    """Return an operator's options, which are required.

    Raises:
        WeightsError: The options are missing.
    """
    if operator.options is None:
        raise WeightsError(f"{operator.kind}: its options are missing")
    return operator.options
