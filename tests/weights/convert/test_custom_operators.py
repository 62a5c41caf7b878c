"""MediaPipe's custom operators against their definition, written out in numpy point by point."""

import struct

import numpy as np
import pytest
from flatbuffers import flexbuffers

from arpipe.errors import WeightsError
from arpipe.weights.convert import tflite_import
from tests.weights.convert.answers import converted
from tests.weights.convert.tflite_files import TfliteFile, options

SUBSET = [0, 2, 5, 6, 7, 9]
CROP = {"output_width": 8, "output_height": 4}
MATRIX = {
    **CROP,
    "left_rotation_idx": 3,
    "right_rotation_idx": 8,
    "target_rotation_radians": 0.3,
    "subset_idxs": SUBSET,
    "scale_x": 1.5,
    "scale_y": 1.25,
}


def turned(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def expected_matrix(points: np.ndarray, crop: dict[str, object]) -> np.ndarray:
    """The crop around the subset, as the operator is defined."""
    dx, dy = (points[8] - points[3])[:2]
    r = crop["target_rotation_radians"] - np.arctan2(dy, dx)
    level = points[crop["subset_idxs"], :2] @ turned(r).T
    low, high = level.min(0), level.max(0)
    matrix = np.eye(4)
    matrix[:2, :2] = turned(-r) @ np.diag((high - low) * [crop["scale_x"] / 8, crop["scale_y"] / 4])
    matrix[:2, 3] = turned(-r) @ ((low + high) / 2) - matrix[:2, :2] @ [4, 2]
    return matrix


def expected_crop(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Bilinear samples of the image at M·(x, y) with pixel centres, 0 outside."""
    height, width, channels = image.shape
    crop = np.zeros((4, 8, channels))
    for row in range(4):
        for column in range(8):
            x, y = (matrix @ [column + 0.5, row + 0.5, 0, 1])[:2] - 0.5
            if not (0 <= x <= width - 1 and 0 <= y <= height - 1):
                continue
            left, top = min(int(x), width - 2), min(int(y), height - 2)
            u, v = x - left, y - top
            block = image[top : top + 2, left : left + 2]
            crop[row, column] = (block * np.outer([1 - v, v], [1 - u, u])[..., None]).sum((0, 1))
    return crop


def computed(file: TfliteFile, points: np.ndarray) -> int:
    """Points that a network computes, though its input counts for nothing: (1, n, values)."""
    gone = file.constant(np.zeros(1, np.float32))
    shape = tuple(file.tensors[file.input].shape)
    zero = file.add("MUL", [file.input, gone], shape, options("MulOptions"))
    axes = file.constant(np.array([1, 2], np.int32))
    mean = file.add("MEAN", [zero, axes], (1, shape[3]), options("ReducerOptions"))
    inputs = [
        mean,
        file.constant(np.zeros((points.size, shape[3]), np.float32)),
        file.constant(points.ravel()),
    ]
    flat = file.add("FULLY_CONNECTED", inputs, (1, points.size), options("FullyConnectedOptions"))
    target = file.constant(np.array([1, *points.shape], np.int32))
    return file.add("RESHAPE", [flat, target], (1, *points.shape))


def flex(values: dict[str, object]) -> bytes:
    return bytes(flexbuffers.Dumps(values))


@pytest.mark.parametrize("optimised", [False, True], ids=["plain", "optimised"])
@pytest.mark.parametrize("seed", range(6))
def test_crops_follow_their_definition(seed: int, optimised: bool):
    """Two crops from the same landmarks, with subsets of different sizes; points moved by scaled matrices."""
    rng = np.random.default_rng(seed)
    spread = (2.0, 8.0)[seed % 2]  # the wide ones reach outside the image
    points = (rng.normal(size=(10, 3)) * spread + 5.5).astype(np.float32)
    local = rng.normal(size=(2, 5, 2)).astype(np.float32)
    image = rng.normal(size=(1, 12, 12, 32)).astype(np.float32)
    scale = np.ones((1, 4, 4), np.float32)
    scale[0, :2, 3] = 4.0
    scale[0, 0, 1] = 0.5
    crops = (
        {**MATRIX},
        {**MATRIX, "subset_idxs": SUBSET[:4], "target_rotation_radians": -1.0, "scale_y": 2.0},
    )

    file = TfliteFile((1, 12, 12, 32))
    source = computed(file, points)
    outputs = []
    for index, each in enumerate(crops):
        matrix = file.add("Landmarks2TransformMatrix", [source], (1, 4, 4), custom=flex(each))
        outputs += [
            file.add("TransformTensorBilinear", [file.input, matrix], (1, 4, 8, 32), custom=flex(CROP))
        ]
        if index:
            matrix = file.add("MUL", [matrix, file.constant(scale)], (1, 4, 4), options("MulOptions"))
        moved = computed(file, local[index])
        outputs += [file.add("TransformLandmarks", [moved, matrix], (1, 5, 2), custom=flex({}))]
    answers = converted(file.content(*outputs), image, optimised)

    for index, each in enumerate(crops):
        truth = expected_matrix(points.astype(float), each)
        np.testing.assert_allclose(answers[2 * index][0], expected_crop(image[0], truth), atol=5e-4)
        truth = truth * scale[0] if index else truth
        expected = local[index] @ truth[:2, :2].T + truth[:2, 3]
        np.testing.assert_allclose(answers[2 * index + 1][0], expected, atol=2e-4)


def test_coinciding_rotation_points_stay_finite():
    file = TfliteFile((1, 12, 12, 32))
    source = computed(file, np.ones((10, 3), np.float32))
    matrix = file.add("Landmarks2TransformMatrix", [source], (1, 4, 4), custom=flex(MATRIX))
    crop = file.add("TransformTensorBilinear", [file.input, matrix], (1, 4, 8, 32), custom=flex(CROP))
    (answer,) = converted(file.content(crop), np.zeros((1, 12, 12, 32), np.float32), optimised=True)
    assert np.isfinite(answer).all()


def test_matrix_read_by_something_else_is_refused():
    file = TfliteFile((1, 12, 12, 32))
    source = computed(file, np.ones((10, 3), np.float32))
    matrix = file.add("Landmarks2TransformMatrix", [source], (1, 4, 4), custom=flex(MATRIX))
    content = file.content(file.add("LOGISTIC", [matrix], (1, 4, 4)))
    with pytest.raises(WeightsError, match="reads 'cropmatrix_1' before any node computes it"):
        tflite_import.convert(content, {"output": (4, 4)})


def transposed_network(raw: bytes, weights: np.ndarray, bias: np.ndarray) -> bytes:
    file = TfliteFile((1, 3, 4, 2))
    inputs = [file.input, file.constant(weights), file.constant(bias)]
    return file.content(file.add("Convolution2DTransposeBias", inputs, (1, 6, 8, 3), custom=raw))


def test_transposed_convolution_scatters_its_kernel():
    rng = np.random.default_rng(5)
    weights, bias = rng.normal(size=(3, 2, 2, 2)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    image = rng.normal(size=(1, 3, 4, 2)).astype(np.float32)
    expected = np.zeros((6, 8, 3)) + bias
    for row in range(3):
        for column in range(4):
            spot = np.einsum("ohwi,i->hwo", weights, image[0, row, column])
            expected[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] += spot
    for padding in (1, 2):  # SAME and VALID agree where the kernel is as large as its step
        content = transposed_network(struct.pack("<3i", padding, 2, 2), weights, bias)
        (answer,) = converted(content, image, optimised=True)
        np.testing.assert_allclose(answer[0], expected, atol=1e-5)


def test_short_options_are_refused():
    content = transposed_network(b"\1\0\0\0", np.zeros((3, 2, 2, 2), np.float32), np.zeros(3, np.float32))
    with pytest.raises(WeightsError, match="options of 4 bytes"):
        tflite_import.convert(content, {"output": (6, 8, 3)})


def test_options_that_are_no_map_are_refused():
    file = TfliteFile((1, 12, 12, 2))
    source = computed(file, np.ones((10, 3), np.float32))
    raw = bytes(flexbuffers.Dumps([1, 2]))
    content = file.content(file.add("Landmarks2TransformMatrix", [source], (1, 4, 4), custom=raw))
    with pytest.raises(WeightsError, match="not a map"):
        tflite_import.convert(content, {"output": (4, 4)})
