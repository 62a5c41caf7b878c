"""`arpipe weights …`: lists, fetches, verifies and adds the network weights in the cache."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from arpipe.folders import cache_folder
from arpipe.weights import bar, catalog, store
from arpipe.weights.catalog import Network
from arpipe.weights.store import State, Status

HASH_DIGITS = 12  # enough to distinguish files; the catalogue and error messages have the whole hash

_COLOURS = {
    State.READY: "green",
    State.SOURCE: "cyan",
    State.ABSENT: "dim",
    State.NOT_ADDED: "dim",
    State.DAMAGED: "bold red",
}


def list_weights(console: Console | None = None) -> None:
    """Print every network with its source, licence and size, and what the cache holds of it."""
    console = console or Console()
    _print(console, store.status(), "network weights")
    console.print(f"cache: {cache_folder()}", style="dim", soft_wrap=True)


def fetch(names: Sequence[str] = (), console: Console | None = None) -> None:
    """Fetch and convert networks for use without a connection; all of them if no name is given.

    Raises:
        WeightsError: Unknown name, or they cannot be obtained; the message says what to do.
    """
    console = console or Console()
    names = [catalog.network(name).name for name in names] or list(catalog.load().networks)
    with bar.shown(console) as progress:
        store.fetch(names, progress)
    ready = "1 network" if len(names) == 1 else f"{len(names)} networks"
    console.print(f"{ready} ready in {cache_folder()}", soft_wrap=True)


def verify(console: Console | None = None) -> bool:
    """Hash every cached file and print the result.

    Returns:
        Whether nothing is damaged. Damaged files are rebuilt on their next use, or by `fetch`.
    """
    console = console or Console()
    states = store.verify()
    _print(console, states, "network weights, every file hashed")
    damaged = [status.network.name for status in states if status.state is State.DAMAGED]
    if damaged:
        console.print(f"damaged: {', '.join(damaged)}; mend with: arpipe weights fetch", style="red")
    return not damaged


def add(path: Path, console: Console | None = None) -> None:
    """Add all known networks from a file that was obtained separately.

    Raises:
        WeightsError: The file cannot be read, or contains none.
    """
    console = console or Console()
    with bar.shown(console) as progress:
        added = store.add(path, progress)
    console.print(f"{', '.join(added)} from {path} ready in {cache_folder()}", soft_wrap=True)


def _sources(network: Network) -> str:
    """Return the wheels that have a network, or the name of the file that has to be added, one a line."""
    wheels = catalog.load().wheels_with(network)
    return "\n".join(f"{wheel.name} {wheel.version}" for wheel in wheels) or f"your {network.file_name}"


def _print(console: Console, states: Sequence[Status], title: str) -> None:
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for column in ("network", "source", "licence\nSHA-256"):
        table.add_column(column)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for status in states:
        network = status.network
        table.add_row(
            f"{network.name}\n[dim]{network.about}[/dim]",
            _sources(network),
            f"{network.licence}\n[dim]{network.sha256[:HASH_DIGITS]}[/dim]",
            f"{(status.size or network.bytes) / 1e6:.1f} MB",
            f"[{_COLOURS[status.state]}]{status.state}",
        )
    console.print(table)
