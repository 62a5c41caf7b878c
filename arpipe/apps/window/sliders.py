"""The panel that adjusts the selected effect: a row for each parameter."""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

from arpipe.apps.effect_controls import Control
from arpipe.apps.window.canvas import (
    ACCENT,
    FAINT,
    KEY_BACK,
    ON_ACCENT,
    TEXT,
    TRACK,
    Box,
    Color,
    PanelCanvas,
    rounded_mask,
    text_width,
)
from arpipe.apps.window.placement import Hotspot, ResetTarget, Sheet, SliderTarget, ValueTarget
from arpipe.controls.actions import Action

WIDTH, EDGE, ROW, HEAD, FOOT = 320.0, 20.0, 46.0, 56.0, 60.0
MAX_ROWS = 8  # more are reached with the wheel
KNOB, SWATCH, SWATCH_PITCH = 7.0, 10.0, 31.0
TRACK_BOX_HEIGHT = 24.0  # of the part of a slider that can be clicked
OFF, RIM, KEY_TEXT = (92, 98, 112, 255), (78, 83, 96, 255), (132, 139, 153, 255)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the panel.

    Attributes:
        control: The parameter, with its present value.
        keys: Keys that change it, or "".
        palette: Colours on offer, as "#rrggbb".
        own: The effect's own colour, or None.
    """

    control: Control
    keys: str = ""
    palette: tuple[str, ...] = ()
    own: str | None = None


def sliders(title: str, rows: Sequence[Row], first: int, scale: float) -> Sheet:
    """Draw the rows from the first visible one on.

    Args:
        title: Title of the effect.
        rows: All rows.
        first: Index of the first visible one.
        scale: Pixels per unit.
    """
    visible = rows[first : first + MAX_ROWS]
    canvas = PanelCanvas(WIDTH, HEAD + ROW * len(visible) + FOOT, scale, 20)
    canvas.text((EDGE, 28), title, 18)
    if len(rows) > len(visible):
        canvas.text((WIDTH - EDGE, 28), f"{first + 1}–{first + len(visible)} of {len(rows)}", 13, FAINT, "rm")
    hotspots: list[Hotspot] = []
    for place, row in enumerate(visible):
        top = HEAD + ROW * place
        canvas.text((EDGE, top + 6), row.control.label, 14, FAINT)
        if row.keys:
            left = EDGE + text_width(row.control.label, 14, scale) + 8
            canvas.text((left, top + 6), row.keys, 12, KEY_TEXT)
        canvas.text((WIDTH - EDGE, top + 6), _value(row), 14, TEXT, "rm")
        hotspots += _DRAWN[row.control.type](canvas, row, top + 28)
    hotspots += _buttons(canvas, HEAD + ROW * len(visible) + 10)
    return Sheet(canvas.finish(), tuple(hotspots))


def shown_value(control: Control) -> str:
    """Return the value of a range as text."""
    value = control.value
    if isinstance(value, str) or value is None:
        return ""
    if control.unit:
        sign = "+" if control.low < 0 else ""
        return f"{value:{sign}.1f} {control.unit}".replace(" °", "°")
    return f"{value:.0%}"


def step_of(control: Control, steps: float) -> float:
    """Return the value of a range after some steps of the wheel, within its limits."""
    value = control.value if isinstance(control.value, int | float) else control.low
    return min(max(round(value + 2 * steps * control.step, 4), control.low), control.high)


def value_at(control: Control, share: float) -> float:
    """Return the value at a place on a slider, 0 for its left end to 1, in whole steps of the parameter."""
    steps = round(min(max(share, 0.0), 1.0) * (control.high - control.low) / control.step)
    return round(min(control.low + steps * control.step, control.high), 4)


def next_hue(color: str, steps: float) -> str:
    """Return a colour with its hue turned by 10° per step; greys become coloured first."""
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels)
    if saturation < 0.08 or not 0.1 < lightness < 0.9:
        saturation, lightness = 0.5, min(max(lightness, 0.3), 0.65)
    turned = colorsys.hls_to_rgb((hue + steps / 36) % 1.0, lightness, saturation)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in turned)


def _value(row: Row) -> str:
    """Return what is written beside the label; choices show their value themselves."""
    control = row.control
    if control.type == "color":
        return "original" if control.value == row.own else str(control.value)
    if control.type == "preset":
        return next((preset.title for preset in control.presets if preset.name == control.value), "")
    return shown_value(control)


def _range(canvas: PanelCanvas, row: Row, y: float) -> list[Hotspot]:
    control = row.control
    value = float(control.value) if isinstance(control.value, int | float) else control.low
    share = min(max((value - control.low) / (control.high - control.low), 0.0), 1.0)
    left, right = EDGE + KNOB, WIDTH - EDGE - KNOB
    # Bars grow from 0 if it is within the limits.
    zero = min(max(-control.low / (control.high - control.low), 0.0), 1.0)
    knob = left + share * (right - left)
    canvas.rounded((left - 3, y - 3, right + 3, y + 3), 3, TRACK)
    begin = left + zero * (right - left)
    canvas.rounded((min(begin, knob) - 3, y - 3, max(begin, knob) + 3, y + 3), 3, ACCENT)
    canvas.rounded((knob - KNOB, y - KNOB, knob + KNOB, y + KNOB), KNOB, TEXT)
    box = (left, y - TRACK_BOX_HEIGHT / 2, right, y + TRACK_BOX_HEIGHT / 2)
    return [Hotspot(box, SliderTarget(control.key), radius=None)]


def _color(canvas: PanelCanvas, row: Row, y: float) -> list[Hotspot]:
    hotspots = []
    values = (row.own, *row.palette)
    for place, value in enumerate(values):
        centre = EDGE + SWATCH + place * SWATCH_PITCH
        _rim(canvas, centre, y, is_chosen=value == row.control.value and (place == 0 or value != row.own))
        canvas.rounded(_around(centre, y, SWATCH), SWATCH, OFF if value is None else _rgba(value))
        if place == 0:
            canvas.rounded(_around(centre, y, 3), 3, (255, 255, 255, 255) if value is None else OFF)
        target = ValueTarget(row.control.key, None if place == 0 else value)
        label = "The effect's own" if place == 0 else ""
        hotspots.append(Hotspot(_around(centre, y, SWATCH + 4), target, label, SWATCH + 4))
    return hotspots


def _preset(canvas: PanelCanvas, row: Row, y: float) -> list[Hotspot]:
    hotspots = []
    for place, preset in enumerate(row.control.presets):
        centre = EDGE + SWATCH + place * SWATCH_PITCH
        if centre + SWATCH > WIDTH - EDGE:
            break
        is_chosen = preset.name == row.control.value
        _rim(canvas, centre, y, is_chosen=is_chosen)
        first, last = preset.swatch[0], preset.swatch[-1]
        canvas.rounded(_around(centre, y, SWATCH), SWATCH, _rgba(first))
        side_px = round(2 * SWATCH * canvas.scale)
        half = rounded_mask(side_px, side_px, side_px / 2).crop((side_px // 2, 0, side_px, side_px))
        canvas.stencil(half, (centre - SWATCH + side_px // 2 / canvas.scale, y - SWATCH), _rgba(last))
        target = ValueTarget(row.control.key, preset.name)
        hotspots.append(Hotspot(_around(centre, y, SWATCH + 4), target, preset.title, SWATCH + 4))
    return hotspots


def _rim(canvas: PanelCanvas, x: float, y: float, *, is_chosen: bool) -> None:
    if is_chosen:
        canvas.rounded(_around(x, y, SWATCH + 4), SWATCH + 4, ACCENT)
        canvas.rounded(_around(x, y, SWATCH + 2), SWATCH + 2, TRACK)
    else:
        canvas.rounded(_around(x, y, SWATCH + 1), SWATCH + 1, RIM)


def _choice(canvas: PanelCanvas, row: Row, y: float) -> list[Hotspot]:
    hotspots = []
    left = EDGE
    for option in row.control.options:
        width = text_width(option, 13, canvas.scale) + 20
        if left + width > WIDTH - EDGE:
            break
        is_chosen = option == row.control.value
        box = (left, y - 11, left + width, y + 11)
        canvas.rounded(box, 11, ACCENT if is_chosen else KEY_BACK)
        canvas.text((left + width / 2, y), option, 13, ON_ACCENT if is_chosen else TEXT, "mm")
        hotspots.append(Hotspot(box, ValueTarget(row.control.key, option), radius=11))
        left += width + 6
    return hotspots


_DRAWN = {"range": _range, "preset": _preset, "color": _color, "choice": _choice}
"""Type of a control → how it is drawn; each returns what can be clicked."""


def _buttons(canvas: PanelCanvas, top: float) -> list[Hotspot]:
    half = WIDTH / 2
    reset, done = (EDGE, top, half - 5, top + 34), (half + 5, top, WIDTH - EDGE, top + 34)
    canvas.rounded(reset, 12, KEY_BACK)
    canvas.rounded(done, 12, ACCENT)
    canvas.text(((EDGE + half - 5) / 2, top + 17), "Reset", 15, TEXT, "mm")
    canvas.text(((half + 5 + WIDTH - EDGE) / 2, top + 17), "Done", 15, ON_ACCENT, "mm")
    return [
        Hotspot(reset, ResetTarget(), "Reset\tBackspace", 12),
        Hotspot(done, Action.ADJUST, "Done\tA", 12),
    ]


def _around(x: float, y: float, radius: float) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _rgba(color: str) -> Color:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16), 255
