"""Keys and their meanings."""

import glfw

from arpipe.controls.actions import Action

KEYS: dict[int, Action] = {
    glfw.KEY_SPACE: Action.PAUSE,
    glfw.KEY_R: Action.RECORD,
    glfw.KEY_S: Action.SNAPSHOT,
    glfw.KEY_LEFT: Action.PREVIOUS,
    glfw.KEY_RIGHT: Action.NEXT,
    glfw.KEY_0: Action.NONE,
    glfw.KEY_B: Action.BACKGROUND,
    glfw.KEY_M: Action.MIRROR,
    glfw.KEY_D: Action.DEBUG,
    glfw.KEY_P: Action.PROFILE,
    glfw.KEY_E: Action.EXPRESSIONS,
    glfw.KEY_N: Action.NEUTRAL,
    glfw.KEY_F: Action.FULL_SCREEN,
    glfw.KEY_H: Action.HELP,
    glfw.KEY_A: Action.ADJUST,
    glfw.KEY_Q: Action.QUIT,
    glfw.KEY_ESCAPE: Action.BACK,
}
"""Key → action. Keys 1 to 9 select effects, and `adjustments.KEYS` take precedence while adjusting."""

HELP: tuple[tuple[str, str], ...] = (
    ("Left  Right  1-9", "choose an effect, 0 for none"),
    ("A", "adjust it: sliders, colours, arrow keys"),
    ("Wheel  Drag", "size or strength, and position"),
    ("S", "snapshot"),
    ("R", "start or stop recording"),
    ("B", "next background"),
    ("Space", "pause"),
    ("M", "mirror"),
    ("D", "mesh and axes"),
    ("P", "stage timings"),
    ("E", "expressions and gestures"),
    ("N", "learn the neutral face again"),
    ("F  Double-click", "full screen"),
    ("H", "this help"),
    ("Esc", "back, then quit"),
    ("Q", "quit"),
)
"""Keys and actions as shown in the help."""

REPEATABLE = {Action.PREVIOUS, Action.NEXT}
"""Actions that repeat while the key is held."""


def digit(code: int) -> int | None:
    """Return 1 to 9 for these keys, and None for any other."""
    return code - glfw.KEY_0 if glfw.KEY_1 <= code <= glfw.KEY_9 else None


ADJUST_KEYS: dict[str, str] = {
    "scale": "+  -",
    "right_mm": "Left  Right",
    "up_mm": "Up  Down",
    "forward_mm": "Page Up  Down",
    "tilt_deg": "Comma  Full stop",
}
"""Field of `UserAdjustment` → keys that change it while adjusting."""

YES_KEYS = frozenset({glfw.KEY_ENTER, glfw.KEY_KP_ENTER, glfw.KEY_Y, glfw.KEY_Q})
"""Keys that confirm a question; all others deny it."""
