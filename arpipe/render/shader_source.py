"""GLSL text with `#include` and `#define` resolved, and line numbers kept right for error messages.

Shaders live beside the code that uses them: a package keeps its GLSL in a folder `shaders/`. A file that is not there
is taken from the shared ones of `arpipe/render/shaders`, which hold the projection, the surface shading and the light.
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from arpipe.errors import RenderError

ShaderFolder = str | Path
"""Where GLSL files are: the name of a package, which keeps them in `shaders/`, or the folder itself."""

SHARED: ShaderFolder = "arpipe.render"

_INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"\s*$')
_ERROR_PLACE = re.compile(r"\b(\d+):(\d+)\b|\b(\d+)\((\d+)\)")  # Mesa writes 2:14(7), NVIDIA 2(14)


@dataclass(frozen=True, slots=True)
class ShaderSource:
    """Text for the driver.

    Attributes:
        text: Complete GLSL with `#line` directives.
        files: Names of the files by the source-string number that `#line` gives them.
    """

    text: str
    files: tuple[str, ...]

    def explain(self, log: str) -> str:
        """Replace the source-string numbers in the driver's log by file names."""

        def name(match: re.Match[str]) -> str:
            number, line = (int(group) for group in match.groups() if group is not None)
            return f"{self.files[number]}:{line}" if number < len(self.files) else match.group(0)

        return _ERROR_PLACE.sub(name, log)


def read_shader(name: str, defines: tuple[str, ...] = (), folder: ShaderFolder = SHARED) -> ShaderSource:
    """Read one stage of a program.

    Args:
        name: File name, such as `surface.frag`; the file must not carry a `#version` line.
        defines: Names to `#define`, optionally with a value: `"PARTS 3"`.
        folder: Searched for the file and for what it includes, before the shared shaders.

    Raises:
        RenderError: A file is missing, or files include each other in a circle.
    """
    assembly = _Assembly([], [])
    assembly.append(_find(name, folder, ""), ())
    head = ["#version 330 core", *(f"#define {define}" for define in defines)]
    names = tuple(name for name, _ in assembly.files)
    return ShaderSource("\n".join([*head, *assembly.lines, ""]), names)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    folder: ShaderFolder
    """Where it was found; what it includes is searched from there."""
    path: Traversable

    @property
    def key(self) -> tuple[str, ShaderFolder]:
        return self.name, self.folder


@dataclass(frozen=True, slots=True)
class _Assembly:
    files: list[tuple[str, ShaderFolder]]
    lines: list[str]

    def append(self, file: _File, parents: tuple[tuple[str, ShaderFolder], ...]) -> None:
        """Add a file with everything that it includes; a file that is in already is not repeated."""
        if file.key in parents:
            circle = " → ".join(name for name, _ in (*parents, file.key))
            raise RenderError(f"shader include circle: {circle}; remove one of these #include lines")
        if file.key in self.files:
            return
        number = len(self.files)
        self.files.append(file.key)
        self.lines.append(f"#line 1 {number}")
        for index, line in enumerate(file.path.read_text(encoding="utf-8").splitlines(), start=1):
            if match := _INCLUDE.match(line):
                self.append(_find(match.group(1), file.folder, file.name), (*parents, file.key))
                self.lines.append(f"#line {index + 1} {number}")
            else:
                self.lines.append(line)


def _find(name: str, folder: ShaderFolder, parent: str) -> _File:
    for place in dict.fromkeys((folder, SHARED)):
        path = _directory(place) / name
        if path.is_file():
            return _File(name, place, path)
    included = f" (included from {parent})" if parent else ""
    searched = " or ".join(str(_directory(place)) for place in dict.fromkeys((folder, SHARED)))
    raise RenderError(
        f"shader {name!r} is not in {searched}{included}; "
        "check the name and that the package was installed with its shaders"
    )


def _directory(folder: ShaderFolder) -> Traversable:
    return folder if isinstance(folder, Path) else files(folder) / "shaders"
