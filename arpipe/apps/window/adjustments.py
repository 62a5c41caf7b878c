"""Position, size and tilt of glasses as adjusted by the user, saved per pack."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import glfw
from pydantic import BaseModel, ConfigDict, Field

from arpipe.effects.glasses.rigid_mesh import RigidMeshParams
from arpipe.effects.packs import Pack
from arpipe.errors import ConfigError, OutputError
from arpipe.folders import config_folder
from arpipe.io.atomic import make_parent, write_text
from arpipe.io.files import is_file
from arpipe.io.toml_tables import read_toml, to_toml
from arpipe.io.validation import check

STEP_MM, STEP_SCALE, STEP_DEG = 0.5, 0.01, 0.5
MAX_OFFSET_MM, SCALE_LIMITS, MAX_TILT_DEG = 40.0, (0.5, 2.0), 30.0


class UserAdjustment(BaseModel):
    """Changes to one pack, on top of its own parameters.

    Attributes:
        right_mm, up_mm, forward_mm: Offset, mm, as the user sees it in the mirrored picture.
        scale: Factor of the size.
        tilt_deg: Tilt, degrees; positive tilts the upper edge forward.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    right_mm: float = Field(default=0.0, ge=-MAX_OFFSET_MM, le=MAX_OFFSET_MM)
    up_mm: float = Field(default=0.0, ge=-MAX_OFFSET_MM, le=MAX_OFFSET_MM)
    forward_mm: float = Field(default=0.0, ge=-MAX_OFFSET_MM, le=MAX_OFFSET_MM)
    scale: float = Field(default=1.0, ge=SCALE_LIMITS[0], le=SCALE_LIMITS[1])
    tilt_deg: float = Field(default=0.0, ge=-MAX_TILT_DEG, le=MAX_TILT_DEG)

    def moved(self, field: str, step: float) -> "UserAdjustment":
        """Return it with one field changed by a step, within its limits; rounded, so that opposite steps cancel."""
        low, high = LIMITS[field]
        value = min(max(round(getattr(self, field) + step, 4), low), high)
        return self.model_copy(update={field: value})


LIMITS: dict[str, tuple[float, float]] = {
    "right_mm": (-MAX_OFFSET_MM, MAX_OFFSET_MM),
    "up_mm": (-MAX_OFFSET_MM, MAX_OFFSET_MM),
    "forward_mm": (-MAX_OFFSET_MM, MAX_OFFSET_MM),
    "scale": SCALE_LIMITS,
    "tilt_deg": (-MAX_TILT_DEG, MAX_TILT_DEG),
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


class _SavedAdjustments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    packs: dict[str, UserAdjustment] = {}


@dataclass(slots=True)
class Adjustments:
    """All adjustments of a user.

    Attributes:
        path: The file they are saved in; it need not exist yet. None for a user without a home folder.
        packs: Name of the pack → its adjustment.
    """

    path: Path | None
    packs: dict[str, UserAdjustment]

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Load a file; None for the user's own.

        Raises:
            ConfigError: The file is damaged.
        """
        if path is None:
            folder = config_folder()
            path = folder and folder / "adjustments.toml"
        saved = (
            check(_SavedAdjustments, read_toml(path), str(path))
            if path and is_file(path)
            else _SavedAdjustments()
        )
        return cls(path, dict(saved.packs))

    def of(self, pack: Pack) -> UserAdjustment:
        """Return the adjustment of a pack."""
        return self.packs.get(pack.name, UserAdjustment())

    def applied(self, pack: Pack) -> Pack:
        """Return the pack with its adjustment."""
        adjustment = self.of(pack)
        if adjustment == UserAdjustment():
            return pack
        layers = (
            replace(layer, params=_adjust(layer.params, adjustment))
            if isinstance(layer.params, RigidMeshParams)
            else layer
            for layer in pack.layers
        )
        return replace(pack, layers=tuple(layers))

    def save(self) -> None:
        """Write the file.

        Raises:
            OutputError: It cannot be written, or there is no folder for it.
        """
        if self.path is None:
            raise OutputError(
                "there is no home folder to save adjustments in; set XDG_CONFIG_HOME to a folder"
            )
        default = UserAdjustment()
        packs = {name: each.model_dump() for name, each in sorted(self.packs.items()) if each != default}
        make_parent(self.path)
        write_text(self.path, to_toml({"packs": packs}))


def can_adjust(pack: Pack) -> bool:
    """Whether a pack has layers that can be adjusted."""
    return any(isinstance(layer.params, RigidMeshParams) for layer in pack.layers)


def _adjust(params: RigidMeshParams, adjustment: UserAdjustment) -> RigidMeshParams:
    left, up, forward = params.offset_mm
    values = {
        **{name: getattr(params, name) for name in type(params).model_fields},
        # In the mirrored picture, the person's right is on the right.
        "offset_mm": (
            left - adjustment.right_mm,
            up + adjustment.up_mm,
            forward + adjustment.forward_mm,
        ),
        "scale": params.scale * adjustment.scale,
        "tilt_deg": params.tilt_deg + adjustment.tilt_deg,
    }
    try:
        return type(params).model_validate(values)
    except ValueError as error:
        raise ConfigError(f"the adjustment exceeds what the pack allows: {error}") from error
