"""Tiny networks of one operator on numbers or axes: sums, reductions, choices and changes of shape."""

import numpy as np

from tests.weights.convert.image_networks import weights, whole_image_average
from tests.weights.convert.tflite_files import TfliteFile, options


def add_constant(file: TfliteFile) -> int:
    return file.add("ADD", [file.input, file.constant(weights(3))], (1, 8, 10, 3), options("AddOptions"))


def multiply_by_gate(file: TfliteFile) -> int:
    gate = file.add("LOGISTIC", [whole_image_average(file)], (1, 1, 1, 3))
    return file.add("MUL", [file.input, gate], (1, 8, 10, 3), options("MulOptions"))


def concatenate(file: TfliteFile, axis: int, shape: tuple[int, ...]) -> int:
    table = options("ConcatenationOptions", axis=axis)
    return file.add("CONCATENATION", [file.input, file.input], shape, table)


def reshape_image(file: TfliteFile) -> int:
    flat = file.add("RESHAPE", [file.input, file.constant(np.array([1, 240], np.int32))], (1, 240))
    target = file.constant(np.array([1, 4, 20, 3], np.int32))
    return file.add("RESHAPE", [flat, target], (1, 4, 20, 3))


def mean(file: TfliteFile, keep: bool) -> int:
    axes = file.constant(np.array([1, 2], np.int32))
    shape = (1, 1, 1, 3) if keep else (1, 3)
    return file.add("MEAN", [file.input, axes], shape, options("ReducerOptions", keepDims=keep))


def fully_connected(file: TfliteFile) -> int:
    parameters = [mean(file, keep=False), file.constant(weights(5, 3)), file.constant(weights(5))]
    return file.add("FULLY_CONNECTED", parameters, (1, 5), options("FullyConnectedOptions"))


def strided_slice(file: TfliteFile) -> int:
    bounds = [file.constant(np.array(row, np.int32)) for row in ((0, 1, 0, 1), (1, 7, 10, 3), (1, 2, 1, 1))]
    table = options("StridedSliceOptions", beginMask=0, endMask=4)
    return file.add("STRIDED_SLICE", [file.input, *bounds], (1, 3, 10, 2), table)


def reduced(file: TfliteFile, kind: str, axes: list[int], shape: tuple[int, ...]) -> int:
    """A reduction of the image; axes are kept if the shape has as many as the image."""
    table = options("ReducerOptions", keepDims=len(shape) == 4)
    return file.add(kind, [file.input, file.constant(np.array(axes, np.int32))], shape, table)


def positive(file: TfliteFile) -> int:
    square = file.add("MUL", [file.input, file.input], (1, 8, 10, 3), options("MulOptions"))
    one = file.constant(np.float32([1.0]))
    return file.add("ADD", [square, one], (1, 8, 10, 3), options("AddOptions"))


def binary(file: TfliteFile, kind: str, table: str | None = None) -> int:
    """The image and its largest channel, which broadcasts."""
    largest = reduced(file, "REDUCE_MAX", [3], (1, 8, 10, 1))
    return file.add(kind, [file.input, largest], (1, 8, 10, 3), options(table) if table else None)


def divide(file: TfliteFile) -> int:
    return file.add("DIV", [file.input, positive(file)], (1, 8, 10, 3), options("DivOptions"))


def softmax(file: TfliteFile) -> int:
    return file.add("SOFTMAX", [file.input], (1, 8, 10, 3), options("SoftmaxOptions", beta=1.0))


def gather(file: TfliteFile, axis: int, indices: list[int], shape: tuple[int, ...]) -> int:
    table = options("GatherOptions", axis=axis)
    return file.add("GATHER", [file.input, file.constant(np.array(indices, np.int32))], shape, table)


def unpack(file: TfliteFile) -> int:
    """The last channel less the first one."""
    first = file.add("UNPACK", [file.input], (1, 8, 10), options("UnpackOptions", num=3, axis=-1), count=3)
    return file.add("SUB", [first + 2, first], (1, 8, 10), options("SubOptions"))


def transpose(file: TfliteFile, order: list[int]) -> int:
    shape = tuple((1, 8, 10, 3)[axis] for axis in order)
    return file.add("TRANSPOSE", [file.input, file.constant(np.array(order, np.int32))], shape)


def concatenate_constant(file: TfliteFile) -> int:
    row = file.constant(weights(1, 1, 10, 3))
    return file.add(
        "CONCATENATION", [row, file.input], (1, 9, 10, 3), options("ConcatenationOptions", axis=1)
    )


def only_sample(file: TfliteFile) -> int:
    """A batch of one without its axis, as the network for expressions ends."""
    pooled = mean(file, keep=False)
    bounds = [file.constant(np.array(row, np.int32)) for row in ((0, 0), (1, 3), (1, 1))]
    table = options("StridedSliceOptions", endMask=2, shrinkAxisMask=1)
    return file.add("STRIDED_SLICE", [pooled, *bounds], (3,), table)
