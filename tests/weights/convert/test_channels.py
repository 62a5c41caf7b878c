"""Channels in excess count for nothing, and the padding between widened images is gone."""

import numpy as np
import pytest

from arpipe.weights.convert import tflite_import, tflite_reader
from arpipe.weights.convert.channels import align_channels
from arpipe.weights.convert.graph import CHANNEL_BLOCK
from arpipe.weights.convert.passes import fold_image_padding
from tests.weights.convert.answers import converted
from tests.weights.convert.image_networks import conv
from tests.weights.convert.tflite_files import TfliteFile, options

RNG = np.random.default_rng(21)


def step_up(file: TfliteFile, source: int, channels: int) -> int:
    """One of BlazeFace's blocks: the image, pooled and padded with channels, plus a separable convolution."""
    _, height, width, before = file.tensors[source].shape
    small = (1, height // 2, width // 2)
    pooling = options("Pool2DOptions", strideH=2, strideW=2, filterHeight=2, filterWidth=2)
    pooled = file.add("MAX_POOL_2D", [source], (*small, before), pooling)
    amounts = file.constant(np.array([[0, 0], [0, 0], [0, 0], [0, channels - before]], np.int32))
    padded = file.add("PAD", [pooled, amounts], (*small, channels), options("PadOptions"))
    fields = {"strideH": 2, "strideW": 2, "depthMultiplier": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    parameters = [
        file.constant(RNG.normal(size=(1, 3, 3, before)).astype(np.float32)),
        file.constant(RNG.normal(size=before).astype(np.float32)),
    ]
    table = options("DepthwiseConv2DOptions", **fields)
    light = file.add("DEPTHWISE_CONV_2D", [source, *parameters], (*small, before), table)
    wide = conv(file, light, (*small, channels), channels, kernel=1)
    total = file.add("ADD", [padded, wide], (*small, channels), options("AddOptions"))
    slope = file.constant(RNG.normal(size=(1, 1, channels)).astype(np.float32))
    active = file.add("PRELU", [total, slope], (*small, channels))
    return file.add("RELU", [active], (*small, channels))


def growing_network(widths: tuple[int, int, int]) -> bytes:
    file = TfliteFile((1, 16, 16, 3))
    image = conv(file, file.input, (1, 16, 16, widths[0]), widths[0])
    image = step_up(file, step_up(file, image, widths[1]), widths[2])
    return file.content(conv(file, image, (1, 4, 4, 6), 6, kernel=1))


@pytest.mark.parametrize("widths", [(24, 28, 42), (12, 24, 56), (8, 12, 20), (16, 32, 48)], ids=str)
def test_widened_network_answers_as_before(widths: tuple[int, int, int]):
    content = growing_network(widths)
    images = RNG.normal(size=(2, 16, 16, 3)).astype(np.float32)
    (expected,) = converted(content, images, optimised=False)
    (answer,) = converted(content, images, optimised=True)
    np.testing.assert_allclose(answer, expected, atol=1e-5 * np.abs(expected).max())


def aligned(widths: tuple[int, int, int]):
    graph = tflite_import.lower(tflite_reader.read(growing_network(widths)), {"output": (4, 4, 6)})
    fold_image_padding(graph)
    align_channels(graph)
    return graph


def test_widened_convolutions_have_whole_blocks_and_less_padding():
    graph = aligned((24, 28, 42))
    widths = [len(graph.constants[node.inputs[1]]) for node in graph.nodes if node.kind == "Conv"]
    assert [width % CHANNEL_BLOCK for width in widths[:-1]] == [0] * (len(widths) - 1)
    assert widths[-1] == 6  # what leaves the network keeps its shape
    assert sum(node.kind == "Pad" for node in graph.nodes) == 1  # 24 → 28 needs none, 28 → 42 does


def test_images_that_would_double_stay_as_they_are():
    graph = aligned((8, 9, 10))
    widths = [len(graph.constants[node.inputs[1]]) for node in graph.nodes if node.kind == "Conv"]
    assert set(widths) == {6, 8, 9, 10}
