"""The operator that ends SSD networks, against LiteRT's kernel."""

import numpy as np
import pytest
from flatbuffers import flexbuffers

from arpipe.errors import WeightsError
from arpipe.weights.convert import tflite_import, tflite_reader
from arpipe.weights.convert.detection_options import DETECTION, read_detection_options
from tests.weights.convert.answers import converted, litert
from tests.weights.convert.tflite_files import TfliteFile, options

CELLS, CLASSES, MOST = 8, 4, 10
COUNT = CELLS * CELLS
OPTIONS = {
    "max_detections": MOST,
    "max_classes_per_detection": 1,
    "num_classes": CLASSES,
    "nms_score_threshold": 0.6,
    "nms_iou_threshold": 0.4,
    "y_scale": 10.0,
    "x_scale": 8.0,
    "h_scale": 5.0,
    "w_scale": 4.0,
}


def detector(shape: tuple[int, ...] = (), background: int = 1, **changes: object) -> bytes:
    """An image (1, 8, 8, 3) whose pixels are 64 anchors: two matrices give boxes and scores."""
    rng = np.random.default_rng(5)
    file = TfliteFile((1, CELLS, CELLS, 3))
    columns = CLASSES + background
    values = [
        _head(file, rng.normal(size=(width, 1, 1, 3)) * gain) for width, gain in ((4, 2.0), (columns, 1.5))
    ]
    scores = file.add("LOGISTIC", [values[1]], (1, COUNT, columns))
    y, x = (np.mgrid[:CELLS, :CELLS].reshape(2, -1) + 0.5) / CELLS
    anchors = np.stack([y, x, *rng.uniform(0.2, 0.5, (2, COUNT))], axis=1).astype(np.float32)
    inputs = [values[0], scores, file.constant(anchors)]
    first = file.add(
        DETECTION, inputs, shape, custom=bytes(flexbuffers.Dumps({**OPTIONS, **changes})), count=4
    )
    return file.content(*range(first, first + 4))


def _head(file: TfliteFile, weights: np.ndarray) -> int:
    width = len(weights)
    parameters = [file.constant(weights.astype(np.float32)), file.constant(np.zeros(width, np.float32))]
    fields = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    shape = (1, CELLS, CELLS, width)
    values = file.add("CONV_2D", [file.input, *parameters], shape, options("Conv2DOptions", **fields))
    return file.add("RESHAPE", [values, file.constant(np.int32([1, COUNT, width]))], (1, COUNT, width))


@pytest.mark.parametrize("optimised", [False, True], ids=["plain", "optimised"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"background": 0},
        {"nms_iou_threshold": 0.1},
        {"nms_score_threshold": 0.97, "max_detections": 30},
        {"max_detections": 3},
        {"use_regular_nms": True},
        {"use_regular_nms": True, "detections_per_class": 2, "max_detections": 100},
    ],
    ids=str,
)
def test_answers_are_those_of_litert(changes, optimised):
    content, numbers = detector(**changes), []
    for seed in range(4):
        image = np.random.default_rng(seed).normal(size=(1, CELLS, CELLS, 3)).astype(np.float32)
        expected, found = litert(content, image), converted(content, image, optimised)
        number = int(expected[3].item())
        assert found[3].item() == number
        numbers.append(number)
        for ours, theirs in zip(found[:3], expected[:3], strict=True):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours[:, :number], theirs[:, :number], atol=2e-6)
            assert not ours[:, number:].any()
    assert min(numbers) >= 2


def test_nothing_above_the_threshold_is_no_object():
    boxes, classes, scores, number = converted(
        detector(nms_score_threshold=0.9999), np.zeros((1, CELLS, CELLS, 3), np.float32), optimised=True
    )
    assert number.item() == 0
    assert not any(each.any() for each in (boxes, classes, scores))


def test_the_file_may_have_the_shapes_or_not():
    for shape in ((), (1, MOST)):
        outputs = tflite_reader.read(detector(shape)).outputs
        assert [tensor.shape for tensor in outputs] == [(1, MOST, 4), (1, MOST), (1, MOST), (1,)]


def test_damaged_options_are_told():
    """Bytes of the options are changed or cut off: what can still be read is used, all else is refused."""
    content, rng = bytes(flexbuffers.Dumps(OPTIONS)), np.random.default_rng(0)
    messages = []
    for _ in range(300):
        damaged = bytearray(content[: rng.integers(len(content) // 2, len(content) + 1)])
        damaged[rng.integers(len(damaged))] = rng.integers(256)
        try:
            read_detection_options(bytes(damaged))
        except WeightsError as error:
            messages.append(str(error))
    assert len(messages) > 200
    assert all(DETECTION in message for message in messages)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"max_detections": 10**9}, "max_detections"),
        ({"max_classes_per_detection": 3}, "3 classes per box are not supported"),
        ({"h_scale": 0.0}, "h_scale"),
        ({"nms_iou_threshold": 2.0}, "nms_iou_threshold"),
        ({"num_classes": 9}, "are not those of 9 classes"),
    ],
)
def test_other_options_are_refused(changes, says):
    content = detector(**changes)
    with pytest.raises(WeightsError, match=says):
        tflite_import.convert(content, dict.fromkeys("abcd", ()))
