"""What cannot be converted is refused with its reason."""

from collections.abc import Callable

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from arpipe.errors import WeightsError
from arpipe.weights.convert import tflite_import, tflite_reader
from tests.weights.convert.image_networks import conv, resize_nearest, weights
from tests.weights.convert.number_networks import mean
from tests.weights.convert.tflite_files import TfliteFile, options


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
