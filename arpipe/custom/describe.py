"""Finds out what a network of the user's is: reads it, runs it once in another process, and writes its card."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from pydantic import ValidationError

from arpipe.custom.card import DecoderName, InputCard, ModelCard
from arpipe.custom.classes import check_labels
from arpipe.custom.decoding.decoders import InputSize, decode
from arpipe.custom.guess import (
    GuessedInput,
    GuessedOutputs,
    guess_input,
    guess_outputs,
    input_fields,
    labels_in,
)
from arpipe.custom.inner import real_inputs
from arpipe.custom.input_text import Fields
from arpipe.custom.onnx_file import read_onnx
from arpipe.custom.trial import Trial, free_filled, try_out
from arpipe.errors import ModelError
from arpipe.inference.providers import ProviderName
from arpipe.inference.tensor_session import TensorInfo

PICTURE_TYPES: dict[int, str] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.UINT8: "uint8",
    onnx.TensorProto.FLOAT16: "float16",
}
YOLOX_NOTE = (
    "the outputs look like those of YOLO v5; a YOLOX network looks alike and is added with --decoder yolox"
)


@dataclass(frozen=True, slots=True)
class Description:
    """A network and what was found out about it.

    Attributes:
        card: Its card.
        labels: Names of its classes.
        trial: Its first run.
        notes: Sentences on what was guessed.
    """

    card: ModelCard
    labels: tuple[str, ...]
    trial: Trial
    notes: tuple[str, ...]


def describe(
    path: Path,
    name: str,
    stated: Fields,
    labels: Sequence[str] = (),
    decoder: DecoderName | None = None,
    provider: ProviderName = "auto",
) -> Description:
    """Describe an ONNX file.

    Args:
        path: The file.
        name: Of the network.
        stated: What the user says of its input, see `arpipe.custom.input_text`.
        labels: Names of its classes; by default those that its exporter wrote into it.
        decoder: How the outputs of a detector are read; guessed by default.
        provider: Where to run it.

    Raises:
        ModelError: It cannot be used as a network for pictures; the message says why, and what to write.
    """
    model = read_onnx(path, with_data=False)
    source = _declared_input(model)
    fields = input_fields(source, stated)
    trial = try_out(path, provider, _sample(source, fields))
    if trial.not_finite:
        raise ModelError(f"{path}: {trial.not_finite}")
    guessed = guess_input(trial.input_infos[0], stated, model)
    outputs = guess_outputs(trial.output_infos, trial.shapes, model)
    if decoder is not None:
        _check_decoder(decoder, trial, guessed.card)
        outputs = GuessedOutputs("detect", decoder=decoder)
    names = tuple(labels) or labels_in(model)
    if outputs.task == "classify":
        check_labels(names, _width(trial, outputs.scores), f"{path.name}, output {outputs.scores!r}")
    card = _card(path, name, guessed, outputs)
    notes = guessed.notes + ((YOLOX_NOTE,) if outputs.decoder == "yolo" and decoder is None else ())
    return Description(card, names, trial, notes)


def _card(path: Path, name: str, guessed: GuessedInput, outputs: GuessedOutputs) -> ModelCard:
    card = guessed.card
    if outputs.task == "detect":
        card = card.model_copy(update={"fit": "letterbox", "pad": 114})
    try:
        return ModelCard(
            name=name,
            file=path.name,
            sha256=_sha256(path),
            input=card,
            task=outputs.task,
            scores=outputs.scores,
            activation=outputs.activation,
            decoder=outputs.decoder,
        )
    except ValidationError as error:
        raise ModelError(
            f"{name!r} cannot name a network: small letters, digits, '.', '_' and '-' are allowed; give --name"
        ) from error


def _check_decoder(decoder: DecoderName, trial: Trial, card: InputCard) -> None:
    """Raise ModelError if the outputs have not the shapes that a decoder reads."""
    blank = {name: np.zeros(shape[1:], np.float32) for name, shape in trial.shapes.items()}
    decode(decoder, blank, InputSize(card.width, card.height))


def _declared_input(model: onnx.ModelProto) -> TensorInfo:
    """Return the only input, as the file declares it."""
    inputs = real_inputs(model)
    if len(inputs) != 1:
        listed = ", ".join(entry.name for entry in inputs) or "none"
        raise ModelError(f"expected one input, a picture; the network has {len(inputs)} ({listed})")
    (entry,) = inputs
    kind = entry.type.tensor_type
    if kind.elem_type not in PICTURE_TYPES:
        known = onnx.TensorProto.DataType.Name(kind.elem_type) if kind.elem_type else "no tensor"
        raise ModelError(f"input {entry.name!r} is {known}; float32, float16 or uint8 pictures are expected")
    shape = tuple(
        size.dim_value if size.dim_value > 0 else (size.dim_param or "?") for size in kind.shape.dim
    )
    return TensorInfo(entry.name, shape, PICTURE_TYPES[kind.elem_type])


def _sample(source: TensorInfo, fields: Fields) -> tuple[int, ...]:
    """Return the shape of one input of the stated size."""
    first = free_filled(source)[0]
    channels = 1 if fields.get("color") == "gray" else 3
    height, width = int(fields["height"]), int(fields["width"])
    if fields["layout"] == "nchw":
        return first, channels, height, width
    return first, height, width, channels


def _width(trial: Trial, output: str) -> int:
    return max(trial.shapes[output][1:])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
