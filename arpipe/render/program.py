"""A compiled pair of shaders with typed access to its uniforms."""

from collections.abc import Sequence
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt


class Program:
    """Program with uniforms by name.

    Args:
        compiled: By moderngl; released with this.
    """

    def __init__(self, compiled: moderngl.Program) -> None:
        self.compiled = compiled
        self._uniforms: dict[str, moderngl.Uniform] = {
            name: member for name in compiled if isinstance(member := compiled[name], moderngl.Uniform)
        }
        self._matrices = {name for name, member in self._uniforms.items() if member.dimension in (9, 16)}
        self._last: dict[str, float | tuple[float, ...]] = {}  # most values are those of the frame before

    def has(self, name: str) -> bool:
        """Whether the compiler kept a uniform."""
        return name in self._uniforms

    def has_attribute(self, name: str) -> bool:
        """Whether the compiler kept a vertex attribute."""
        return isinstance(self.compiled.get(name, None), moderngl.Attribute)

    def set(self, name: str, value: float | Sequence[float]) -> None:
        """Set a scalar or vector; KeyError when there is none of this name."""
        given = value if isinstance(value, int | float) else tuple(value)
        if self._last.get(name) != given:
            self._uniforms[name].value = given
            self._last[name] = given

    def write(self, name: str, array: npt.NDArray[Any]) -> None:
        """Set from an array, float32 row after row; a matrix is handed over as it is written in mathematics.

        Args:
            name: Of the uniform.
            array: (k, k) matrix, (n, k, k) matrices, or (n, k) vectors for an array of vectors.
        """
        ordered = array.swapaxes(-1, -2) if name in self._matrices and array.ndim >= 2 else array
        self._uniforms[name].write(ordered.astype(np.float32).tobytes())

    def release(self) -> None:
        """Give the program back."""
        self.compiled.release()
