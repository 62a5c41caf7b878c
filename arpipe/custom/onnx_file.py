"""Reads ONNX files that may come from anywhere: sizes, operators and the paths of external data are checked first."""

import math
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

import onnx
from onnx import numpy_helper
from onnx.external_data_helper import load_external_data_for_model, uses_external_data

from arpipe.errors import ModelError
from arpipe.io.files import read_whole, shown
from arpipe.io.guard import guarded
from arpipe.io.limits import limits, variable

MAX_TENSOR_BYTES = 4 * 2**30  # of one value, weights or activation
STANDARD_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
RUNTIME_DOMAINS = frozenset({"com.microsoft", "com.microsoft.nchwc"})  # operators of ONNX Runtime itself


def read_onnx(path: Path, with_data: bool = True) -> onnx.ModelProto:
    """Read and check a model; nothing of it is run.

    Args:
        path: The file.
        with_data: Read external data, too.

    Raises:
        ModelError: It is no ONNX file, damaged, too large, needs an operator that does not exist, has absurd shapes, or
            its external data is missing or outside its folder.
    """
    advice = "export it again, or give another file"
    try:
        content = read_whole(path, limits().file_bytes)
    except OSError as error:
        hint = f"; {variable('file_bytes')} raises the limit" if "more than" in str(error) else ""
        raise ModelError(f"{shown(path)}: cannot be read ({error.strerror or error}){hint}") from error
    with guarded(ModelError, f"{shown(path)}: is no ONNX file, or is damaged", advice):
        model = onnx.load_model_from_string(content)
        if not model.graph.node or not model.opset_import:
            raise ModelError(f"{shown(path)}: is no ONNX file, or has no layers; {advice}")
        _check_external_data(model, path)
        _check_operators(model, path)
        _check_shapes(model, path)
    if with_data:
        with guarded(ModelError, f"{shown(path)}: its external data cannot be read", advice):
            load_external_data_for_model(model, str(path.parent))
    return model


def external_files(model: onnx.ModelProto) -> list[str]:
    """Return the files that hold weights of a model, relative to its own."""
    outside = filter(uses_external_data, tensors(model))
    return sorted({_stated(tensor).get("location", "") for tensor in outside})


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """Yield a graph and all graphs inside its nodes, such as the branches of an If."""
    waiting = [graph]
    while waiting:
        found = waiting.pop()
        yield found
        for node in found.node:
            for attribute in node.attribute:
                waiting += [attribute.g] if attribute.HasField("g") else []
                waiting += attribute.graphs


def tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Yield all weights and constants of a model."""
    for graph in graphs(model.graph):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("t"):
                    yield attribute.t
                yield from attribute.tensors


def _check_external_data(model: onnx.ModelProto, path: Path) -> None:
    needed: dict[str, int] = {}
    for tensor in tensors(model):
        if uses_external_data(tensor):
            stated = _stated(tensor)
            end = int(stated.get("offset", 0)) + int(stated.get("length", 0))
            needed[stated.get("location", "")] = max(needed.get(stated.get("location", ""), 0), end)
    for name, size in needed.items():
        _check_external_file(name, size, path)


def _stated(tensor: onnx.TensorProto) -> dict[str, str]:
    """Return where the data of a tensor is, as the file states it."""
    return {entry.key: entry.value for entry in tensor.external_data}


def _check_external_file(name: str, needed: int, path: Path) -> None:
    """Raise ModelError unless a file of external data is in the model's folder, and as large as is needed."""
    folder = path.parent.resolve()
    place = (folder / name).resolve()
    if Path(name).is_absolute() or not place.is_relative_to(folder):
        raise ModelError(
            f"{shown(path)}: wants to read {name!r}, outside its own folder; arpipe refuses such files"
        )
    if not place.is_file():
        about = f", {needed / 1e6:.1f} MB," if needed else ""
        raise ModelError(
            f"{shown(path)}: its weights are in another file, {name!r}{about} which is missing; put it beside"
        )
    size, most = place.stat().st_size, limits().file_bytes
    if size < needed:
        raise ModelError(f"{shown(path)}: {name!r} has {size} bytes, {needed} are needed; copy it again")
    if size > most:
        raise ModelError(
            f"{shown(path)}: {name!r} has {size} bytes, more than the {most} that are read; "
            f"{variable('file_bytes')} raises the limit"
        )


def _check_operators(model: onnx.ModelProto, path: Path) -> None:
    versions = {entry.domain: entry.version for entry in model.opset_import}
    own = {(function.domain, function.name) for function in model.functions}
    for node in _all_nodes(model):
        version = versions.get(node.domain, 1)
        known = (node.domain, node.op_type) in own or node.domain in RUNTIME_DOMAINS
        if not known and not _exists(node, version):
            newest = onnx.defs.onnx_opset_version()
            raise ModelError(
                f"{shown(path)}: operator {node.op_type} of {node.domain or 'ai.onnx'}, opset {version}, does not "
                f"exist here (ONNX {onnx.__version__} knows opsets up to {newest}){_similar(node)} Export the network "
                "with operators of ONNX alone"
            )


def _all_nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    for graph in graphs(model.graph):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def _exists(node: onnx.NodeProto, version: int) -> bool:
    if node.domain not in STANDARD_DOMAINS:
        return False
    try:
        onnx.defs.get_schema(node.op_type, min(version, onnx.defs.onnx_opset_version()), node.domain)
    except onnx.defs.SchemaError:
        return False
    return True


def _similar(node: onnx.NodeProto) -> str:
    names = {schema.name for schema in onnx.defs.get_all_schemas()}
    close = get_close_matches(node.op_type, names, 1) if node.domain in STANDARD_DOMAINS else []
    return f"; did you mean {close[0]!r}?" if close else "."


def _check_shapes(model: onnx.ModelProto, path: Path) -> None:
    for tensor in tensors(model):
        _require_modest(tensor.dims, tensor.name, path)
        if not uses_external_data(tensor):
            numpy_helper.to_array(tensor)  # raises if its values are not as many as its shape says
    for graph in graphs(model.graph):
        for info in (*graph.input, *graph.output, *graph.value_info):
            sizes = [size.dim_value for size in info.type.tensor_type.shape.dim if size.HasField("dim_value")]
            _require_modest(sizes, info.name, path)


def _require_modest(sizes: Iterable[int], name: str, path: Path) -> None:
    shape = tuple(int(size) for size in sizes)
    if min(shape, default=0) < 0 or 4 * math.prod(shape) > MAX_TENSOR_BYTES:
        raise ModelError(
            f"{shown(path)}: {name!r} has the shape {shape}, more than {MAX_TENSOR_BYTES / 2**30:.0f} GB; "
            "arpipe refuses such files"
        )
