"""What a person should know about the picture, in words."""

import time

import cv2

from arpipe.apps.stream.capture import CaptureState
from arpipe.timing import Clock
from arpipe.types import FrameResult, Pixels

DARK_LEVEL = 38.0  # mean grey value below which skin drowns in noise; a dim living room is near 60
LONELY_S = 1.0  # without anybody: a moment's loss is no news
CHECK_EVERY = 10  # frames
SOUGHT = {"face": "a face", "iris": "a face", "body": "a person", "hands": "a hand"}
"""What effects need → what a person is told while it is missing; who shows no face still has a background."""


class Hints:
    """Watches results and says what matters most now.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._last_seen_s = clock()
        self._count = 0
        self._brightness = 255.0
        self._faces = 0
        self._sought = ""

    def observe(self, result: FrameResult, needs: frozenset[str] = frozenset()) -> None:
        """Take in a result.

        Args:
            result: The newest one.
            needs: What effects and configuration ask of perception; faces are looked for when it is empty.
        """
        self._faces = len(result.faces)
        self._sought = next(
            (name for need, name in SOUGHT.items() if need in needs), "" if needs else "a face"
        )
        if result.faces or result.bodies or result.hands:
            self._last_seen_s = self._clock()
        if self._count % CHECK_EVERY == 0:
            self._brightness = brightness(result.frame.pixels)
        self._count += 1

    def text(self, state: CaptureState) -> str:
        """One short sentence, or "" when all is well."""
        if state == "opening":
            return "Opening the camera …"
        if state == "failed":
            return "The camera does not answer; trying again …"
        if self._brightness < DARK_LEVEL:
            return "It is too dark: turn on a light or face a window"
        if self._sought and self._clock() - self._last_seen_s > LONELY_S:
            return f"Looking for {self._sought} …"
        if self._faces > 1:
            return "Two faces: both wear it" if self._faces == 2 else f"{self._faces} faces: all wear it"
        return ""


def brightness(pixels: Pixels) -> float:
    """Mean grey value, 0 to 255, from every eighth pixel."""
    return float(cv2.cvtColor(pixels[::8, ::8].copy(), cv2.COLOR_RGB2GRAY).mean())
