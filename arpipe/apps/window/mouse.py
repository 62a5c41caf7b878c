"""What the mouse does: hovering, clicking, dragging and the wheel."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from arpipe.apps.window.canvas import Box
from arpipe.apps.window.dragging import drag_steps
from arpipe.apps.window.hud import Hud
from arpipe.apps.window.parameters import primary_row
from arpipe.apps.window.placement import (
    Hit,
    PlacedPanel,
    ResetTarget,
    SliderTarget,
    Target,
    TileTarget,
    ValueTarget,
    hit,
)
from arpipe.apps.window.pointer import PointerEvent
from arpipe.apps.window.sliders import Row, next_hue, shown_value, step_of, value_at
from arpipe.apps.window.try_on import TryOn
from arpipe.controls.actions import Action
from arpipe.timing import Clock
from arpipe.types import FrameResult

DRAG_UNITS = 4.0  # movement from which on a press is a drag
DOUBLE_CLICK_S = 0.4


@dataclass(frozen=True, slots=True)
class WindowView:
    """What is in the window.

    Attributes:
        panels: The panels, lowest first.
        size_px: Size of the window.
        scale: Pixels per unit.
        picture_px: Place of the picture in the window, None without one.
        result: Result of the picture, None without one.
        mirrored: Whether the picture is mirrored.
    """

    panels: Mapping[str, PlacedPanel] = field(default_factory=dict)
    size_px: tuple[int, int] = (1, 1)
    scale: float = 1.0
    picture_px: Box | None = None
    result: FrameResult | None = None
    mirrored: bool = False


@dataclass(slots=True)
class _Press:
    """A button that is held: where, on what, and whether it became a drag."""

    at_px: tuple[float, float]
    hit: Hit | None
    is_drag: bool = False


class Mouse:
    """Carries out what the mouse asks for.

    Args:
        hud: The panels.
        try_on: The selected effects.
        act: Carries out an action.
        clock: Monotonic seconds.

    Attributes:
        at_px: Where the pointer is; None outside the window.
    """

    def __init__(
        self, hud: Hud, try_on: TryOn, act: Callable[[Action], None], clock: Clock = time.monotonic
    ) -> None:
        self.at_px: tuple[float, float] | None = None
        self._hud, self._try_on, self._act, self._clock = hud, try_on, act, clock
        self._press: _Press | None = None
        self._clicked_s = float("-inf")
        self._turned = 0.0

    @property
    def is_sliding(self) -> bool:
        """Whether a slider is held."""
        found = None if self._press is None or self._press.hit is None else self._press.hit.hotspot
        return found is not None and isinstance(found.target, SliderTarget)

    def handle(self, event: PointerEvent, view: WindowView) -> bool:
        """Act on an event; returns whether effects may have changed."""
        before, self.at_px = self.at_px, None if event.kind == "leave" else event.at_px
        if self.at_px is None:
            return False
        self._hud.bars.wake()
        found = self.hit(view)
        if event.kind == "wheel":
            self._turn(event.steps, found)
        elif event.kind == "press":
            self._press = _Press(self.at_px, found)
            self._slide(found)
        elif event.kind == "release":
            self._release(found)
        elif self._press is not None:
            self._drag(self._press, before or self.at_px, view)
        return event.kind != "move" or self._press is not None

    def hit(self, view: WindowView) -> Hit | None:
        """Return what lies below the pointer now, or None for the picture."""
        return None if self.at_px is None else hit(view.panels, view.size_px, view.scale, self.at_px)

    def _release(self, found: Hit | None) -> None:
        press, self._press = self._press, None
        if press is None or press.is_drag:
            return
        if found is None and press.hit is None:
            self._click_picture()
        elif found is not None and found.hotspot is not None and _is_on(press.hit, found):
            self._click(found.hotspot.target)

    def _click_picture(self) -> None:
        """Close what covers the picture; twice in a row, switch to full screen."""
        now_s = self._clock()
        if self._hud.is_modal:
            self._act(Action.BACK)
        elif now_s - self._clicked_s < DOUBLE_CLICK_S:
            self._clicked_s = float("-inf")
            self._act(Action.FULL_SCREEN)
        else:
            self._clicked_s = now_s

    def _click(self, target: Target) -> None:
        match target:
            case TileTarget(index):
                self._try_on.select(index)
            case ValueTarget(key, value):
                self._try_on.set_value(key, value)
            case ResetTarget():
                self._try_on.reset()
            case Action():
                self._act(target)

    def _drag(self, press: _Press, before_px: tuple[float, float], view: WindowView) -> None:
        """Move a slider, or the glasses in the picture."""
        if self.at_px is None:
            return
        if press.hit is not None:
            self._slide(press.hit)
            return
        way = max(abs(self.at_px[0] - press.at_px[0]), abs(self.at_px[1] - press.at_px[1]))
        if not press.is_drag and way < DRAG_UNITS * view.scale:
            return
        since_px = before_px if press.is_drag else press.at_px
        press.is_drag = True
        self._pull((self.at_px[0] - since_px[0], self.at_px[1] - since_px[1]), view)

    def _pull(self, delta_px: tuple[float, float], view: WindowView) -> None:
        """Move the selected glasses with the pointer; `delta_px` is in the window."""
        if view.picture_px is None or view.result is None or self._hud.is_modal:
            return
        if not self._try_on.can_be_moved:
            return
        left, _, right, _ = view.picture_px
        per_px = view.result.frame.width / (right - left)
        across = -delta_px[0] if view.mirrored else delta_px[0]
        steps = drag_steps(view.result, (across * per_px, delta_px[1] * per_px))
        if steps:
            self._try_on.move(**steps)

    def _slide(self, found: Hit | None) -> None:
        """Set the value of the slider that was pressed to the place of the pointer."""
        if found is None or found.hotspot is None or self.at_px is None:
            return
        if isinstance(found.hotspot.target, SliderTarget):
            row = self._row(found.hotspot.target.key)
            left, _, right, _ = found.box_px
            if row is not None:
                value = value_at(row.control, (self.at_px[0] - left) / (right - left))
                self._try_on.set_value(row.control.key, value)

    def _turn(self, steps: float, found: Hit | None) -> None:
        """Act on the wheel: over the carousel, over a parameter, or over the picture."""
        panel = "" if found is None else found.panel
        if panel == "carousel":
            self._hud.bars.scroll(-self._whole(steps))
        elif panel == "adjust" and found is not None:
            self._turn_row(steps, None if found.hotspot is None else found.hotspot.target)
        elif found is None and not self._hud.is_modal:
            row = primary_row(self._try_on.rows)
            if row is not None:
                self._turn_range(row, steps)

    def _turn_row(self, steps: float, target: Target | None) -> None:
        row = self._row(target.key) if isinstance(target, SliderTarget | ValueTarget) else None
        if row is not None and row.control.type == "range":
            self._turn_range(row, steps)
        elif row is not None and row.control.type == "color":
            color = row.control.value
            start = color if isinstance(color, str) else row.palette[0]
            self._try_on.set_value(row.control.key, next_hue(start, steps))
        else:
            self._hud.scroll_rows(-self._whole(steps), len(self._try_on.rows))

    def _turn_range(self, row: Row, steps: float) -> None:
        self._try_on.set_value(row.control.key, step_of(row.control, steps))
        now = self._row(row.control.key) or row
        self._hud.say(f"{now.control.label}: {shown_value(now.control)}")

    def _row(self, key: str) -> Row | None:
        return next((row for row in self._try_on.rows if row.control.key == key), None)

    def _whole(self, steps: float) -> int:
        """Return whole steps; touchpads send fractions of them."""
        self._turned += steps
        whole = int(self._turned)
        self._turned -= whole
        return whole


def _is_on(pressed: Hit | None, found: Hit) -> bool:
    """Whether the button was pressed on the part that lies below the pointer now."""
    return pressed is not None and pressed.hotspot == found.hotspot
