"""Sparse weights come back as the dense array they were made from."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from arpipe.errors import WeightsError
from arpipe.weights.convert import tflite_import
from arpipe.weights.convert.sparsity import SparseDimension, SparseLayout, densify
from tests.weights.convert.answers import converted, litert
from tests.weights.convert.tflite_files import TfliteFile, options


def encode(
    dense: np.ndarray, order: tuple[int, ...], compressed: set[int]
) -> tuple[np.ndarray, SparseLayout]:
    """Store an array level by level, the levels in `compressed` as segments and indices."""
    turned = dense.transpose(order)
    prefixes: list[tuple[int, ...]] = [()]
    dimensions = []
    for level, size in enumerate(turned.shape):
        if level not in compressed:
            dimensions.append(SparseDimension(size, None, None))
            prefixes = [(*prefix, i) for prefix in prefixes for i in range(size)]
            continue
        segments, indices, children = [0], [], []
        for prefix in prefixes:
            present = [i for i in range(size) if np.any(turned[(*prefix, i)])]
            indices += present
            children += [(*prefix, i) for i in present]
            segments.append(len(indices))
        dimensions.append(SparseDimension(0, np.array(segments), np.array(indices, np.int64)))
        prefixes = children
    values = np.array([turned[prefix] for prefix in prefixes], dense.dtype)
    return values, SparseLayout(order, (), tuple(dimensions))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
@pytest.mark.parametrize("compressed", [set(), {2}, {1}, {0, 1, 2}], ids=str)
def test_densify_inverts_encoding(order: tuple[int, ...], compressed: set[int]):
    rng = np.random.default_rng(1)
    dense = rng.normal(size=(4, 5, 6)) * (rng.uniform(size=(4, 5, 6)) < 0.3)
    values, layout = encode(dense, order, compressed)
    np.testing.assert_array_equal(densify(values, layout, dense.shape), dense)


def test_blocks_land_on_their_place():
    dense = np.zeros((4, 4), np.float32)
    dense[2:4, 0:2] = [[1, 2], [3, 4]]
    layout = SparseLayout(
        traversal_order=(0, 1, 2, 3),
        block_map=(0, 1),
        dimensions=(
            SparseDimension(2, None, None),
            SparseDimension(0, np.array([0, 0, 1]), np.array([0])),
            SparseDimension(2, None, None),
            SparseDimension(2, None, None),
        ),
    )
    np.testing.assert_array_equal(densify(np.arange(1, 5, dtype=np.float32), layout, (4, 4)), dense)


def test_wrong_number_of_values_is_refused():
    layout = SparseLayout((0,), (), (SparseDimension(3, None, None),))
    with pytest.raises(WeightsError, match="2 values, its layout has 3 positions"):
        densify(np.zeros(2), layout, (3,))


def sparse_parameters(layout: SparseLayout) -> schema.SparsityParametersT:
    """The schema's record of a layout, indices as bytes."""
    parameters = schema.SparsityParametersT()
    parameters.traversalOrder = np.array(layout.traversal_order, np.int32)
    parameters.dimMetadata = []
    for dimension in layout.dimensions:
        record = schema.DimensionMetadataT()
        if dimension.segments is None or dimension.indices is None:
            record.denseSize = dimension.size
        else:
            record.format = schema.DimensionType.SPARSE_CSR
            record.arraySegmentsType = record.arrayIndicesType = schema.SparseIndexVector.Uint8Vector
            record.arraySegments, record.arrayIndices = schema.Uint8VectorT(), schema.Uint8VectorT()
            record.arraySegments.values = dimension.segments.astype(np.uint8)
            record.arrayIndices.values = dimension.indices.astype(np.uint8)
        parameters.dimMetadata.append(record)
    return parameters


def sparse_network(sparsity: bool = True) -> bytes:
    """A convolution whose weights are sparse half floats, as in MediaPipe's detectors."""
    rng = np.random.default_rng(2)
    dense = (rng.normal(size=(5, 1, 1, 4)) * (rng.uniform(size=(5, 1, 1, 4)) < 0.5)).astype(np.float16)
    values, layout = encode(dense, (0, 1, 2, 3), {3})
    file = TfliteFile((1, 6, 6, 4))
    record = sparse_parameters(layout) if sparsity else None
    stored = file.constant(values if sparsity else dense, record, dense.shape)
    half = file.add("DENSIFY", [stored], dense.shape, options("DensifyOptions"), dtype=np.float16)
    kernel = file.add("DEQUANTIZE", [half], dense.shape)
    fields = {"padding": 0, "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    bias = file.constant(np.zeros(5, np.float32))
    table = options("Conv2DOptions", **fields)
    return file.content(file.add("CONV_2D", [file.input, kernel, bias], (1, 6, 6, 5), table))


def test_densify_answers_like_litert():
    content = sparse_network()
    image = np.random.default_rng(3).normal(size=(1, 6, 6, 4)).astype(np.float32)
    (expected,) = litert(content, image)
    (answer,) = converted(content, image, optimised=True)
    np.testing.assert_allclose(answer, expected, atol=1e-5)


def test_densify_of_a_dense_tensor_is_refused():
    with pytest.raises(WeightsError, match="is not sparse"):
        tflite_import.convert(sparse_network(sparsity=False), {"output": (6, 6, 5)})
