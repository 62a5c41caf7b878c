"""Keeps masks still where the picture is still, and lets them follow at once where it moves."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.models.segmentation import PersonMask
from arpipe.types import Points

MEMORY_S = 0.25  # time over which the mask of a still picture is averaged, about
FORGET_S = 1.0  # older masks are not used
WINDOW = 5  # px at the network's size over which change is averaged: sensor noise cancels out, edges do not
STILL, MOVING = 2.5, 9.0  # grey levels of change that count as noise, and that certainly are motion


@dataclass(frozen=True, slots=True, eq=False)
class SteadyMask:
    """A steadied mask.

    Attributes:
        probability: (h', w') float32 in [0, 1].
        share: (h', w') float32 in (0, 1]: weight of the newest mask in it, 1 where somebody moved; None for the first
            mask.
    """

    probability: Points
    share: Points | None


class MaskSteadier:
    """A running mean of masks that lasts only as long as the picture stays the same.

    Each pixel keeps a mean of the picture along with its mean of the mask, updated with the same weight. Where the
    picture departs from that mean, somebody has moved, and the new mask replaces the mean, so nothing trails behind.
    Motion that is too slow to notice from frame to frame still adds up against the mean.
    """

    def __init__(self) -> None:
        self._mask: Points | None = None
        self._picture: Points | None = None
        self._seen_s = 0.0

    def update(self, mask: PersonMask, captured_s: float) -> SteadyMask:
        """Average a mask with those before it.

        Args:
            mask: The next mask of the stream.
            captured_s: Time of its frame; a time that runs backwards, or a long gap, restarts the mean.
        """
        picture = mask.picture.astype(np.float32)
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
        """Forget everything: the next mask begins another stream."""
        self._mask = self._picture = None
