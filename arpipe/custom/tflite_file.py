"""TensorFlow Lite networks, alone or in a `.task` bundle, as ONNX."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from arpipe.errors import ModelError, WeightsError
from arpipe.io.files import read_whole, shown
from arpipe.io.guard import guarded
from arpipe.io.limits import limits
from arpipe.weights.convert.tflite_import import convert
from arpipe.weights.convert.tflite_reader import FILE_IDENTIFIER, read

SUFFIXES = (".tflite", ".lite", ".task")
MAX_LABEL_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class ConvertedModel:
    """A TFLite network and its conversion.

    Attributes:
        source: The `.tflite` file.
        onnx: The converted file.
        labels: Names of the classes that the file carries; empty if there are none.
    """

    source: bytes
    onnx: bytes
    labels: tuple[str, ...]


def convert_tflite(path: Path) -> ConvertedModel:
    """Read and convert a `.tflite` file, or the only one in a `.task` bundle.

    Raises:
        ModelError: It cannot be read, or has an operator or a type that arpipe does not convert.
    """
    try:
        content = read_whole(path, limits().file_bytes)
    except OSError as error:
        raise ModelError(f"{shown(path)}: cannot be read ({error.strerror or error})") from error
    if content[4:8] != FILE_IDENTIFIER:
        content = _only_member(content, path)
    try:
        outputs = {tensor.name: tensor.shape[1:] for tensor in read(content).outputs}
        converted: bytes = convert(content, outputs, path.stem).SerializeToString()
    except WeightsError as error:
        raise ModelError(
            f"{shown(path)}: {error}; convert it to ONNX with its own exporter, see docs/own-models.md"
        ) from error
    return ConvertedModel(content, converted, _labels_in(content))


def _only_member(content: bytes, path: Path) -> bytes:
    """Return the only `.tflite` file of a bundle."""
    advice = "give another file"
    with (
        guarded(ModelError, f"{shown(path)}: is neither a TFLite file nor a bundle of them", advice),
        zipfile.ZipFile(io.BytesIO(content)) as bundle,
    ):
        members = [entry for entry in bundle.infolist() if entry.filename.endswith(".tflite")]
        if len(members) != 1:
            names = ", ".join(entry.filename for entry in members) or "none"
            raise ModelError(f"{shown(path)}: has {len(members)} networks ({names}); unpack it and give one")
        if members[0].file_size > limits().file_bytes:
            raise ModelError(
                f"{shown(path)}: {members[0].filename} has {members[0].file_size} bytes, too many"
            )
        return bundle.read(members[0])


def _labels_in(content: bytes) -> tuple[str, ...]:
    """Return the lines of the only text file that is appended to a network, as TFLite's metadata does."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return ()
    with (
        guarded(ModelError, "the labels in the TFLite file cannot be read", "give them with --labels"),
        zipfile.ZipFile(io.BytesIO(content)) as bundle,
    ):
        texts = [entry for entry in bundle.infolist() if entry.filename.endswith(".txt")]
        if len(texts) != 1 or texts[0].file_size > MAX_LABEL_BYTES:
            return ()
        return tuple(
            line.strip() for line in bundle.read(texts[0]).decode("utf-8").splitlines() if line.strip()
        )
