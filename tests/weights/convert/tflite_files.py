"""Tiny `.tflite` files, built for a test."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.dtype(np.float32): 0, np.dtype(np.float16): 1, np.dtype(np.int32): 2}
CUSTOM = schema.BuiltinOperator.CUSTOM


class TfliteFile:
    """A graph with one input, to which operators are added one after the other."""

    def __init__(self, input_shape: Sequence[int]) -> None:
        self.buffers = [schema.BufferT()]
        self.tensors: list[Any] = []
        self.codes: list[Any] = []
        self.operators: list[Any] = []
        self.input = self._tensor(input_shape, np.dtype(np.float32), 0)

    def constant(self, array: np.ndarray, sparsity: Any = None, shape: Sequence[int] | None = None) -> int:
        """Add a constant; with `sparsity`, `array` holds the stored values of a tensor of `shape`."""
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        self.buffers.append(buffer)
        index = self._tensor(array.shape if shape is None else shape, array.dtype, len(self.buffers) - 1)
        self.tensors[index].sparsity = sparsity
        return index

    def add(
        self,
        kind: str,
        inputs: Sequence[int],
        shape: Sequence[int],
        options: Any = None,
        dtype: type = np.float32,
        custom: bytes | None = None,
        count: int = 1,
    ) -> int:
        """Add a builtin operator by its name in the schema, or a custom one with `custom` options.

        It has `count` outputs of one shape, which follow each other; the first one is returned.
        """
        code = schema.OperatorCodeT()
        builtin = CUSTOM if custom is not None else getattr(schema.BuiltinOperator, kind)
        code.builtinCode, code.deprecatedBuiltinCode = builtin, min(builtin, 127)
        code.version = 1
        operator = schema.OperatorT()
        if custom is not None:
            code.customCode = kind
            operator.customOptions = np.frombuffer(custom, np.uint8)
        operator.opcodeIndex = len(self.codes)
        operator.inputs = np.array(inputs, np.int32)
        outputs = [self._tensor(shape, np.dtype(dtype), 0) for _ in range(count)]
        operator.outputs = np.array(outputs, np.int32)
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(
                schema.BuiltinOptions, type(options).__name__.removesuffix("T")
            )
        self.codes.append(code)
        self.operators.append(operator)
        return outputs[0]

    def content(self, *outputs: int, inputs: Sequence[int] | None = None) -> bytes:
        """The file's bytes; it has one input unless several are given."""
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs = np.array([self.input] if inputs is None else inputs, np.int32)
        graph.outputs = np.array(outputs, np.int32)
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes, model.subgraphs, model.buffers = self.codes, [graph], self.buffers
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _tensor(self, shape: Sequence[int], dtype: np.dtype, buffer: int) -> int:
        tensor = schema.TensorT()
        tensor.name = f"tensor{len(self.tensors)}"
        tensor.shape = np.array(shape, np.int32)
        tensor.type = TYPES[np.dtype(dtype)]
        tensor.buffer = buffer
        self.tensors.append(tensor)
        return len(self.tensors) - 1


def options(kind: str, **values: Any) -> Any:
    """An option table of the schema, `kind` without its suffix, with the given fields."""
    table = getattr(schema, kind + "T")()
    for name, value in values.items():
        assert hasattr(table, name), f"{kind} has no field {name}"
        setattr(table, name, value)
    return table
