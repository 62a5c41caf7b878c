"""Lists, adds, shows, checks and removes networks."""

from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from arpipe.custom import litert
from arpipe.custom.card import CARD_FILE, DecoderName, ModelCard
from arpipe.custom.inner import batch_size
from arpipe.custom.library import (
    StoredModel,
    add_model,
    added_names,
    bundled_names,
    find_model,
    library_folder,
    remove_model,
)
from arpipe.custom.model import Model
from arpipe.custom.onnx_file import read_onnx
from arpipe.custom.trial import try_out
from arpipe.errors import ArpipeError
from arpipe.inference.layer_times import OperatorTime, measure_operators
from arpipe.inference.providers import ProviderName, SessionConfig
from arpipe.inference.tensor_session import Array
from arpipe.io.toml_tables import to_toml
from arpipe.weights.cache import sha256

MOST_DIFFERENCE = 1e-3  # of an output from LiteRT's, over the largest value


def list_models(console: Console | None = None) -> None:
    """Print all networks: the bundled ones, then those that were added."""
    console = console or Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", no_wrap=True)
    for column in ("task", "input", "classes", "about", "from"):
        table.add_column(column, overflow="fold")
    for name in bundled_names():
        table.add_row(
            name, "classify", "224x224", "1000", "1000 classes of ImageNet", "bundled, fetched on first use"
        )
    for name in added_names():
        try:
            stored = find_model(name)
        except ArpipeError as error:
            table.add_row(name, "[red]damaged", "", "", str(error), "")
            continue
        card = stored.card
        size = f"{card.input.width}x{card.input.height}"
        table.add_row(name, card.task, size, str(len(stored.labels) or "–"), card.about, card.origin)
    console.print(table)


def add(
    file: Path,
    name: str | None,
    labels: Path | None,
    input_text: str,
    decoder: DecoderName | None,
    provider: ProviderName,
    replace: bool,
    console: Console | None = None,
) -> None:
    """Add a network to the library, and print what was found out about it; arguments as in `add_model`."""
    console = console or Console()
    found = add_model(
        file,
        name=name,
        labels=labels,
        input_text=input_text,
        decoder=decoder,
        provider=provider,
        replace=replace,
    )
    card = found.card
    print_card(console, card, len(found.labels))
    for note in found.notes:
        console.print(f"note: {note}", style="yellow", soft_wrap=True, markup=False, highlight=False)
    place = library_folder() / card.name / CARD_FILE
    console.print(f"added as {card.name!r}; its card is {place}", soft_wrap=True, highlight=False)


def show(name: str, console: Console | None = None) -> None:
    """Print the card of a network, and where its file is."""
    console = console or Console()
    stored = find_model(name)
    table = {key: value for key, value in stored.card.model_dump(exclude_none=True).items() if value != ""}
    console.print(to_toml(table), markup=False, highlight=False, soft_wrap=True)
    console.print(f"file: {stored.path}", soft_wrap=True, highlight=False)
    if stored.labels:
        console.print(
            f"classes: {len(stored.labels)}, {'; '.join(stored.labels[:3])} …", markup=False, highlight=False
        )


def remove(name: str, console: Console | None = None) -> None:
    """Remove a network from the library."""
    remove_model(name)
    (console or Console()).print(f"removed {name}", markup=False, highlight=False)


def check(name: str, provider: ProviderName, console: Console | None = None) -> bool:
    """Run a network once in a process of its own, then print where its operators run; compare TFLite with LiteRT.

    Returns:
        Whether nothing is wrong.
    """
    console = console or Console()
    stored = find_model(name)
    lines = [*_facts(stored, provider), *_against_litert(stored)]
    for good, line in lines:
        console.print(f"{'[green]ok[/]' if good else '[red]wrong[/]'}  ", end="")
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return all(good for good, _ in lines)


def print_card(console: Console, card: ModelCard, classes: int) -> None:
    """Print the main facts of a card in three lines."""
    source = card.input
    span = "pixels as they are" if source.dtype == "uint8" else f"{_level(source.low)}..{_level(source.high)}"
    lines = (
        f"input   {source.name}: {source.color} {source.width}x{source.height} {span}, {source.layout} {source.dtype}",
        f"fit     {source.fit}" + (f", {source.share:g} of the picture" if source.share != 1 else ""),
        f"task    {card.task}"
        + (f", {classes} named classes" if classes else "")
        + (f", scores in {card.scores!r}, {card.activation}" if card.scores else "")
        + (f", decoder {card.decoder}" if card.decoder else ""),
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _first_rows(outputs: list[Array], count: int) -> list[Array]:
    """Return the outputs for the boxes that were found; LiteRT leaves the memory behind them as it was."""
    return [each[:, :count] if each.ndim > 1 else each for each in outputs]


def _level(level: float | tuple[float, float, float]) -> str:
    return f"{level:g}" if isinstance(level, int | float) else "/".join(f"{each:.3g}" for each in level)


def _facts(stored: StoredModel, provider: ProviderName) -> list[tuple[bool, str]]:
    """Return sentences on a network, each with whether it is good."""
    batch = batch_size(read_onnx(stored.path, with_data=False))
    recorded = stored.card.sha256
    same = not recorded or sha256(stored.path) == recorded
    lines = [(same, f"file {stored.path}" + ("" if same else " is not the one that the card was made for"))]
    shape = (batch, *stored.card.input.spec.shape)
    trial = try_out(stored.path, provider, shape)
    outputs = ", ".join(f"{name} {shape}" for name, shape in trial.shapes.items())
    times = f"loaded in {trial.load_s:.2f} s, first run {trial.run_s * 1e3:.1f} ms"
    run = trial.not_finite or f"runs on {trial.provider}: {times}, {outputs}"
    lines.append((not trial.not_finite, run))
    if not trial.not_finite:
        operators = operator_times(stored, SessionConfig(provider=provider), batch)
        lines.append((True, f"operators: {placement(operators, trial.provider)}"))
    return lines


def operator_times(stored: StoredModel, config: SessionConfig, batch: int) -> list[OperatorTime]:
    """Measure the operators of a network on a batch of grey pictures."""
    source = stored.card.input
    tensor = source.spec.empty(batch)
    tensor[...] = np.float32(0.5) if source.dtype != "uint8" else np.uint8(128)
    return measure_operators(stored.path, stored.card.name, {source.name: tensor}, config)


def placement(operators: list[OperatorTime], wanted: str) -> str:
    """Return how many operators run where, and the kinds that fell back to another provider than the wanted one."""
    places: dict[str, int] = {}
    for operator in operators:
        places[operator.provider] = places.get(operator.provider, 0) + 1
    counted = ", ".join(f"{count} on {place}" for place, count in places.items())
    fallen = sorted({operator.kind for operator in operators if operator.provider != wanted})
    return counted + (f"; not on {wanted}: {', '.join(fallen)}" if fallen else "")


def _against_litert(stored: StoredModel) -> list[tuple[bool, str]]:
    """Compare a converted network with LiteRT on the file that it was converted from, where both are there."""
    if stored.source is None:
        return []
    if not litert.is_installed():
        return [(True, 'not compared with LiteRT, which is not installed: pip install "arpipe[litert]"')]
    tensor = stored.card.input.spec.empty(1)
    tensor[...] = np.random.default_rng(0).random(tensor.shape)
    with Model(stored) as model:
        ours = list(model.run_tensor(tensor).values())
    theirs = litert.run(stored.source, tensor)
    counts = [int(each[0]) for each in theirs if each.shape == (1,)]
    if stored.card.decoder == "ssd" and len(counts) == 1:
        ours, theirs = _first_rows(ours, counts[0]), _first_rows(theirs, counts[0])
    error = max(
        float(np.abs(mine - other).max(initial=0.0) / np.abs(other).max(initial=1.0))
        for mine, other in zip(ours, theirs, strict=True)
    )
    return [(error <= MOST_DIFFERENCE, f"differs from LiteRT by at most {error:.1e} of the largest value")]
