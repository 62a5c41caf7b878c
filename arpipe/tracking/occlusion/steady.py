"""Keeps mattes still where the crop is still, and decisions from alternating."""

import math

import cv2
import numpy as np

from arpipe.types import Pixels, Points

MEMORY_S = 0.3  # over which the matte of a still face is averaged
FORGET_S = 0.7  # older mattes are not used
WINDOW = 3  # px of the picture over which change is averaged: noise cancels out, edges do not
STILL, MOVING = 0.012, 0.05  # change of lightness that counts as noise, and that certainly is motion
DECIDE_S = 0.25  # in which a decision takes effect
LOW, HIGH = 0.4, 0.6  # evidence at which a decision changes


class PlaneSteadier:
    """A running mean of maps that lasts only as long as the picture under them stays the same.

    Attributes:
        moved: Share of the last picture that certainly had changed.
    """

    def __init__(self) -> None:
        self._planes: tuple[Points, ...] = ()
        self._picture: Points | None = None
        self._seen_s = 0.0
        self.moved = 0.0

    def update(self, planes: tuple[Points, ...], lightness: Pixels, time_s: float) -> tuple[Points, ...]:
        """Average maps with those before them.

        Args:
            planes: (s, s) float32; another number of them starts anew.
            lightness: (s/2, s/2) uint8 of the picture under them.
            time_s: Time of the frame.
        """
        picture = np.asarray(lightness * np.float32(1.0 / 255.0), np.float32)
        passed_s, self._seen_s = time_s - self._seen_s, time_s
        has_others = len(planes) != len(self._planes)
        if self._picture is None or has_others or not 0.0 < passed_s <= FORGET_S:
            self._planes, self._picture = planes, picture
            return planes
        change = cv2.blur(picture - self._picture, (WINDOW, WINDOW))
        moved = np.clip((np.abs(change) - STILL) * np.float32(1.0 / (MOVING - STILL)), 0.0, 1.0)
        self.moved = float(moved.mean())
        least = np.float32(1.0 - math.exp(-passed_s / MEMORY_S))
        share = least + (1 - least) * moved
        self._picture = self._picture + share * (picture - self._picture)
        side = len(planes[0])
        share = np.asarray(cv2.resize(share, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)
        self._planes = tuple(
            before + share * (now - before) for before, now in zip(self._planes, planes, strict=True)
        )
        return self._planes


class Hysteresis:
    """A choice between 0 and 1 that needs clear evidence to change, and changes gradually."""

    def __init__(self) -> None:
        self._goal = self._value = -1.0
        self._seen_s = 0.0

    def update(self, evidence: float, time_s: float) -> float:
        """Take in evidence in [0, 1] and return the choice, in [0, 1]."""
        passed_s, self._seen_s = time_s - self._seen_s, time_s
        if self._goal < 0.0:
            self._goal = self._value = float(evidence > (LOW + HIGH) / 2.0)
            return self._value
        if evidence > HIGH or evidence < LOW:
            self._goal = float(evidence > HIGH)
        step = max(passed_s, 0.0) / DECIDE_S
        self._value += min(max(self._goal - self._value, -step), step)
        return self._value
