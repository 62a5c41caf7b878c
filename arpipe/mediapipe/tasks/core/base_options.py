"""Where a task's networks come from."""

import enum
from dataclasses import dataclass


class Delegate(enum.Enum):
    """Where networks were to run; arpipe takes the GPU where ONNX Runtime has one, whatever is asked for."""

    CPU = 0
    GPU = 1


@dataclass
class BaseOptions:
    """Options of every task.

    Attributes:
        model_asset_path: A `.task` or `.tflite` file. arpipe runs its own copy of the networks after checking that
            the file has the same weights; None skips the check.
        model_asset_buffer: The content of such a file instead.
        delegate: Accepted and ignored.
    """

    model_asset_path: str | None = None
    model_asset_buffer: bytes | None = None
    delegate: Delegate | None = None


BaseOptions.Delegate = Delegate  # type: ignore[attr-defined] # where programs look for it
