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
