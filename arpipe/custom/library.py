"""Where networks with their cards are: the bundled ones, those that were added, and files of a folder."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arpipe.assets import asset_path, assets_root
from arpipe.custom.card import CARD_FILE, DecoderName, InputCard, ModelCard, file_beside, read_card
from arpipe.custom.classes import read_labels
from arpipe.custom.describe import Description, describe
from arpipe.custom.input_text import parse_input
from arpipe.custom.onnx_file import external_files, read_onnx
from arpipe.custom.tflite_file import SUFFIXES, convert_tflite
from arpipe.errors import ModelError, ModelNotFound
from arpipe.folders import config_folder, expanded
from arpipe.inference.providers import ProviderName
from arpipe.io.atomic import unwritable
from arpipe.io.files import is_present, shown
from arpipe.spelling import nearest
from arpipe.weights import catalog
from arpipe.weights.classifier import classifier_path, imagenet_labels
from arpipe.weights.store import model_path

MODEL_FILE, LABEL_FILE, SOURCE_FILE = "model.onnx", "labels.txt", "source.tflite"
BUNDLED_FOLDER = "models"  # of the assets


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A network that can be opened.

    Attributes:
        card: Its card.
        path: The ONNX file.
        labels: Names of its classes; empty if there are none.
        source: The TFLite file that it was converted from, if it was.
    """

    card: ModelCard
    path: Path
    labels: tuple[str, ...]
    source: Path | None = None


def require_stored(stored: object, taker: str) -> None:
    """Check what a caller passed as a network.

    Args:
        stored: What was passed.
        taker: Class that it was passed to.

    Raises:
        TypeError: It is no `StoredModel`.
    """
    if not isinstance(stored, StoredModel):
        raise TypeError(
            f"{taker}: expected a StoredModel, got {type(stored).__name__}; "
            "arpipe.custom.library.find_model finds one by its name or path"
        )


def find_model(name: str | Path) -> StoredModel:
    """Find a network.

    Args:
        name: Of a bundled network, of one that was added, or of one of arpipe's own that takes a picture; or the path
            of a card, of a folder with one, or of an ONNX file, for which a card is made up.

    Raises:
        ModelNotFound: There is no such network.
        ModelError: Its card or file cannot be used.
        WeightsError: The weights of a bundled network cannot be obtained.
    """
    text = str(name)
    if text in bundled_names():
        return _bundled(text)
    folder = library_folder() / text
    if text in added_names():
        return _of_card(folder / CARD_FILE)
    own = catalog.load().every_network.get(text)
    if own is not None and own.input is not None:
        return _own(own, own.input)
    path = expanded(text)
    if path.is_dir() and (path / CARD_FILE).is_file():
        return _of_card(path / CARD_FILE)
    if path.is_file():
        return _of_card(path) if path.suffix == ".toml" else _of_file(path)
    known = [*bundled_names(), *added_names()]
    raise ModelNotFound(
        f"there is no network {text!r}{nearest(text, known)} (to add one: arpipe model add FILE)"
    )


def bundled_names() -> list[str]:
    """Return the names of the networks that arpipe brings cards of."""
    return sorted(path.stem for path in (assets_root() / BUNDLED_FOLDER).glob("*.toml"))


def added_names() -> list[str]:
    """Return the names of the networks that were added."""
    folder = library_folder()
    return sorted(path.parent.name for path in folder.glob(f"*/{CARD_FILE}"))


def library_folder() -> Path:
    """Return the folder of the networks that were added; it need not exist.

    Raises:
        ModelError: There is no home folder.
    """
    folder = config_folder()
    if folder is None:
        raise ModelError("there is no home folder for networks; set XDG_CONFIG_HOME to a folder")
    return folder / "models"


def _require_present(*files: Path | None) -> None:
    for file in files:
        if file is not None and not is_present(file):
            raise ModelNotFound(f"{shown(file)}: there is no such file")


def _require_free(name: str, replace: bool) -> None:
    if name in bundled_names() or (name in added_names() and not replace):
        raise ModelError(f"there is a network {name!r} already; give another --name, or --replace")


def add_model(
    file: Path,
    *,
    name: str | None = None,
    labels: Path | None = None,
    input_text: str = "",
    decoder: DecoderName | None = None,
    provider: ProviderName = "auto",
    replace: bool = False,
) -> Description:
    """Copy a network into the library, with a card beside it.

    Args:
        file: An ONNX or TFLite file, or a `.task` bundle with one network.
        name: By which it is called; by default the file's.
        labels: File with one class per line.
        input_text: What is known of its input, such as `rgb 224x224 -1..1`.
        decoder: How the outputs of a detector are read; guessed by default.
        provider: Where to try it out.
        replace: Replace a network of the same name.

    Returns:
        What was found out about it.

    Raises:
        ModelNotFound: A file does not exist.
        ModelError: It cannot be used, or the name is taken.
        OutputError: It cannot be written.
    """
    stated = parse_input(input_text)
    _require_present(file, labels)
    name = name or file.stem.lower().replace(" ", "-")
    _require_free(name, replace)
    given = read_labels(labels) if labels else ()
    with _replacing(library_folder() / name) as folder:
        if file.suffix.lower() in SUFFIXES:
            carried = _convert(file, folder)
            found = describe(folder / MODEL_FILE, name, stated, given or carried, decoder, provider)
        else:
            found = describe(file, name, stated, given, decoder, provider)
            _copy(file, folder)
        changes: dict[str, object] = {"origin": file.name, "file": MODEL_FILE}
        if found.labels:
            (folder / LABEL_FILE).write_text("\n".join(found.labels) + "\n", "utf-8")
            changes["labels"] = LABEL_FILE
        card = found.card.model_copy(update=changes)
        (folder / CARD_FILE).write_text(card.to_toml(), "utf-8")
    return Description(card, found.labels, found.trial, found.notes)


def remove_model(name: str) -> None:
    """Remove a network from the library.

    Raises:
        ModelNotFound: It was never added.
    """
    if name not in added_names():
        raise ModelNotFound(f"no network {name!r} was added{nearest(name, added_names())}")
    shutil.rmtree(library_folder() / name)


def _convert(file: Path, folder: Path) -> tuple[str, ...]:
    """Convert a TFLite network into the folder, and keep the original; returns the labels that it carries."""
    converted = convert_tflite(file)
    (folder / MODEL_FILE).write_bytes(converted.onnx)
    (folder / SOURCE_FILE).write_bytes(converted.source)
    return converted.labels


def _copy(file: Path, folder: Path) -> None:
    """Copy an ONNX file, its external data included."""
    for other in external_files(read_onnx(file, with_data=False)):
        (folder / other).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.parent / other, folder / other)
    shutil.copyfile(file, folder / MODEL_FILE)


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Fill a folder in a `with` block; it takes its place at the end, and is gone if the block raised."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        yield scratch
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _bundled(name: str) -> StoredModel:
    card = read_card(asset_path(f"{BUNDLED_FOLDER}/{name}.toml"))
    return StoredModel(card, classifier_path(), imagenet_labels())


def _own(network: catalog.Network, source: catalog.InputSpec) -> StoredModel:
    """Return one of the networks that arpipe itself runs, to look into it or to use it otherwise."""
    card = ModelCard(
        name=network.name,
        about=network.about,
        licence=network.licence,
        input=InputCard(
            name="input",
            width=source.width,
            height=source.height,
            low=source.low,
            high=source.high,
            layout="nhwc",
            fit="stretch",
        ),
    )
    return StoredModel(card, model_path(network.name), ())


def _of_card(path: Path) -> StoredModel:
    card = read_card(path)
    labels = read_labels(file_beside(path, card.labels)) if card.labels else ()
    source = path.parent / SOURCE_FILE
    return StoredModel(card, file_beside(path, card.file), labels, source if source.is_file() else None)


def _of_file(path: Path) -> StoredModel:
    """Return a network without a card; nothing is kept of it."""
    card_path = path.with_suffix(".toml")
    if card_path.is_file():
        return _of_card(card_path)
    if path.suffix.lower() in SUFFIXES:
        raise ModelError(f"{path}: a TFLite network is converted first: arpipe model add {path}")
    found = describe(path, path.stem.lower().replace(" ", "-"), {})
    return StoredModel(found.card, path, found.labels)
