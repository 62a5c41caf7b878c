"""Controls of the page and the window, derived from the parameters of effects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel

from arpipe.effects.changes import with_preset, with_value
from arpipe.effects.packs import Pack
from arpipe.effects.params import HEX_COLOR, Color
from arpipe.effects.presets import PRESET_KEY, Preset
from arpipe.errors import ConfigError

SLIDER_RANGES = {
    "scale": (0.8, 1.25),
    "tilt_deg": (-15.0, 15.0),
    "offset_mm": (-15.0, 15.0),
    "volume": (0.2, 3.0),
}
"""Narrower than the limits of the parameters, so that sliders cover the useful part."""
LOOK_PARAMETERS = (".opacity", ".color")
"""Adjustable parameters of each layer of a look; all of them would be about forty."""
AXES = ("sideways", "up", "forward")
STEPS = 100
ANY_COLOR = "#808080"
OFFSET_STEP_MM = 0.5
UNIT_SUFFIXES = {"mm": "mm", "deg": "°"}
_PLAIN_COLOR = get_args(Color)[0]

PlainValue = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class PresetChoice(Preset):
    """A preset on offer.

    Attributes:
        values: Key of a control → its value with the preset, where it is another one than without.
    """

    values: Mapping[str, PlainValue]


@dataclass(frozen=True, slots=True)
class Control:
    """An adjustable parameter.

    Attributes:
        key: Name of the parameter; `offset_mm.0` is the first of several numbers.
        label, unit: Text for the user.
        type: Type of the control: "range", "choice", "color", or "preset" for the presets of a pack.
        value: Value in the effect; a colour as "#rrggbb", None for no colour.
        low, high, step: Limits and step of a range.
        options: Options of a choice, or names of presets.
        presets: The presets.
        optional: Whether a colour may be None.
    """

    key: str
    label: str
    type: Literal["range", "choice", "color", "preset"]
    value: PlainValue
    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    options: tuple[str, ...] = ()
    presets: tuple[PresetChoice, ...] = ()
    optional: bool = False

    def accepts(self, value: PlainValue) -> bool:
        """Whether a user may set this value."""
        if self.type == "range":
            if isinstance(value, bool) or not isinstance(value, int | float):
                return False
            return self.low <= value <= self.high  # not as float: integers may be larger than any float
        if self.type in ("choice", "preset"):
            return value in self.options
        return (value is None and self.optional) or (
            isinstance(value, str) and bool(HEX_COLOR.fullmatch(value))
        )


def pack_controls(pack: Pack) -> tuple[Control, ...]:
    """Return the controls of an effect: of its presets, and those of all its layers."""
    adjustable = _adjustable(pack)
    if not pack.presets:
        return adjustable
    usual = {control.key: control.value for control in adjustable}
    presets = tuple(_choice(pack, preset, usual) for preset in pack.presets)
    options = tuple(preset.name for preset in presets)
    variants = Control(PRESET_KEY, "Variant", "preset", pack.preset, options=options, presets=presets)
    return (variants, *adjustable)


def _adjustable(pack: Pack) -> tuple[Control, ...]:
    """Return the controls of the parameters of all layers."""
    is_look = len(pack.layers) > 1
    return tuple(
        control
        for layer in pack.layers
        for control in controls_of(layer.params, f"{layer.name}." if is_look else "")
        if (not is_look or control.key.endswith(LOOK_PARAMETERS)) and _is_free(pack, control)
    )


def _choice(pack: Pack, preset: Preset, usual: Mapping[str, PlainValue]) -> PresetChoice:
    """Return a preset with the values of the controls that it changes."""
    controls = _adjustable(with_preset(pack, preset.name))
    values = {
        each.key: each.value for each in controls if each.key in usual and each.value != usual[each.key]
    }
    return PresetChoice(preset.name, preset.title, preset.swatch, values)


def _is_free(pack: Pack, control: Control) -> bool:
    """Whether the other parameters leave a choice: a blurred background takes no colour."""
    if control.type != "color" or control.value is not None:
        return True
    try:
        with_value(pack, control.key, ANY_COLOR)
    except ConfigError:
        return False
    return True


def controls_of(params: BaseModel, prefix: str = "") -> Iterator[Control]:
    """Yield the controls of an effect's parameters; parameters without a control cannot be adjusted.

    Args:
        params: The parameters.
        prefix: Put before the keys and labels, such as "lips." for a layer of a look.
    """
    schemas = type(params).model_json_schema()["properties"]
    for name, field in type(params).model_fields.items():
        value, schema = getattr(params, name), schemas[name]
        key, (label, unit) = f"{prefix}{name}", _label(name, prefix)
        label = field.title or label
        if schema.get("readOnly"):  # states what the model is; nothing to adjust
            continue
        if "enum" in schema:
            yield Control(key, label, "choice", value, options=tuple(schema["enum"]))
        elif _is_color(field.annotation):
            color = None if value is None else _hex(value)
            yield Control(key, label, "color", color, optional="anyOf" in schema)
        elif schema.get("type") == "number":
            low, high = _range(name, schema)
            yield Control(key, label, "range", value, unit, low, high, (high - low) / STEPS)
        elif name in SLIDER_RANGES:
            low, high = SLIDER_RANGES[name]
            for index, axis in enumerate(AXES):
                yield Control(
                    f"{key}.{index}",
                    f"Move {axis}",
                    "range",
                    value[index],
                    unit,
                    low,
                    high,
                    OFFSET_STEP_MM,
                )


def _is_color(annotation: object) -> bool:
    """Whether a parameter is a colour, or a colour or None."""
    return any(part in (Color, _PLAIN_COLOR) for part in (annotation, *get_args(annotation)))


def _range(name: str, schema: Mapping[str, float]) -> tuple[float, float]:
    """Choose the limits of a slider: a specific range, or the limits of the parameter."""
    if name in SLIDER_RANGES:
        return SLIDER_RANGES[name]
    low = (
        schema["exclusiveMinimum"] + 1.0 / STEPS
        if "exclusiveMinimum" in schema
        else schema.get("minimum", 0.0)
    )
    return float(low), float(schema.get("maximum", schema.get("exclusiveMaximum", 1.0)))


def _label(name: str, prefix: str) -> tuple[str, str]:
    """Derive label and unit from the name of a parameter."""
    words = name.split("_")
    unit = UNIT_SUFFIXES.get(words[-1], "")
    text = " ".join(words[:-1] if unit else words)
    return f"{prefix[:-1]} {text}".strip().capitalize(), unit


def _hex(color: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in color)
