"""Compiles the library into the wheel, or into the checkout of an editable installation.

arpipe works without it: where there is no C++ compiler, the wheel is pure Python, draws with OpenGL only and crops with
OpenCV. `ARPIPE_NATIVE` decides otherwise: "require" makes a missing compiler an error, as for released wheels, and
"skip" builds the pure wheel.
"""

import os
import runpy
import subprocess
import sysconfig
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Not imported, because arpipe is not installed yet.
build = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("arpipe") / "native" / "build.py")))


class NativeBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its configuration is of no interest
    """Adds the library to a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless that is switched off; see the module."""
        wish = os.environ.get("ARPIPE_NATIVE", "auto")
        if wish == "skip":
            return
        root = Path(self.root)
        if version == "editable" and build.is_current(root):
            return  # wheels are always compiled: the library may be of another processor or compiler
        try:
            build.compile_library(root)
        except (OSError, subprocess.CalledProcessError) as error:
            if wish == "require":
                raise
            self.app.display_warning(
                f"no compiled library, arpipe will draw with OpenGL: {build.explain(error)}"
            )
            return
        if version == "standard":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform}"
            build_data["force_include"][str(root / build.LIBRARY)] = str(build.LIBRARY)
