"""LiteRT as a second runtime for TFLite networks, where it is installed."""

import importlib.util
from pathlib import Path

import numpy as np

from arpipe.errors import MissingExtra
from arpipe.inference.tensor_session import Array

PACKAGE = "ai_edge_litert"


def is_installed() -> bool:
    """Whether LiteRT can be imported."""
    return importlib.util.find_spec(PACKAGE) is not None


def run(path: Path, tensor: Array) -> list[Array]:
    """Run a TFLite network on its only input; returns its outputs in order.

    Raises:
        MissingExtra: LiteRT is not installed.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise MissingExtra(
            'LiteRT is not installed; install it with: pip install "arpipe[litert]"'
        ) from error
    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], tensor)
    interpreter.invoke()
    return [np.asarray(interpreter.get_tensor(each["index"])) for each in interpreter.get_output_details()]
