"""Loads the compiled library, if it was compiled from the sources that are beside it."""

import ctypes
import warnings
from functools import cache
from pathlib import Path

from arpipe.errors import NativeError
from arpipe.native import build

ROOT = Path(__file__).resolve().parents[2]
HOW_TO_BUILD = "install a C++ compiler, such as g++, and reinstall arpipe"


@cache
def load_library(root: Path = ROOT) -> ctypes.CDLL:
    """Load the library, once per process.

    Args:
        root: Folder that the package is in: a checkout, or where a wheel was installed.

    Raises:
        NativeError: It was not compiled with this installation, does not load, or was compiled from other sources.

    Warns:
        RuntimeWarning: It was compiled from other sources; most callers go on without it, only slower.
    """
    path = root / build.LIBRARY
    if not path.is_file():
        raise NativeError(f"this installation of arpipe has no compiled library; {HOW_TO_BUILD}")
    try:
        library = ctypes.CDLL(str(path))
        library.arpipe_digest.restype = ctypes.c_char_p
        compiled = library.arpipe_digest().decode()
    except (OSError, AttributeError) as error:
        raise NativeError(f"the compiled library does not load ({error}); {HOW_TO_BUILD}") from error
    if build.has_sources(root) and compiled != (wanted := build.digest_of(root)):
        problem = (
            f"the compiled library is of other sources ({compiled}) than those beside it ({wanted}); "
            f"rebuild it: {build.REBUILD}"
        )
        warnings.warn(problem, RuntimeWarning, stacklevel=2)
        raise NativeError(problem)
    return library
