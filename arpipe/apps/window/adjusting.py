"""Moving, scaling and tilting what is worn, remembered per pack in the person's own folder."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import glfw
from pydantic import BaseModel, ConfigDict, Field

from arpipe.effects.glasses.rigid_mesh import RigidMeshParams
from arpipe.effects.packs import Pack
from arpipe.errors import ConfigError
from arpipe.io.atomic import make_parent, write_text
from arpipe.io.toml_tables import check, read_toml, to_toml

STEP_MM, STEP_SCALE, STEP_DEG = 0.5, 0.01, 0.5
FARTHEST_MM, SCALE_LIMITS, STEEPEST_DEG = 40.0, (0.5, 2.0), 30.0


class Adjustment(BaseModel):
    """What a person changed about one pack, on top of what the pack says.

    Attributes:
        right_mm, up_mm, forward_mm: Moved as the person in the mirror sees it.
        scale: Factor.
        tilt_deg: The upper edge forward.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    right_mm: float = Field(default=0.0, ge=-FARTHEST_MM, le=FARTHEST_MM)
    up_mm: float = Field(default=0.0, ge=-FARTHEST_MM, le=FARTHEST_MM)
    forward_mm: float = Field(default=0.0, ge=-FARTHEST_MM, le=FARTHEST_MM)
    scale: float = Field(default=1.0, ge=SCALE_LIMITS[0], le=SCALE_LIMITS[1])
    tilt_deg: float = Field(default=0.0, ge=-STEEPEST_DEG, le=STEEPEST_DEG)

    def moved(self, field: str, step: float) -> "Adjustment":
        """With one value changed, kept within its limits; rounded, so that steps back lead to where one was."""
        low, high = LIMITS[field]
        value = min(max(round(getattr(self, field) + step, 4), low), high)
        return self.model_copy(update={field: value})


LIMITS: dict[str, tuple[float, float]] = {
    "right_mm": (-FARTHEST_MM, FARTHEST_MM),
    "up_mm": (-FARTHEST_MM, FARTHEST_MM),
    "forward_mm": (-FARTHEST_MM, FARTHEST_MM),
    "scale": SCALE_LIMITS,
    "tilt_deg": (-STEEPEST_DEG, STEEPEST_DEG),
}

KEYS: dict[int, tuple[str, float]] = {
    glfw.KEY_LEFT: ("right_mm", -STEP_MM),
    glfw.KEY_RIGHT: ("right_mm", STEP_MM),
    glfw.KEY_UP: ("up_mm", STEP_MM),
    glfw.KEY_DOWN: ("up_mm", -STEP_MM),
    glfw.KEY_PAGE_UP: ("forward_mm", STEP_MM),
    glfw.KEY_PAGE_DOWN: ("forward_mm", -STEP_MM),
    glfw.KEY_EQUAL: ("scale", STEP_SCALE),
    glfw.KEY_KP_ADD: ("scale", STEP_SCALE),
    glfw.KEY_MINUS: ("scale", -STEP_SCALE),
    glfw.KEY_KP_SUBTRACT: ("scale", -STEP_SCALE),
    glfw.KEY_COMMA: ("tilt_deg", -STEP_DEG),
    glfw.KEY_PERIOD: ("tilt_deg", STEP_DEG),
}
"""Key → field and step."""

RESET_KEY = glfw.KEY_BACKSPACE


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    packs: dict[str, Adjustment] = {}


@dataclass(slots=True)
class Adjustments:
    """Everybody's changes by pack, and the file they are kept in.

    Args:
        path: The file; need not be there yet.

    Raises:
        ConfigError: It is damaged.
    """

    path: Path
    packs: dict[str, Adjustment]

    @classmethod
    def load(cls, path: Path | None = None) -> "Adjustments":
        """Those of a file; None for the person's own."""
        path = path or user_folder() / "adjustments.toml"
        saved = check(_Saved, read_toml(path), str(path)) if path.is_file() else _Saved()
        return cls(path, dict(saved.packs))

    def of(self, pack: Pack) -> Adjustment:
        """What was changed about a pack."""
        return self.packs.get(pack.name, Adjustment())

    def applied(self, pack: Pack) -> Pack:
        """The pack with its changes."""
        change = self.of(pack)
        if change == Adjustment():
            return pack
        layers = []
        for layer in pack.layers:
            if isinstance(layer.params, RigidMeshParams):
                layer = replace(layer, params=_changed(layer.params, change))  # noqa: PLW2901 - the changed one
            layers.append(layer)
        return replace(pack, layers=tuple(layers))

    def save(self) -> None:
        """Write the file.

        Raises:
            OutputError: It cannot be written.
        """
        default = Adjustment()
        table: dict[str, Any] = {
            name: change.model_dump() for name, change in sorted(self.packs.items()) if change != default
        }
        make_parent(self.path)
        write_text(self.path, to_toml({"packs": table}))


def can_adjust(pack: Pack) -> bool:
    """Whether there is something to move."""
    return any(isinstance(layer.params, RigidMeshParams) for layer in pack.layers)


def user_folder() -> Path:
    """Where arpipe keeps what a person chose."""
    config = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or "~/.config"
    return Path(config).expanduser() / "arpipe"


def _changed(params: RigidMeshParams, change: Adjustment) -> RigidMeshParams:
    left, up, forward = params.offset_mm
    values = {
        **{name: getattr(params, name) for name in type(params).model_fields},
        # In the mirror the person's left is on the left: what moves to the right moves to the person's right.
        "offset_mm": (left - change.right_mm, up + change.up_mm, forward + change.forward_mm),
        "scale": params.scale * change.scale,
        "tilt_deg": params.tilt_deg + change.tilt_deg,
    }
    try:
        return type(params).model_validate(values)
    except ValueError as error:
        raise ConfigError(f"adjustment goes beyond what the pack can take: {error}") from error
