"""Masks that hold still where the picture does, and follow at once where it moves."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.models.segmentation import PersonMask
from arpipe.types import Points

MEMORY_S = 0.25  # a still picture's mask is a mean over about so long
FORGET_S = 1.0  # older masks say nothing about this frame
WINDOW = 5  # px at the network's size over which change is averaged: sensor noise cancels, edges do not
STILL, MOVING = 2.5, 9.0  # grey levels of change that count as noise, and as motion for sure


@dataclass(frozen=True, slots=True, eq=False)
class SteadyMask:
    """A steadied mask.

    Attributes:
        probability: (h', w') float32 in [0, 1].
        share: (h', w') float32 in (0, 1]: how much of the newest mask went into it, 1 where somebody moved; None
            where there is nothing older.
    """

    probability: Points
    share: Points | None


class MaskSteadier:
    """A running mean of masks that lasts only as long as the picture under it stays the same.

    Each pixel keeps a mean of the picture beside its mean of the mask, updated by the same share. Where the
    picture leaves that mean, somebody has moved: the mask is taken new there, so nothing trails behind. A motion
    too slow to see from frame to frame still adds up against the mean.
    """

    def __init__(self) -> None:
        self._mask: Points | None = None
        self._picture: Points | None = None
        self._seen_s = 0.0

    def update(self, mask: PersonMask, captured_s: float) -> SteadyMask:
        """The mask with what came before it.

        Args:
            mask: The next one of the stream.
            captured_s: Its frame's time; one that runs back, or a long gap, begins anew.
        """
        picture = mask.seen.astype(np.float32)
        passed_s = captured_s - self._seen_s
        self._seen_s = captured_s
        known = self._mask is not None and self._mask.shape == mask.probability.shape
        if self._mask is None or self._picture is None or not known or not 0.0 < passed_s <= FORGET_S:
            self._mask, self._picture = mask.probability, picture
            return SteadyMask(self._mask, None)
        change = cv2.subtract(picture, self._picture)
        red, green, blue = (np.abs(plane) for plane in cv2.split(cv2.blur(change, (WINDOW, WINDOW))))
        most = np.maximum(np.maximum(red, green), blue)
        moved = np.clip((most - STILL) * np.float32(1.0 / (MOVING - STILL)), 0.0, 1.0)
        least = 1.0 - math.exp(-passed_s / MEMORY_S)
        share: Points = (least + (1.0 - least) * moved).astype(np.float32)
        self._mask = self._mask + share * (mask.probability - self._mask)
        self._picture = np.asarray(
            cv2.add(self._picture, cv2.multiply(change, cv2.merge([share] * 3))), np.float32
        )
        return SteadyMask(self._mask, share)

    def reset(self) -> None:
        """Forget: the next mask begins another stream."""
        self._mask = self._picture = None
