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
    ("Left  Right  1-9", "select an effect, 0 for none"),
    ("A", "adjust the glasses"),
    ("S", "snapshot"),
    ("R", "start or stop recording"),
    ("Space", "pause"),
    ("M", "mirror"),
    ("D", "mesh and axes"),
    ("P", "stage timings"),
    ("E", "expressions and gestures"),
    ("N", "learn the neutral face again"),
    ("F", "full screen"),
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


ADJUST_HELP: tuple[tuple[str, str], ...] = (
    ("Left  Right", "sideways {right_mm:+.1f} mm"),
    ("Up  Down", "up {up_mm:+.1f} mm"),
    ("Page Up  Down", "forward {forward_mm:+.1f} mm"),
    ("+  -", "size {scale:.0%}"),
    (",  .", "tilt {tilt_deg:+.1f}°"),
    ("Backspace", "reset"),
    ("A", "done"),
)
"""Keys while adjusting, and the adjustment so far."""
