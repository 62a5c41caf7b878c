"""Compiles the CPU renderer into the wheel, or into the checkout of an editable installation.

arpipe works without it: where there is no C++ compiler, the wheel is pure Python and draws with OpenGL only.
`ARPIPE_NATIVE` decides otherwise: "require" makes a missing compiler an error, as for released wheels, and "skip"
builds the pure wheel.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("arpipe/render/rasteriser/native")
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")  # as in render/rasteriser/library.py
LIBRARY = Path("arpipe/render/rasteriser/compiled/rasteriser").with_suffix(SUFFIX)
UNIX = ["-std=c++17", "-O3", "-fPIC", "-shared", "-pthread", "-fvisibility=hidden"]
# Those of -ffast-math, which itself would switch denormal numbers off in the whole process when the library is loaded.
UNIX += [
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
    "-ffinite-math-only",
    "-fassociative-math",
    "-freciprocal-math",
]
if sysconfig.get_platform().endswith("x86_64"):
    UNIX += ["-msse4.1"]  # rounds in one instruction; processors have it since 2008
UNIX += os.environ.get("ARCHFLAGS", "").split()  # of cross-compilations on macOS
MSVC = ["/nologo", "/std:c++17", "/O2", "/fp:fast", "/EHsc", "/LD"]


class NativeBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration is of no interest
    """Adds the library to a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless that is switched off; see the module."""
        wish = os.environ.get("ARPIPE_NATIVE", "auto")
        if wish == "skip":
            return
        root = Path(self.root)
        if version == "editable" and is_current(root):
            return  # wheels are always compiled: the library may be of another processor or compiler
        try:
            compile_library(root)
        except (OSError, subprocess.CalledProcessError) as error:
            if wish == "require":
                raise
            self.app.display_warning(f"no CPU renderer, arpipe will draw with OpenGL: {explain(error)}")
            return
        if version == "standard":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform}"
            build_data["force_include"][str(root / LIBRARY)] = str(LIBRARY)


def compile_library(root: Path) -> None:
    """Compile the library of a checkout."""
    library = root / LIBRARY
    part = library.with_suffix(".part")  # a library in use must not be overwritten
    to_run = command([str(path) for path in sorted((root / SOURCES).glob("*.cpp"))], part)
    library.parent.mkdir(exist_ok=True)
    subprocess.run(to_run, check=True, capture_output=True, text=True, cwd=library.parent)
    part.replace(library)


def is_current(root: Path) -> bool:
    """Whether the library of a checkout is newer than its sources."""
    library = root / LIBRARY
    sources = (Path(__file__), *(root / SOURCES).iterdir())
    return library.exists() and library.stat().st_mtime > max(path.stat().st_mtime for path in sources)


def command(units: list[str], output: Path) -> list[str]:
    """Return the compiler's command line."""
    if sys.platform == "win32":
        return [find("cl"), *MSVC, *units, f"/Fe:{output}"]
    return [find(os.environ.get("CXX", ""), "c++", "g++", "clang++"), *UNIX, *units, "-o", str(output)]


def find(*names: str) -> str:
    """Return the path of the first program that exists."""
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(f"found no C++ compiler ({', '.join(filter(None, names))})")
    return found


def explain(error: OSError | subprocess.CalledProcessError) -> str:
    """Return what went wrong, with the compiler's own words."""
    return f"{error}\n{error.stderr}" if isinstance(error, subprocess.CalledProcessError) else str(error)
