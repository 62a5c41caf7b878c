"""The rows of the panel that adjusts an effect."""

from dataclasses import replace

from arpipe.apps.effect_controls import Control, pack_controls
from arpipe.apps.window.adjustments import UserAdjustment, can_adjust
from arpipe.apps.window.keys import ADJUST_KEYS
from arpipe.apps.window.palettes import palette_for
from arpipe.apps.window.sliders import Row
from arpipe.effects.packs import Pack

PLACED_BY_ADJUSTMENT = ("scale", "tilt_deg", "offset_mm")
"""Parameters of glasses that `UserAdjustment` changes instead."""

PLACEMENT = (
    ("scale", "Size", "", 0.7, 1.4),
    ("right_mm", "Sideways", "mm", -20.0, 20.0),
    ("up_mm", "Up", "mm", -20.0, 20.0),
    ("forward_mm", "Forward", "mm", -20.0, 20.0),
    ("tilt_deg", "Tilt", "°", -20.0, 20.0),
)
"""Field of `UserAdjustment`, label, unit and range of the slider."""

STEPS = 80
PRIMARY = ("opacity", "feather")
"""Parameters that the wheel changes over the picture, where nothing can be scaled; the first that an effect has."""


def rows_of(pack: Pack, own: Pack, adjustment: UserAdjustment) -> list[Row]:
    """Return the rows for a pack; their keys are "pack.parameter".

    Args:
        pack: The pack with all changes but the adjustment.
        own: The same without changes.
        adjustment: Where the user has placed it.
    """
    placed = can_adjust(pack)
    rows = _placement_rows(pack.name, adjustment) if placed else []
    own_values = {control.key: control.value for control in pack_controls(own)}
    for control in _ordered(pack):
        if placed and control.key.partition(".")[0] in PLACED_BY_ADJUSTMENT:
            continue
        own_value = own_values.get(control.key)
        named = _named(control, pack.name)
        is_color = control.type == "color"
        rows.append(
            Row(
                named,
                palette=_palette(pack, control.key) if is_color else (),
                own=own_value if is_color and isinstance(own_value, str) else None,
            )
        )
    return rows


def primary_row(rows: list[Row]) -> Row | None:
    """Return the row that the wheel changes over the picture: the size, else the strength; None for none."""
    ranges = [row for row in rows if row.control.type == "range"]
    for name in ("scale", *PRIMARY):
        for row in ranges:
            if row.control.key.rpartition(".")[2] == name:
                return row
    return ranges[0] if ranges else None


def _placement_rows(pack: str, adjustment: UserAdjustment) -> list[Row]:
    return [
        Row(
            Control(
                f"{pack}.{field}",
                label,
                "range",
                getattr(adjustment, field),
                unit,
                low,
                high,
                (high - low) / STEPS,
            ),
            ADJUST_KEYS[field],
        )
        for field, label, unit, low, high in PLACEMENT
    ]


def _ordered(pack: Pack) -> list[Control]:
    """Return the controls of a pack: colours first, as they are changed most; those of looks layer by layer."""
    ranks = {"preset": 0, "color": 1}
    controls = list(pack_controls(pack))
    return controls if len(pack.layers) > 1 else sorted(controls, key=lambda each: ranks.get(each.type, 2))


def _palette(pack: Pack, key: str) -> tuple[str, ...]:
    """Return the colours for a parameter: those for the layer that its key names, or for all layers."""
    layer = key.partition(".")[0]
    named = [each for each in pack.layers if each.name == layer] or pack.layers
    return palette_for(tuple(each.kind for each in named))


def _named(control: Control, pack: str) -> Control:
    """Return a control whose key begins with the name of its pack."""
    return replace(control, key=f"{pack}.{control.key}")
