"""What a person should know about the picture, in words."""

import time

import cv2

from arpipe.apps.live.capture import CaptureState
from arpipe.timing import Clock
from arpipe.types import FrameResult, Pixels

DARK_LEVEL = 38.0  # mean grey value below which skin drowns in noise; a dim living room is near 60
LONELY_S = 1.0  # without a face: a moment's loss is no news
CHECK_EVERY = 10  # frames


class Hints:
    """Watches results and says what matters most now.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._last_face_s = clock()
        self._count = 0
        self._brightness = 255.0
        self._faces = 0

    def observe(self, result: FrameResult) -> None:
        """Take in a result."""
        self._faces = len(result.faces)
        if result.faces:
            self._last_face_s = self._clock()
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
        if not self._faces and self._clock() - self._last_face_s > LONELY_S:
            return "Looking for a face …"
        if self._faces > 1:
            return "Two faces: both wear it" if self._faces == 2 else f"{self._faces} faces: all wear it"
        return ""


def brightness(pixels: Pixels) -> float:
    """Mean grey value, 0 to 255, from every eighth pixel."""
    return float(cv2.cvtColor(pixels[::8, ::8].copy(), cv2.COLOR_RGB2GRAY).mean())
