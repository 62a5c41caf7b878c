"""The toolbar: one button for each common action."""

from collections.abc import Set
from dataclasses import dataclass

from arpipe.apps.window.canvas import ACCENT, ALARM, FAINT, KEY_BACK, TEXT, PanelCanvas, text_width
from arpipe.apps.window.icons import icon_mask
from arpipe.apps.window.placement import Hotspot, Sheet
from arpipe.controls.actions import Action

BUTTON, GAP, PAD, ICON = 44.0, 4.0, 7.0, 24.0
WIDTH = BUTTON + 2 * PAD
TIP_BACK = (24, 27, 33, 244)


@dataclass(frozen=True, slots=True)
class Button:
    """A button.

    Attributes:
        action: What it does.
        icon, label: How it looks, and what its tooltip says.
        active_icon, active_label: The same while its state is on.
        key: The key that does the same.
    """

    action: Action
    icon: str
    label: str
    active_icon: str
    active_label: str
    key: str


BUTTONS: tuple[Button, ...] = (
    Button(Action.SNAPSHOT, "camera", "Snapshot", "camera", "Snapshot", "S"),
    Button(Action.RECORD, "record", "Record", "stop", "Stop recording", "R"),
    Button(Action.BACKGROUND, "background", "Background", "background", "Next background", "B"),
    Button(Action.ADJUST, "adjust", "Adjust", "adjust", "Done", "A"),
    Button(Action.MIRROR, "mirror", "Mirror", "mirror", "Do not mirror", "M"),
    Button(Action.PAUSE, "pause", "Pause", "play", "Continue", "Space"),
    Button(Action.FULL_SCREEN, "full_screen", "Full screen", "full_screen", "Leave full screen", "F"),
    Button(Action.HELP, "help", "All keys", "help", "Close", "H"),
)


def toolbar(active: Set[Action], scale: float) -> Sheet:
    """Draw the toolbar.

    Args:
        active: Actions whose state is on, such as MIRROR while the picture is mirrored.
        scale: Pixels per unit.
    """
    canvas = PanelCanvas(WIDTH, 2 * PAD + len(BUTTONS) * (BUTTON + GAP) - GAP, scale, 20)
    hotspots = []
    inset = (BUTTON - ICON) / 2
    for place, button in enumerate(BUTTONS):
        is_on = button.action in active
        left, top = PAD, PAD + place * (BUTTON + GAP)
        box = (left, top, left + BUTTON, top + BUTTON)
        mask = icon_mask(button.active_icon if is_on else button.icon, round(ICON * scale))
        color = ALARM if button.action is Action.RECORD else ACCENT if is_on else TEXT
        canvas.stencil(mask, (left + inset, top + inset), color)
        label = button.active_label if is_on else button.label
        hotspots.append(Hotspot(box, button.action, f"{label}\t{button.key}", 14))
    return Sheet(canvas.finish(), tuple(hotspots))


def tooltip(label: str, scale: float) -> Sheet:
    """Draw a tooltip: a text, and after a tab the key that does the same."""
    text, _, key = label.partition("\t")
    width = text_width(text, 15, scale)
    key_width = text_width(key, 13, scale) + 14 if key else 0.0
    canvas = PanelCanvas(width + 28 + (key_width + 10 if key else 0), 34, scale, 12, TIP_BACK)
    canvas.text((14, 17), text, 15)
    if key:
        left = 24 + width
        canvas.rounded((left, 7, left + key_width, 27), 6, KEY_BACK)
        canvas.text((left + key_width / 2, 17), key, 13, FAINT, "mm")
    return Sheet(canvas.finish())
