"""The compiled rasteriser."""

import ctypes
from dataclasses import dataclass
from functools import cache

from arpipe.errors import NativeError, RenderError
from arpipe.native.library import load_library
from arpipe.render.rasteriser import makeup_structures, structures


@dataclass(frozen=True, slots=True, eq=False)
class Rasteriser:
    """Draws on the CPU; takes the place of `GlContext` for what can be drawn without OpenGL.

    Attributes:
        functions: The loaded library.
    """

    functions: ctypes.CDLL

    @property
    def renderer(self) -> str:
        """Name of the renderer, for reports."""
        return "arpipe on the CPU"

    @property
    def is_software(self) -> bool:
        """Whether a CPU rasterises, so that the cost depends on the number of fragments: always."""
        return True


@cache
def load_rasteriser() -> Rasteriser:
    """Load the rasteriser, once per process.

    Raises:
        RenderError: There is no library to load, or not the right one.
    """
    try:
        functions = load_library()
    except NativeError as error:
        raise RenderError(f"no CPU renderer: {error}") from error
    for name, types in (structures.SIGNATURES | makeup_structures.SIGNATURES).items():
        function = getattr(functions, name)
        function.argtypes, function.restype = types, None
    return Rasteriser(functions)
