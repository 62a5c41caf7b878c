"""A compiled pair of shaders, with access to its uniforms by name."""

import re
from collections.abc import Sequence

import moderngl
import numpy as np
import numpy.typing as npt

_DECLARATION = re.compile(r"^\s*uniform\s+\w+\s+(\w+)", re.MULTILINE)


class Program:
    """A program and its uniforms.

    A uniform that the shaders declare may be set although the compiler has removed it, as it does when a material
    does not need it; the value is then dropped. A name that no shader declares is a KeyError.

    Args:
        compiled: The compiled program; released together with this object.
        source: GLSL of all stages, as given to the compiler.
    """

    def __init__(self, compiled: moderngl.Program, source: str) -> None:
        self.compiled = compiled
        self._uniforms: dict[str, moderngl.Uniform] = {
            name: member for name in compiled if isinstance(member := compiled[name], moderngl.Uniform)
        }
        self._removed = frozenset(_DECLARATION.findall(source)) - self._uniforms.keys()
        self._matrices = {name for name, member in self._uniforms.items() if member.dimension in (9, 16)}
        self._last: dict[str, float | tuple[float, ...]] = {}  # most values do not change between frames

    def has(self, name: str) -> bool:
        """Whether the compiler kept a uniform."""
        return name in self._uniforms

    def has_attribute(self, name: str) -> bool:
        """Whether the compiler kept a vertex attribute."""
        return isinstance(self.compiled.get(name, None), moderngl.Attribute)

    def set(self, name: str, value: float | Sequence[float]) -> None:
        """Set a scalar or vector; KeyError if no shader of the program declares the name."""
        if name in self._removed:
            return
        given = value if isinstance(value, int | float) else tuple(value)
        if self._last.get(name) != given:
            self._uniforms[name].value = given
            self._last[name] = given

    def write(self, name: str, array: npt.NDArray[np.floating]) -> None:
        """Set a uniform from an array; matrices are given in row-major order and transposed for OpenGL.

        Args:
            name: Name of the uniform.
            array: (k, k) matrix, (n, k, k) matrices, or (n, k) for an array of vectors.
        """
        if name in self._removed:
            return
        ordered = array.swapaxes(-1, -2) if name in self._matrices and array.ndim >= 2 else array
        self._uniforms[name].write(ordered.astype(np.float32).tobytes())

    def release(self) -> None:
        """Release the program."""
        self.compiled.release()
