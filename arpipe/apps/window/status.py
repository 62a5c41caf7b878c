"""The status line: what the user should know about the camera and the picture."""

import time
from collections.abc import Set as AbstractSet

import cv2

from arpipe.apps.stream.capture import CaptureState
from arpipe.needs import Need
from arpipe.timing import Clock
from arpipe.types import FrameResult, Pixels

DARK_LEVEL = 38.0  # mean grey value below which noise hides the skin; a dim living room is near 60
MISSING_S = 1.0  # time without any detection before it is mentioned; shorter gaps are normal
BRIGHTNESS_INTERVAL = 10  # frames
SUBJECTS = {Need.FACE: "a face", Need.IRIS: "a face", Need.BODY: "a person", Need.HANDS: "a hand"}
"""Need → name of the subject in messages. The mask is not listed: a background needs nobody in front of it."""


class StatusLine:
    """Follows results and picks the most important message.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._detected_s = clock()
        self._count = 0
        self._brightness = 255.0
        self._faces = 0
        self._wears_glasses = False
        self._subject = ""

    def observe(self, result: FrameResult, needs: AbstractSet[str] = frozenset()) -> None:
        """Take a result into account.

        Args:
            result: The latest result.
            needs: What effects and configuration ask of perception; an empty set stands for faces.
        """
        self._faces = len(result.faces)
        self._wears_glasses = bool(needs) and any(face.wears_glasses for face in result.faces)
        self._subject = next(
            (name for need, name in SUBJECTS.items() if need in needs), "" if needs else "a face"
        )
        if any(result.tracked().values()):
            self._detected_s = self._clock()
        if self._count % BRIGHTNESS_INTERVAL == 0:
            self._brightness = brightness(result.frame.pixels)
        self._count += 1

    def text(self, state: CaptureState) -> str:
        """Return the message, one short sentence, or "" if everything is fine."""
        if state == "opening":
            return "Opening the camera …"
        if state == "failed":
            return "The camera does not respond; trying again …"
        if self._brightness < DARK_LEVEL:
            return "Too dark: turn on a light or face a window"
        if self._subject and self._clock() - self._detected_s > MISSING_S:
            return f"Looking for {self._subject} …"
        if self._wears_glasses:
            return "Take your glasses off for a true picture"
        if self._faces > 1:
            return (
                "Two faces: effects on both" if self._faces == 2 else f"{self._faces} faces: effects on all"
            )
        return ""


def brightness(pixels: Pixels) -> float:
    """Return the mean grey value, 0 to 255, of every eighth pixel."""
    return float(cv2.cvtColor(pixels[::8, ::8].copy(), cv2.COLOR_RGB2GRAY).mean())
