"""What is inside a network: its layers, and cutting it in two."""

from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from arpipe.apps.run_files import check_outputs
from arpipe.custom.cut import cut
from arpipe.custom.inner import batch_size
from arpipe.custom.library import StoredModel, find_model
from arpipe.custom.onnx_file import read_onnx
from arpipe.custom.summary import NetworkLayer, NetworkSummary, named, summarise, with_times
from arpipe.inference.layer_times import measure_operators
from arpipe.inference.providers import ProviderName, SessionConfig
from arpipe.io.atomic import make_parent, write_bytes
from arpipe.io.outputs import NamedFile


def summary(name: str, timed: bool, provider: ProviderName, console: Console | None = None) -> None:
    """Print the layers of a network with their shapes, parameters, multiply-adds and times.

    Args:
        name: Of the network, or its path.
        timed: Measure every layer.
        provider: Where to measure.
        console: Where to print.
    """
    console = console or Console()
    found = summary_of(find_model(name), SessionConfig(provider=provider) if timed else None)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("layer", overflow="fold")
    table.add_column("operator")
    for column in ("shape", "parameters", "multiply-adds", *(["ms"] if timed else [])):
        table.add_column(column, justify="right", no_wrap=True)
    for layer in found.layers:
        table.add_row(*_row(layer, timed), style=None if layer.parameters else "dim")
    console.print(table)
    console.print(_totals(found), highlight=False, soft_wrap=True)


def summary_of(stored: StoredModel, config: SessionConfig | None = None) -> NetworkSummary:
    """List the layers of a network; with a configuration, they are measured with it."""
    model = read_onnx(stored.path)
    spec, batch = stored.card.input.spec, batch_size(model)
    found = summarise(model, (batch, *spec.shape))
    if config is None:
        return found
    tensor = spec.empty(batch)
    tensor[...] = np.random.default_rng(0).integers(0, 256, tensor.shape) if spec.dtype == "uint8" else 0.5
    inputs = {stored.card.input.name: tensor}
    measured = measure_operators(named(model).SerializeToString(), stored.card.name, inputs, config)
    return with_times(found, measured)


def cut_model(name: str, layer: str, head: Path, tail: Path, console: Console | None = None) -> None:
    """Write the two halves of a network.

    Args:
        name: Of the network, or its path.
        layer: Behind which it is cut.
        head: ONNX file of the first half.
        tail: ONNX file of the second half.
        console: Where to print.
    """
    console = console or Console()
    stored = find_model(name)
    halves = cut(read_onnx(stored.path), layer)
    for path in (head, tail):
        make_parent(path)
    check_outputs(
        [NamedFile("the head", head), NamedFile("the tail", tail)],
        [NamedFile("the network", stored.path)],
        console,
    )
    write_bytes(head, halves.head.SerializeToString())
    write_bytes(tail, halves.tail.SerializeToString())
    around = f"; passed on besides: {', '.join(halves.passed[1:])}" if len(halves.passed) > 1 else ""
    also = "; the tail takes the picture, too" if halves.needs_input else ""
    console.print(
        f"{head}: {len(halves.head.graph.node)} layers, up to {halves.passed[0]}\n"
        f"{tail}: {len(halves.tail.graph.node)} layers{around}{also}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _row(layer: NetworkLayer, timed: bool) -> list[str]:
    shape = "x".join(str(size) if size else "?" for size in layer.shape) or "?"
    times = ["–" if layer.time_ms is None else f"{layer.time_ms:.3f}"] if timed else []
    return [layer.name, layer.kind, shape, _count(layer.parameters), _count(layer.multiply_adds), *times]


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ") if number else ""


def _totals(found: NetworkSummary) -> str:
    parameters = _count(found.parameters) or "no"
    text = f"{len(found.layers)} layers, {parameters} parameters, {found.multiply_adds / 1e6:.1f} M multiply-adds"
    if found.time_ms is None:
        return text
    return f"{text}, {found.time_ms:.2f} ms a run, of which {found.other_ms or 0.0:.2f} ms change layouts"
