"""GLSL text from `shaders/`: includes and defines put in, line numbers kept right for error messages."""

import re
from dataclasses import dataclass
from pathlib import Path

from arpipe.errors import RenderError

SHADERS = Path(__file__).parent / "shaders"

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
        """The driver's log with file names instead of source-string numbers."""

        def name(match: re.Match[str]) -> str:
            number, line = (int(group) for group in match.groups() if group is not None)
            return f"{self.files[number]}:{line}" if number < len(self.files) else match.group(0)

        return _ERROR_PLACE.sub(name, log)


def read_shader(name: str, defines: tuple[str, ...] = ()) -> ShaderSource:
    """Read one stage of a program.

    Args:
        name: File in `shaders/`, such as `surface.frag`; it must not carry a `#version` line.
        defines: Names to `#define`, optionally with a value: `"PARTS 3"`.

    Raises:
        RenderError: A file is missing, or files include each other in a circle.
    """
    files: list[str] = []
    body = _expand(name, files, ())
    head = ["#version 330 core", *(f"#define {define}" for define in defines)]
    return ShaderSource("\n".join([*head, *body, ""]), tuple(files))


def _expand(name: str, files: list[str], parents: tuple[str, ...]) -> list[str]:
    if name in parents:
        raise RenderError(f"shader include circle: {' → '.join((*parents, name))}")
    if name in files:  # included before: once is enough
        return []
    path = SHADERS / name
    if not path.is_file():
        place = f" (included from {parents[-1]})" if parents else ""
        raise RenderError(f"shader {name!r} is not in {SHADERS}{place}; reinstall arpipe")
    number = len(files)
    files.append(name)
    lines = [f"#line 1 {number}"]
    for index, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = _INCLUDE.match(line)
        if match:
            lines += _expand(match.group(1), files, (*parents, name))
            lines.append(f"#line {index + 1} {number}")
        else:
            lines.append(line)
    return lines
