"""Tiny networks of one layer over an image: convolutions, pools, paddings and changes of size."""

import numpy as np

from tests.weights.convert.tflite_files import TfliteFile, options

RNG = np.random.default_rng(3)
SAME, VALID = 0, 1
RELU, RELU6 = 1, 3


def weights(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def conv(
    file: TfliteFile, source: int, shape: tuple[int, ...], out: int, kernel: int = 3, **fields: int
) -> int:
    """A convolution of `source` with random weights to `shape`."""
    channels = file.tensors[source].shape[3]
    fields = {
        "padding": SAME,
        "strideH": 1,
        "strideW": 1,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
        **fields,
    }
    parameters = [file.constant(weights(out, kernel, kernel, channels)), file.constant(weights(out))]
    return file.add("CONV_2D", [source, *parameters], shape, options("Conv2DOptions", **fields))


def stride_two_same(file: TfliteFile) -> int:
    return conv(file, file.input, (1, 4, 5, 4), 4, strideH=2, strideW=2, fusedActivationFunction=RELU6)


def valid_convolution(file: TfliteFile) -> int:
    return conv(file, file.input, (1, 6, 8, 5), 5, padding=VALID, fusedActivationFunction=RELU)


def whole_image_convolution(file: TfliteFile) -> int:
    shrunk = conv(file, file.input, (1, 3, 3, 4), 4, kernel=6, padding=VALID, strideW=2)
    return conv(file, shrunk, (1, 1, 1, 7), 7, padding=VALID)


def depthwise(file: TfliteFile) -> int:
    fields = {"padding": SAME, "strideH": 2, "strideW": 1, "depthMultiplier": 2}
    parameters = [file.constant(weights(1, 3, 3, 6)), file.constant(weights(6))]
    table = options("DepthwiseConv2DOptions", **fields, dilationHFactor=1, dilationWFactor=1)
    return file.add("DEPTHWISE_CONV_2D", [file.input, *parameters], (1, 4, 10, 6), table)


def pool(file: TfliteFile, kind: str) -> int:
    table = options("Pool2DOptions", padding=SAME, strideH=2, strideW=2, filterHeight=3, filterWidth=3)
    return file.add(kind, [file.input], (1, 4, 5, 3), table)


def whole_image_average(file: TfliteFile) -> int:
    table = options("Pool2DOptions", padding=VALID, strideH=8, strideW=10, filterHeight=8, filterWidth=10)
    return file.add("AVERAGE_POOL_2D", [file.input], (1, 1, 1, 3), table)


def prelu(file: TfliteFile) -> int:
    slope = np.array([-0.5, 0.3, 1.7], np.float32).reshape(1, 1, 3)
    return file.add("PRELU", [file.input, file.constant(slope)], (1, 8, 10, 3))


def image_padding(file: TfliteFile) -> int:
    amounts = file.constant(np.array([[0, 0], [1, 2], [2, 1], [0, 0]], np.int32))
    padded = file.add("PAD", [file.input, amounts], (1, 11, 13, 3), options("PadOptions"))
    return conv(file, padded, (1, 9, 11, 4), 4, padding=VALID)


def channel_padding(file: TfliteFile, kept: int) -> int:
    """Pad the channels of one image and add a convolution to it, as at the end of MediaPipe's stages."""
    amounts = file.constant(np.array([[0, 0], [0, 0], [0, 0], [0, kept]], np.int32))
    narrow = conv(file, file.input, (1, 8, 10, kept), kept)
    padded = file.add("PAD", [narrow, amounts], (1, 8, 10, 2 * kept), options("PadOptions"))
    wide = conv(file, narrow, (1, 8, 10, 2 * kept), 2 * kept, kernel=1)
    return file.add("ADD", [padded, wide], (1, 8, 10, 2 * kept), options("AddOptions"))


def resize(file: TfliteFile) -> int:
    size = file.constant(np.array([16, 30], np.int32))
    table = options("ResizeBilinearOptions", halfPixelCenters=True)
    return file.add("RESIZE_BILINEAR", [file.input, size], (1, 16, 30, 3), table)


def depth_to_space(file: TfliteFile) -> int:
    deep = conv(file, file.input, (1, 8, 10, 12), 12)
    return file.add("DEPTH_TO_SPACE", [deep], (1, 16, 20, 3), options("DepthToSpaceOptions", blockSize=2))


def half_weights(file: TfliteFile) -> int:
    stored = file.constant(weights(4, 1, 1, 3).astype(np.float16))
    kernel = file.add("DEQUANTIZE", [stored], (4, 1, 1, 3))
    fields = {"padding": SAME, "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    inputs = [file.input, kernel, file.constant(weights(4))]
    return file.add("CONV_2D", inputs, (1, 8, 10, 4), options("Conv2DOptions", **fields))


def narrow_prelu(file: TfliteFile, channels: int) -> int:
    """A bottleneck of mesh v2: 1×1, PRelu, depthwise, 1×1."""
    shape = (1, 8, 10, channels)
    narrow = conv(file, file.input, shape, channels, kernel=1)
    bent = file.add("PRELU", [narrow, file.constant(weights(1, 1, channels))], shape)
    fields = {"padding": SAME, "strideH": 1, "strideW": 1, "depthMultiplier": 1}
    parameters = [file.constant(weights(1, 3, 3, channels)), file.constant(weights(channels))]
    table = options("DepthwiseConv2DOptions", **fields, dilationHFactor=1, dilationWFactor=1)
    filtered = file.add("DEPTHWISE_CONV_2D", [bent, *parameters], shape, table)
    return conv(file, filtered, (1, 8, 10, 16), 16, kernel=1)


def resize_nearest(file: TfliteFile, rows: int, columns: int, **fields: bool) -> int:
    size = file.constant(np.array([rows, columns], np.int32))
    table = options("ResizeNearestNeighborOptions", **fields)
    return file.add("RESIZE_NEAREST_NEIGHBOR", [file.input, size], (1, rows, columns, 3), table)


def transpose_convolution(
    file: TfliteFile, shape: tuple[int, ...], kernel: int, *, bias: bool, **fields: int
) -> int:
    size = file.constant(np.array(shape, np.int32))
    parameters = [file.constant(weights(shape[3], kernel, kernel, 3)), file.input]
    if bias:
        parameters.append(file.constant(weights(shape[3])))
    table = options("TransposeConvOptions", **{"strideH": 2, "strideW": 2, **fields})
    return file.add("TRANSPOSE_CONV", [size, *parameters], shape, table)
