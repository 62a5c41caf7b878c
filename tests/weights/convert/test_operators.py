"""Every builtin operator, alone in a tiny network, against LiteRT's reference kernels."""

from collections.abc import Callable

import numpy as np
import pytest

from arpipe.weights.convert import tflite_import
from tests.weights.convert.answers import converted, litert
from tests.weights.convert.image_networks import (
    RELU,
    RNG,
    SAME,
    VALID,
    channel_padding,
    depth_to_space,
    depthwise,
    half_weights,
    image_padding,
    narrow_prelu,
    pool,
    prelu,
    resize,
    resize_nearest,
    stride_two_same,
    transpose_convolution,
    valid_convolution,
    whole_image_average,
    whole_image_convolution,
)
from tests.weights.convert.number_networks import (
    add_constant,
    binary,
    concatenate,
    concatenate_constant,
    divide,
    fully_connected,
    gather,
    mean,
    multiply_by_gate,
    only_sample,
    positive,
    reduced,
    reshape_image,
    softmax,
    strided_slice,
    transpose,
    unpack,
)
from tests.weights.convert.tflite_files import TfliteFile, options

NETWORKS: dict[str, Callable[[TfliteFile], int]] = {
    "ADD": add_constant,
    "AVERAGE_POOL_2D": lambda file: pool(file, "AVERAGE_POOL_2D"),
    "AVERAGE_POOL_2D whole": whole_image_average,
    "CONCATENATION channels": lambda file: concatenate(file, 3, (1, 8, 10, 6)),
    "CONCATENATION constant": concatenate_constant,
    "CONCATENATION rows": lambda file: concatenate(file, -3, (1, 16, 10, 3)),
    "CONV_2D stride": stride_two_same,
    "CONV_2D valid": valid_convolution,
    "CONV_2D whole": whole_image_convolution,
    "DEPTHWISE_CONV_2D": depthwise,
    "DIV": divide,
    "DEPTH_TO_SPACE": depth_to_space,
    "DEQUANTIZE": half_weights,
    "FULLY_CONNECTED": fully_connected,
    "GATHER channels": lambda file: gather(file, -1, [2, 0, 2, 1], (1, 8, 10, 4)),
    "GATHER rows": lambda file: gather(file, 1, [7, 1], (1, 2, 10, 3)),
    "HARD_SWISH": lambda file: file.add("HARD_SWISH", [file.input], (1, 8, 10, 3)),
    "LOGISTIC": lambda file: file.add("LOGISTIC", [file.input], (1, 8, 10, 3)),
    "MAXIMUM": lambda file: binary(file, "MAXIMUM"),
    "MAX_POOL_2D": lambda file: pool(file, "MAX_POOL_2D"),
    "MEAN": lambda file: mean(file, keep=False),
    "MEAN kept": lambda file: mean(file, keep=True),
    "MEAN channels": lambda file: reduced(file, "MEAN", [3], (1, 8, 10, 1)),
    "MEAN columns": lambda file: reduced(file, "MEAN", [-2], (1, 8, 3)),
    "MUL": multiply_by_gate,
    "NEG": lambda file: file.add("NEG", [file.input], (1, 8, 10, 3), options("NegOptions")),
    "PAD image": image_padding,
    "PAD channels": lambda file: channel_padding(file, 6),
    "PAD channels to be widened": lambda file: channel_padding(file, 12),
    "PAD channels to whole blocks": lambda file: channel_padding(file, 24),
    "PAD channels in blocks": lambda file: channel_padding(file, 16),
    "PRELU": prelu,
    "PRELU between narrow convolutions": lambda file: narrow_prelu(file, 8),
    "PRELU between wide convolutions": lambda file: narrow_prelu(file, 16),
    "REDUCE_MAX": lambda file: reduced(file, "REDUCE_MAX", [1], (1, 10, 3)),
    "REDUCE_MIN": lambda file: reduced(file, "REDUCE_MIN", [1, 3], (1, 10)),
    "RELU": lambda file: file.add("RELU", [file.input], (1, 8, 10, 3)),
    "RESHAPE": reshape_image,
    "RESIZE_BILINEAR": resize,
    "RESIZE_NEAREST_NEIGHBOR": lambda file: resize_nearest(file, 16, 20),
    "RESIZE_NEAREST_NEIGHBOR centres": lambda file: resize_nearest(file, 16, 20, halfPixelCenters=True),
    "RESIZE_NEAREST_NEIGHBOR smaller": lambda file: resize_nearest(file, 4, 5, halfPixelCenters=True),
    "RSQRT": lambda file: file.add("RSQRT", [positive(file)], (1, 8, 10, 3)),
    "SOFTMAX": softmax,
    "SQRT": lambda file: file.add("SQRT", [positive(file)], (1, 8, 10, 3)),
    "SQUARED_DIFFERENCE": lambda file: binary(file, "SQUARED_DIFFERENCE", "SquaredDifferenceOptions"),
    "STRIDED_SLICE": strided_slice,
    "STRIDED_SLICE only sample": only_sample,
    "SUB": lambda file: binary(file, "SUB", "SubOptions"),
    "SUM": lambda file: reduced(file, "SUM", [2, 3], (1, 8, 1, 1)),
    "SUM rows": lambda file: reduced(file, "SUM", [1], (1, 10, 3)),
    "TRANSPOSE": lambda file: transpose(file, [0, 1, 3, 2]),
    "TRANSPOSE image": lambda file: transpose(file, [0, 3, 1, 2]),
    "TRANSPOSE_CONV": lambda file: transpose_convolution(file, (1, 16, 20, 4), 3, bias=False, padding=SAME),
    "TRANSPOSE_CONV bias": lambda file: transpose_convolution(
        file, (1, 16, 20, 6), 2, bias=True, padding=SAME, fusedActivationFunction=RELU
    ),
    "TRANSPOSE_CONV valid": lambda file: transpose_convolution(
        file, (1, 17, 12, 4), 3, bias=True, padding=VALID, strideW=1
    ),
    "UNPACK": unpack,
}


@pytest.mark.parametrize("optimised", [False, True], ids=["plain", "optimised"])
@pytest.mark.parametrize("name", NETWORKS)
def test_operator_answers_like_litert(name: str, optimised: bool):
    file = TfliteFile((1, 8, 10, 3))
    content = file.content(NETWORKS[name](file))
    image = RNG.normal(size=(1, 8, 10, 3)).astype(np.float32) * 4
    (expected,) = litert(content, image)
    (answer,) = converted(content, image, optimised)
    assert answer.shape[1:] == (expected.shape if name.endswith("only sample") else expected.shape[1:])
    answer = answer.reshape(expected.shape)
    np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-5 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("build", [lambda file: channel_padding(file, 16), concatenate_constant])
def test_batch_answers_like_its_samples(build: Callable[[TfliteFile], int]):
    file = TfliteFile((1, 8, 10, 3))
    content = file.content(build(file))
    images = RNG.normal(size=(3, 8, 10, 3)).astype(np.float32)
    (together,) = converted(content, images, optimised=True)
    for image, answer in zip(images, together, strict=True):
        (alone,) = converted(content, image[np.newaxis], optimised=True)
        np.testing.assert_allclose(answer, alone[0], atol=1e-5)


def test_prelu_between_narrow_convolutions_costs_no_pass_over_the_image():
    counts = {}
    for channels in (8, 16):
        file = TfliteFile((1, 8, 10, 3))
        model = tflite_import.convert(file.content(narrow_prelu(file, channels)), {"output": (8, 10, 16)})
        counts[channels] = sorted(node.op_type for node in model.graph.node if node.op_type != "Transpose")
    assert [kind for kind in counts[8] if kind not in ("Reshape",)] == ["Conv", "Conv", "Conv", "Relu"]
    assert counts[16].count("Conv") == 5  # PRelu as two more


def test_every_builtin_operator_is_tested():
    from arpipe.weights.convert.operators import BUILTIN_OPERATORS

    tested = {name.split()[0] for name in NETWORKS} | {"DENSIFY"}  # DENSIFY: test_sparsity.py
    assert tested == set(BUILTIN_OPERATORS)
