"""A stand-in for MediaPipe's multiclass selfie segmenter: its input, outputs and operators, other weights.

It takes blue for hair, green for skin of the body, magenta for accessories, and everything else for skin of the face.
"""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from arpipe.folders import HOME_VARIABLE
from arpipe.models.person_parts import NETWORK, PersonPart
from arpipe.weights import catalog
from tests.weights.convert.tflite_files import TfliteFile, options

BLUE, GREEN, MAGENTA = (20, 20, 230), (20, 220, 20), (230, 20, 230)
SIDE = 256
SAME, VALID = 0, 1
STEEPNESS = 16.0
SURE = 0.3  # by which a colour must stand out


def content(steepness: float = STEEPNESS) -> bytes:
    """The file: colours are averaged over 2 × 2 px, spread again, and classified one by one."""
    file = TfliteFile((1, SIDE, SIDE, 3))
    half = _convolution(
        file, file.input, np.eye(3)[:, None, None] * np.full((1, 2, 2, 1), 0.25), np.zeros(3), 2
    )
    size = file.constant(np.array([1, SIDE, SIDE, 3], np.int32))
    spread = file.constant((np.eye(3)[:, None, None] * np.ones((1, 2, 2, 1))).astype(np.float32))
    table = options("TransposeConvOptions", padding=SAME, strideH=2, strideW=2)
    whole = file.add("TRANSPOSE_CONV", [size, spread, half], (1, SIDE, SIDE, 3), table)
    weights, bias = np.zeros((6, 3)), np.full(6, -5.0)
    weights[PersonPart.HAIR], weights[PersonPart.BODY_SKIN] = (-0.5, -0.5, 1.0), (-0.5, 1.0, -0.5)
    weights[PersonPart.OTHER] = (0.5, -1.0, 0.5)
    bias[[PersonPart.HAIR, PersonPart.BODY_SKIN, PersonPart.OTHER]] = -SURE
    bias[PersonPart.FACE_SKIN] = 0.0
    logits = _convolution(file, whole, steepness * weights[:, None, None], steepness * bias, 1)
    return file.content(logits)


def know(monkeypatch: pytest.MonkeyPatch, folder: Path, network: bytes) -> Path:
    """Have the catalogue expect this file instead of MediaPipe's, with an empty cache; returns the file."""
    loaded = catalog.load()
    entry = loaded.optional[NETWORK].model_copy(
        update={"bytes": len(network), "sha256": hashlib.sha256(network).hexdigest()}
    )
    known = loaded.model_copy(update={"optional": {NETWORK: entry}})
    monkeypatch.setattr(catalog, "load", lambda: known)
    monkeypatch.setenv(HOME_VARIABLE, str(folder / "home"))
    path = folder / entry.file_name
    path.write_bytes(network)
    return path


def _convolution(file: TfliteFile, source: int, weights: np.ndarray, bias: np.ndarray, stride: int) -> int:
    side = file.tensors[source].shape[1] // stride
    fields = {
        "padding": VALID,
        "strideH": stride,
        "strideW": stride,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
    }
    parameters = [file.constant(np.asarray(each, np.float32)) for each in (weights, bias)]
    shape = (1, side, side, len(bias))
    return file.add("CONV_2D", [source, *parameters], shape, options("Conv2DOptions", **fields))
