"""Building blocks of the parameters of all kinds of effects."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationInfo

from arpipe.errors import AssetError, AssetNotFound
from arpipe.folders import expanded
from arpipe.needs import AnyNeed

MODEL_SUFFIXES = (".onnx", ".toml")
HEX_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


class EffectParams(BaseModel):
    """Base of all parameters: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    def needs(self) -> frozenset[AnyNeed]:
        """What perception must detect for these values; empty where that does not depend on them."""
        return frozenset()


class UserText(str):
    """Text typed by the user, in contrast to text in a pack: a path in it may point anywhere."""

    __slots__ = ()


def _resolve(value: object, info: ValidationInfo) -> Path:
    """Return the absolute path of an existing file, named in a pack or typed by the user."""
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError(f"expected a file name, got {value!r}")
    folder: Path | None = (info.context or {}).get("folder")
    try:
        if folder is None or isinstance(value, UserText):
            path = expanded(value).resolve()
        else:
            path = (folder / value).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise AssetError(f"{str(value)!r} leads out of the pack's folder; put the file into it")
        found = path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise AssetError(f"{str(value)[:60]!r} is not a file name ({error})") from error
    if not found:
        raise AssetNotFound(f"there is no file {path}")
    return path


PackFile = Annotated[Path, BeforeValidator(_resolve)]
"""A file: in a pack, relative to the pack's folder and inside it; typed by the user, relative to the shell's folder."""


def _model(value: object, info: ValidationInfo) -> object:
    """Return the absolute path of a network's file; names stay as they are."""
    is_file = isinstance(value, str) and value.lower().endswith(MODEL_SUFFIXES)
    return str(_resolve(value, info)) if is_file else value


ModelName = Annotated[str, StringConstraints(min_length=1), BeforeValidator(_model)]
"""A network, as in `arpipe.open_model`; the file of one is found as a `PackFile` is."""


def _color(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not HEX_COLOR.fullmatch(value):
        raise ValueError(f"expected a colour such as '#a3123a', got {str(value)!r}")
    digits = value[1:] if len(value) == 7 else "".join(2 * digit for digit in value[1:])
    return tuple(int(digits[place : place + 2], 16) / 255.0 for place in (0, 2, 4))


def _in_range(value: tuple[float, float, float]) -> tuple[float, float, float]:
    if not all(0.0 <= channel <= 1.0 for channel in value):
        raise ValueError(f"expected red, green, blue in [0, 1], got {list(value)}")
    return value


Color = Annotated[tuple[float, float, float], BeforeValidator(_color), AfterValidator(_in_range)]
"""sRGB red, green, blue in [0, 1]; written `"#a3123a"`, `"#f00"` or `[1.0, 0.5, 0.0]`."""
