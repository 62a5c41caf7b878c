"""What the mouse does in a window."""

from dataclasses import dataclass
from typing import Literal

PointerKind = Literal["move", "press", "release", "wheel", "leave"]


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """An event of the mouse.

    Attributes:
        kind: What happened; presses and releases are of the left button.
        at_px: Where the pointer is, px of the framebuffer from its left upper corner.
        steps: Steps of the wheel; positive away from the user.
    """

    kind: PointerKind
    at_px: tuple[float, float]
    steps: float = 0.0
