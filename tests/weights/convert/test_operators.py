"""Every builtin operator, alone in a tiny network, against LiteRT's reference kernels."""

from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from arpipe.errors import WeightsError
from arpipe.weights.convert import tflite_import, tflite_reader
from tests.weights.convert.tflite_files import TfliteFile, options

RNG = np.random.default_rng(3)
SAME, VALID = 0, 1
RELU, RELU6 = 1, 3


def weights(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def litert(content: bytes, image: np.ndarray) -> list[np.ndarray]:
    """What LiteRT answers without XNNPACK."""
    interpreter = Interpreter(
        model_content=content,
        num_threads=1,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]


def converted(content: bytes, image: np.ndarray, optimised: bool) -> list[np.ndarray]:
    """What our conversion answers, with or without the rewrites for speed."""
    model = tflite_reader.read(content)
    shapes = {f"output{i}": tensor.shape[1:] or tensor.shape for i, tensor in enumerate(model.outputs)}
    convert = tflite_import.convert if optimised else tflite_import.convert_plainly
    graph = convert(content, shapes)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(list(shapes), {"input": image})


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


def add_constant(file: TfliteFile) -> int:
    return file.add("ADD", [file.input, file.constant(weights(3))], (1, 8, 10, 3), options("AddOptions"))


def multiply_by_gate(file: TfliteFile) -> int:
    gate = file.add("LOGISTIC", [whole_image_average(file)], (1, 1, 1, 3))
    return file.add("MUL", [file.input, gate], (1, 8, 10, 3), options("MulOptions"))


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


def resize(file: TfliteFile) -> int:
    size = file.constant(np.array([16, 30], np.int32))
    table = options("ResizeBilinearOptions", halfPixelCenters=True)
    return file.add("RESIZE_BILINEAR", [file.input, size], (1, 16, 30, 3), table)


def depth_to_space(file: TfliteFile) -> int:
    deep = conv(file, file.input, (1, 8, 10, 12), 12)
    return file.add("DEPTH_TO_SPACE", [deep], (1, 16, 20, 3), options("DepthToSpaceOptions", blockSize=2))


def strided_slice(file: TfliteFile) -> int:
    bounds = [file.constant(np.array(row, np.int32)) for row in ((0, 1, 0, 1), (1, 7, 10, 3), (1, 2, 1, 1))]
    table = options("StridedSliceOptions", beginMask=0, endMask=4)
    return file.add("STRIDED_SLICE", [file.input, *bounds], (1, 3, 10, 2), table)


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


def test_unknown_operator_is_named():
    file = TfliteFile((1, 8, 10, 3))
    content = file.content(file.add("SIN", [file.input], (1, 8, 10, 3)))
    with pytest.raises(WeightsError, match="SIN cannot be converted; supported are: ADD"):
        tflite_import.convert(content, {"output": (8, 10, 3)})


def test_unknown_custom_operator_is_named():
    file = TfliteFile((1, 8, 10, 3))
    content = file.content(file.add("Teleport", [file.input], (1, 8, 10, 3), custom=b"\0"))
    with pytest.raises(WeightsError, match="Teleport cannot be converted"):
        tflite_import.convert(content, {"output": (8, 10, 3)})


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda file: file.add("TANH", [file.input], (1, 8, 10, 3)), "TANH"),
        (lambda file: file.add("MAX_POOL_2D", [file.input], (1, 8, 10, 3)), "options are missing"),
        (lambda file: conv(file, file.input, (1, 8, 10, 4), 4, dilationHFactor=2), "dilation"),
        (lambda file: conv(file, file.input, (1, 8, 10, 4), 4, fusedActivationFunction=4), "activation 4"),
        (
            lambda file: file.add("PRELU", [file.input, file.constant(weights(8, 10, 3))], (1, 8, 10, 3)),
            "one per channel",
        ),
        (
            lambda file: file.add(
                *("MEAN", [file.input, file.constant(np.array([0], np.int32))], (8, 10, 3)),
                options("ReducerOptions"),
            ),
            "over the batch",
        ),
        (lambda file: resize_nearest(file, 16, 20, alignCorners=True), "aligned corners"),
        (
            lambda file: file.add(
                *("RESIZE_BILINEAR", [file.input, file.constant(np.array([16, 20], np.int32))]),
                *((1, 16, 20, 3), options("ResizeBilinearOptions", alignCorners=True)),
            ),
            "half-pixel",
        ),
    ],
    ids=["operator", "options", "dilation", "activation", "slope", "axes", "nearest", "corners"],
)
def test_what_is_not_supported_is_refused(build: Callable[[TfliteFile], int], words: str):
    file = TfliteFile((1, 8, 10, 3))
    output = build(file)
    content = file.content(output)
    with pytest.raises(WeightsError, match=words):
        tflite_import.convert(content, {"output": tuple(file.tensors[output].shape[1:])})


def test_inputs_that_no_operator_reads_are_removed():
    file = TfliteFile((1, 4))
    unread = file._tensor((1, 2), np.dtype(np.float32), 0)
    output = file.add("NEG", [file.input], (1, 4), options("NegOptions"))
    content = file.content(output, inputs=(file.input, unread))
    model = tflite_import.convert(content, {"output": (4,)}, inputs=("numbers", "unread"))
    assert [each.name for each in model.graph.input] == ["numbers"]
    with pytest.raises(WeightsError, match=r"inputs of shapes \[\(1, 4\), \(1, 2\)\], 1 names"):
        tflite_import.convert(content, {"output": (4,)})


def test_outputs_that_do_not_fit_are_refused():
    file = TfliteFile((1, 8, 10, 3))
    content = file.content(mean(file, keep=False))
    with pytest.raises(WeightsError, match="1 outputs, 2 names"):
        tflite_import.convert(content, {"one": (3,), "two": (3,)})
    with pytest.raises(WeightsError, match=r"expected shape \(4,\)"):
        tflite_import.convert(content, {"one": (4,)})


def test_damaged_files_are_refused():
    file = TfliteFile((1, 8, 10, 3))
    content = file.content(conv(file, file.input, (1, 8, 10, 4), 4))
    with pytest.raises(WeightsError, match="identifier"):
        tflite_reader.read(b"PK\x03\x04" + content)
    with pytest.raises(WeightsError, match="not a TFLite model"):
        tflite_reader.read(b"")
    for size in range(8, len(content) - 1, 13):
        with pytest.raises(WeightsError, match="damaged"):
            tflite_reader.read(content[:size])


def test_two_subgraphs_are_refused():
    file = TfliteFile((1, 8, 10, 3))
    model = schema.ModelT.InitFromPackedBuf(file.content(file.input), 0)
    model.subgraphs = model.subgraphs * 2
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    with pytest.raises(WeightsError, match="2 subgraphs"):
        tflite_reader.read(bytes(builder.Output()))
