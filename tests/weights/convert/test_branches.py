"""Parallel branches answer merged as they answer apart, and there are fewer nodes."""

from collections import Counter

import numpy as np
import onnx

from arpipe.weights.convert import tflite_import, tflite_reader
from tests.weights.convert.answers import converted
from tests.weights.convert.image_networks import conv
from tests.weights.convert.test_custom_operators import CROP, MATRIX, SUBSET, computed, flex
from tests.weights.convert.tflite_files import TfliteFile, options

RNG = np.random.default_rng(9)


def slopes(file: TfliteFile, source: int, channels: int) -> int:
    slope = file.constant(RNG.normal(size=(1, 1, channels)).astype(np.float32))
    return file.add("PRELU", [source, slope], file.tensors[source].shape)


def block(file: TfliteFile, source: int) -> int:
    """A residual block that halves the image and doubles the channels, as in MediaPipe's networks."""
    _, height, width, channels = file.tensors[source].shape
    small = (1, height // 2, width // 2)
    pooling = options("Pool2DOptions", strideH=2, strideW=2, filterHeight=2, filterWidth=2)
    pooled = file.add("MAX_POOL_2D", [source], (*small, channels), pooling)
    amounts = file.constant(np.array([[0, 0], [0, 0], [0, 0], [0, channels]], np.int32))
    padded = file.add("PAD", [pooled, amounts], (*small, 2 * channels), options("PadOptions"))
    wide = conv(file, source, (*small, 2 * channels), 2 * channels, strideH=2, strideW=2)
    total = file.add("ADD", [padded, wide], (*small, 2 * channels), options("AddOptions"))
    return slopes(file, total, 2 * channels)


def forked_network() -> tuple[bytes, int]:
    """Three crops, a block each; the last two fork; heads of different sizes. Its bytes and number of outputs."""
    file = TfliteFile((1, 12, 12, 16))
    source = computed(file, RNG.normal(size=(10, 3)).astype(np.float32) * 2 + 5.5)
    heads = []
    for index in range(3):
        described = {**MATRIX, "subset_idxs": SUBSET[index:]}
        matrix = file.add("Landmarks2TransformMatrix", [source], (1, 4, 4), custom=flex(described))
        crop = file.add("TransformTensorBilinear", [file.input, matrix], (1, 4, 8, 16), custom=flex(CROP))
        trunk = block(file, slopes(file, conv(file, crop, (1, 4, 8, 16), 16), 16))
        for size in (7,) if index == 0 else (5, 3):
            end = slopes(file, conv(file, trunk, (1, 2, 4, 32), 32), 32)
            fields = {"padding": 1, "strideH": 2, "strideW": 4}
            parameters = [
                file.constant(RNG.normal(size=(size, 2, 4, 32)).astype(np.float32)),
                file.constant(RNG.normal(size=size).astype(np.float32)),
            ]
            table = options("Conv2DOptions", **fields, dilationHFactor=1, dilationWFactor=1)
            heads.append(file.add("CONV_2D", [end, *parameters], (1, 1, 1, size), table))
    return file.content(*heads), len(heads)


def convolutions(model: onnx.ModelProto) -> list[int]:
    return [
        next(attribute.i for attribute in node.attribute if attribute.name == "group")
        for node in model.graph.node
        if node.op_type == "Conv"
    ]


def test_merged_branches_answer_as_apart():
    content, count = forked_network()
    images = RNG.normal(size=(2, 12, 12, 16)).astype(np.float32)
    apart = converted(content, images, optimised=False)
    merged = converted(content, images, optimised=True)
    assert len(merged) == count == 5
    for expected, answer in zip(apart, merged, strict=True):
        np.testing.assert_allclose(answer, expected, atol=1e-4 * np.abs(expected).max())


def test_branches_become_groups():
    content, _ = forked_network()
    shapes = {f"output{i}": t.shape[1:] for i, t in enumerate(tflite_reader.read(content).outputs)}
    groups = Counter(convolutions(tflite_import.convert(content, shapes)))
    # Over three branches: the first convolution, the block's, its padding; over five after the fork: one.
    assert groups[3] == 3
    assert groups[5] == 1
    assert groups[1] == 0  # the heads became matrix products


def test_branches_that_differ_stay_apart():
    file = TfliteFile((1, 12, 12, 16))
    source = computed(file, RNG.normal(size=(10, 3)).astype(np.float32) * 2 + 5.5)
    ends = []
    for index, kernel in enumerate((1, 3)):
        described = {**MATRIX, "subset_idxs": SUBSET[index:]}
        matrix = file.add("Landmarks2TransformMatrix", [source], (1, 4, 4), custom=flex(described))
        crop = file.add("TransformTensorBilinear", [file.input, matrix], (1, 4, 8, 16), custom=flex(CROP))
        ends.append(conv(file, crop, (1, 4, 8, 16), 16, kernel=kernel))
    content = file.content(*ends)
    model = tflite_import.convert(content, {"one": (4, 8, 16), "two": (4, 8, 16)})
    assert convolutions(model) == [1, 1]
