"""Reads a TFLite flatbuffer into plain Python records, with every weight as a NumPy array.

Tensors keep TFLite's layout (NHWC activations, OHWI weights); nothing here depends on ONNX.
"""

import struct
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

from arpipe.errors import WeightsError
from arpipe.weights.convert.detection_options import DETECTION, read_detection_options
from arpipe.weights.convert.sparsity import SparseDimension, SparseLayout

FILE_IDENTIFIER = b"TFL3"
NO_TENSOR = -1  # an optional operator input that is absent

OptionReader: TypeAlias = Any
"""Flatbuffer reader of an operator's options; the generated classes are untyped."""

_DTYPES: dict[int, np.dtype[np.generic]] = {
    tflite.TensorType.FLOAT32: np.dtype(np.float32),
    tflite.TensorType.FLOAT16: np.dtype(np.float16),
    tflite.TensorType.INT32: np.dtype(np.int32),
    tflite.TensorType.INT64: np.dtype(np.int64),
    tflite.TensorType.UINT8: np.dtype(np.uint8),
    tflite.TensorType.INT8: np.dtype(np.int8),
    tflite.TensorType.BOOL: np.dtype(np.bool_),
}
_OPTIONS = {
    value: name for name, value in vars(tflite.BuiltinOptions).items() if isinstance(value, int) and value > 0
}
# Raised by flatbuffer readers and NumPy when offsets or sizes point outside the file.
_DAMAGE = (struct.error, IndexError, ValueError, TypeError, KeyError, AttributeError, OverflowError)


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor of a TFLite graph.

    Attributes:
        index: Position in the subgraph, unique.
        shape: Static shape, NHWC for images.
        data: Values of a constant, (nnz,) if `sparse` is set; None for an activation.
        sparse: Positions of `data` in `shape`; None if it is dense.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    data: NDArray[np.generic] | None
    sparse: SparseLayout | None = None


@dataclass(frozen=True, eq=False)
class Operator:
    """One operator: `kind` is its builtin name or custom code, `options` its flatbuffer reader or None."""

    kind: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: OptionReader
    custom_options: bytes


@dataclass(frozen=True, eq=False)
class TfliteModel:
    """The only subgraph of a model, operators in execution order."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    operators: tuple[Operator, ...]


def read(content: bytes) -> TfliteModel:
    """Read the bytes of a `.tflite` file.

    Raises:
        WeightsError: They are not a TFLite file, or are truncated or damaged.
    """
    if content[4:8] != FILE_IDENTIFIER:
        raise WeightsError(
            f"not a TFLite model: identifier is {content[4:8]!r}, expected {FILE_IDENTIFIER!r}"
        )
    try:
        return _read_model(tflite.Model.GetRootAs(content, 0))
    except _DAMAGE as error:
        raise WeightsError(
            f"TFLite model of {len(content)} bytes is truncated or damaged: {error}"
        ) from error


def _read_model(model: tflite.Model) -> TfliteModel:
    if model.SubgraphsLength() != 1:
        raise WeightsError(f"TFLite model has {model.SubgraphsLength()} subgraphs, only 1 is supported")
    graph = model.Subgraphs(0)
    tensors = [_read_tensor(model, graph, index) for index in range(graph.TensorsLength())]
    operators = tuple(
        _read_operator(model, graph.Operators(i), tensors) for i in range(graph.OperatorsLength())
    )
    written = {tensor.index: tensor for operator in operators for tensor in operator.outputs}
    return TfliteModel(
        inputs=tuple(tensors[i] for i in graph.InputsAsNumpy()),
        outputs=tuple(written.get(i, tensors[i]) for i in graph.OutputsAsNumpy()),
        operators=operators,
    )


def _read_tensor(model: tflite.Model, graph: tflite.SubGraph, index: int) -> Tensor:
    tensor = graph.Tensors(index)
    shape = tuple(int(size) for size in tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()
    dtype = _DTYPES[tensor.Type()]
    sparse = _read_sparsity(tensor.Sparsity())
    data: NDArray[np.generic] | None = None
    buffer = model.Buffers(tensor.Buffer())
    if buffer.DataLength():
        data = np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype)
        if sparse is None:
            data = data.reshape(shape)
    return Tensor(index, tensor.Name().decode(), shape, dtype, data, sparse)


def _read_sparsity(parameters: tflite.SparsityParameters | None) -> SparseLayout | None:
    if parameters is None:
        return None
    return SparseLayout(
        traversal_order=tuple(int(axis) for axis in parameters.TraversalOrderAsNumpy()),
        block_map=tuple(int(axis) for axis in parameters.BlockMapAsNumpy())
        if parameters.BlockMapLength()
        else (),
        dimensions=tuple(
            _read_dimension(parameters.DimMetadata(i)) for i in range(parameters.DimMetadataLength())
        ),
    )


def _read_dimension(dimension: tflite.DimensionMetadata) -> SparseDimension:
    if dimension.Format() == tflite.DimensionType.DENSE:
        return SparseDimension(size=int(dimension.DenseSize()), segments=None, indices=None)
    return SparseDimension(
        size=0,
        segments=_read_index_vector(dimension.ArraySegmentsType(), dimension.ArraySegments()),
        indices=_read_index_vector(dimension.ArrayIndicesType(), dimension.ArrayIndices()),
    )


def _read_index_vector(kind: int, table: flatbuffers.Table) -> NDArray[np.int64]:
    readers = {
        tflite.SparseIndexVector.Int32Vector: tflite.Int32Vector,
        tflite.SparseIndexVector.Uint16Vector: tflite.Uint16Vector,
        tflite.SparseIndexVector.Uint8Vector: tflite.Uint8Vector,
    }
    vector = readers[kind]()
    vector.Init(table.Bytes, table.Pos)
    return np.asarray(vector.ValuesAsNumpy(), np.int64)


def _read_operator(model: tflite.Model, operator: tflite.Operator, tensors: list[Tensor]) -> Operator:
    code = model.OperatorCodes(operator.OpcodeIndex())
    # Old files store the code in the narrow field, new ones in the wide field; the larger one is valid.
    builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    custom = builtin == tflite.BuiltinOperator.CUSTOM
    read = Operator(
        kind=code.CustomCode().decode() if custom else tflite.opcode2name(builtin),
        inputs=tuple(None if i == NO_TENSOR else tensors[i] for i in operator.InputsAsNumpy()),
        outputs=tuple(tensors[i] for i in operator.OutputsAsNumpy()),
        options=_read_options(operator),
        custom_options=operator.CustomOptionsAsNumpy().tobytes() if operator.CustomOptionsLength() else b"",
    )
    return _with_output_shapes(read) if read.kind == DETECTION else read


def _with_output_shapes(operator: Operator) -> Operator:
    """Return a detection operator with the shapes of its outputs, which the file need not have."""
    shapes = read_detection_options(operator.custom_options).output_shapes
    outputs = zip(operator.outputs, shapes, strict=True)
    return replace(operator, outputs=tuple(replace(tensor, shape=shape) for tensor, shape in outputs))


def _read_options(operator: tflite.Operator) -> OptionReader:
    table = operator.BuiltinOptions()
    if table is None:
        return None
    options = getattr(tflite, _OPTIONS[operator.BuiltinOptionsType()])()
    options.Init(table.Bytes, table.Pos)
    return options
