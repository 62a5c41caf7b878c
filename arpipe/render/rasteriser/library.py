"""The compiled rasteriser: where it is, and whether it fits this version of arpipe."""

import ctypes
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arpipe.errors import RenderError
from arpipe.render.rasteriser import makeup_structures, structures

# As in native/interface.cpp. Raise both when structures or functions change, so that no older library is used.
INTERFACE = 5
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = Path(__file__).parent / "compiled" / f"rasteriser{SUFFIX}"
HOW_TO_BUILD = "install a C++ compiler, such as g++, and reinstall arpipe"


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
def load_rasteriser(path: Path = LIBRARY) -> Rasteriser:
    """Load the rasteriser, once per process.

    Raises:
        RenderError: It was not built with this installation, or it does not load.
    """
    if not path.is_file():
        raise RenderError(f"this installation of arpipe has no CPU renderer; {HOW_TO_BUILD}")
    try:
        functions = ctypes.CDLL(str(path))
        interface = functions.arpipe_interface()
    except (OSError, AttributeError) as error:
        raise RenderError(f"the CPU renderer does not load ({error}); {HOW_TO_BUILD}") from error
    if interface != INTERFACE:
        raise RenderError(
            f"the CPU renderer was built for interface {interface}, and this version of arpipe needs {INTERFACE}; "
            f"{HOW_TO_BUILD}"
        )
    for name, types in (structures.SIGNATURES | makeup_structures.SIGNATURES).items():
        function = getattr(functions, name)
        function.argtypes, function.restype = types, None
    return Rasteriser(functions)
