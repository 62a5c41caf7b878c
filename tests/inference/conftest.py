from pathlib import Path

import onnx
import pytest
from onnx import helper


@pytest.fixture
def double(tmp_path: Path) -> Path:
    """A network with two outputs: twice the input, and its square root."""
    values = {
        name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", 2, 3])
        for name in ("input", "twice", "root")
    }
    nodes = [
        helper.make_node("Add", ["input", "input"], ["twice"]),
        helper.make_node("Sqrt", ["input"], ["root"]),
    ]
    graph = helper.make_graph(nodes, "double", [values["input"]], [values["twice"], values["root"]])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "double.onnx"
    onnx.save(model, path)
    return path


@pytest.fixture
def sum_of_two(tmp_path: Path) -> Path:
    """A network that adds a number to each of three."""
    shapes = {"three": ["n", 3], "one": ["n", 1], "sum": ["n", 3]}
    values = {
        name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    }
    node = helper.make_node("Add", ["three", "one"], ["sum"])
    graph = helper.make_graph([node], "sum", [values["three"], values["one"]], [values["sum"]])
    path = tmp_path / "sum.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path
