"""A network of any inputs and outputs: named arrays in, named arrays out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arpipe.closing import Closing
from arpipe.errors import InferenceError, NonFiniteOutput
from arpipe.inference.providers import RuntimeSession, SessionConfig, open_session, provider_in_use

Array: TypeAlias = NDArray[Any]
"""Values of any type, as the network has them."""

Dimension: TypeAlias = int | str
"""A size, or the name of a free dimension; "?" where it has none."""

TYPES: Mapping[str, str] = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}
"""ONNX Runtime's names of types → NumPy's; any other type cannot be exchanged."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """An input or output.

    Attributes:
        name: In the network.
        shape: One entry per dimension, the batch included.
        dtype: NumPy's name of the type, or ONNX Runtime's for anything that is no tensor.
    """

    name: str
    shape: tuple[Dimension, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.name!r} ({', '.join(map(str, self.shape))}) {self.dtype}"


class TensorSession(Closing):
    """A network, loaded and ready.

    Args:
        network: An ONNX file, or its content.
        name: For messages.
        config: Provider and threads.

    Attributes:
        name: As given.
        provider: Provider in use.
        inputs: In the network's order.
        outputs: In the network's order.

    Raises:
        InferenceError: It cannot be loaded, or the provider is not available.
    """

    def __init__(self, network: Path | bytes, name: str, config: SessionConfig | None = None) -> None:
        session = open_session(network, config or SessionConfig(), name)
        self._session: RuntimeSession | None = session
        self.name = name
        self.provider = provider_in_use(session)
        self.inputs = tuple(_info(entry) for entry in session.get_inputs())
        self.outputs = tuple(_info(entry) for entry in session.get_outputs())

    def run(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Run the network.

        Args:
            values: Input name → array of the input's type and shape.

        Returns:
            Output name → array, owned by the caller.

        Raises:
            InferenceError: An input is wrong, the network fails, or the session is closed.
            NonFiniteOutput: An output has NaN or infinity.
        """
        if self._session is None:
            raise InferenceError(f"network {self.name!r} is closed")
        names = [output.name for output in self.outputs]
        try:
            answers = self._session.run(names, dict(values))
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise InferenceError(f"{self.name} failed on {self.provider}: {error}") from error
        outputs = dict(zip(names, answers, strict=True))
        require_finite(self.name, outputs)
        return outputs

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._session = None


def require_finite(network: str, outputs: Mapping[str, Array]) -> None:
    """Raise NonFiniteOutput if floats have NaN or infinity: their sum then has, too, which needs no temporary array."""
    with np.errstate(invalid="ignore", over="ignore"):  # ∞ − ∞ is to be found, not warned about
        for name, value in outputs.items():
            if value.dtype.kind != "f":
                continue
            total = value.sum(dtype=np.float32 if value.dtype == np.float16 else None)
            if not math.isfinite(total):
                raise NonFiniteOutput(
                    f"{network} answered with NaN or infinity in {name!r}; is its input finite?"
                )


def _info(entry: RuntimeSession) -> TensorInfo:
    if entry.type not in TYPES:
        return TensorInfo(entry.name, (), entry.type)
    shape = tuple(size if isinstance(size, int) else str(size or "?") for size in entry.shape)
    return TensorInfo(entry.name, shape, TYPES[entry.type])
