"""Things before one eye: telephones, cups and books, whose colours are not those of the person's skin.

An eye is surrounded by skin. Where its surroundings are something else and those of the other eye are not, something
is before it. Glasses surround both eyes, and masks neither. The far eye of a turned face is at the edge of what is
seen. In harsh light from one side, the shaded half of a face may have other colours than skin, but its eye is seen.
"""

import math

import cv2
import numpy as np

from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.hair import SIDES, near_sides
from arpipe.tracking.occlusion.steady import Hysteresis
from arpipe.tracking.occlusion.zones import HairZones, filled, outline, ramp
from arpipe.types import Points

EYE, AROUND = 0.02, 0.06  # over the crop's side: margins of an eye, and of the skin that surrounds it
# Shares that are not skin, of 110 faces without such a thing: 0.37 at most around one eye, and 0.58 where the skin in a
# mask and a hood was mistaken around both. Around the eye behind a thing of another colour, they are 0.65 to 0.8.
FREE_EYE, HIDDEN_EYE = 0.58, 0.68
FREE_OTHER, HIDDEN_OTHER = 0.25, 0.45
# How much darker the darkest part of an eye is than what surrounds it, as a difference of logarithms: at most 0.01 for
# half of the things, and 0.27 or more in the seven of 342 faces whose shaded half does not look like skin.
NO_EYE, SEEN_EYE = 0.12, 0.25
DARK_PART = 0.3  # of an eye: iris and lashes
DARKEST = 4.0  # added to 8-bit levels, whose noise would count otherwise
# Seconds after which the colours before an eye are learnt as skin all the same: the light may have changed.
LEARN_AGAIN_S = 10.0
MIN_PIXELS = 20  # of an eye's surroundings, fewer of which are in view on a side that is turned away


class ThingsBeforeEyes:
    """What is before one eye of a face of a stream.

    Attributes:
        unlike_skin: (h, h) float32, 1 where no skin should be learnt from the next frame; None for nowhere.
    """

    def __init__(self) -> None:
        self._sides = (Hysteresis(), Hysteresis())
        self._since_s: float | None = None
        self.unlike_skin: Points | None = None

    def update(self, skin: Points, crop: CroppedFace, zones: HairZones, time_s: float) -> Points | None:
        """Return (h, h) float32, 1 on a thing before an eye; None if there is none.

        Args:
            skin: (h, h) float32 probabilities.
            crop: The face at half the resolution, as for `zones`.
            zones: Where hair may hang before it.
            time_s: Time of the frame.
        """
        left, right = (_strangeness(skin, crop, zones, side) for side in SIDES)
        found: Points | None = None
        for side, view, decision, share, other in zip(
            SIDES, near_sides(crop), self._sides, (left, right), (right, left), strict=True
        ):
            evidence = ramp(share, FREE_EYE, HIDDEN_EYE) * (1.0 - ramp(other, FREE_OTHER, HIDDEN_OTHER))
            if evidence > 0.0:
                evidence *= 1.0 - ramp(_darkness(crop, side), NO_EYE, SEEN_EYE)
            certainty = decision.update(view * evidence, time_s)
            if certainty > 0.0:
                thing = np.float32(certainty) * _thing(skin, crop, zones, side)
                found = thing if found is None else np.maximum(found, thing)
        self._note_new(found, time_s)
        return found

    def _note_new(self, found: Points | None, time_s: float) -> None:
        if found is None:
            self._since_s = None
        elif self._since_s is None:
            self._since_s = time_s
        is_new = self._since_s is not None and time_s - self._since_s < LEARN_AGAIN_S
        self.unlike_skin = found if is_new else None


def _darkness(crop: CroppedFace, side: str) -> float:
    """Return by how much the dark part of an eye is darker than what surrounds it; 0 if too little of it is in view."""
    luma = cv2.cvtColor(np.ascontiguousarray(crop.pixels), cv2.COLOR_RGB2GRAY)
    eye = [outline(crop.region(f"{side}_eye"))]
    inside = (filled(luma.shape, eye, 0.0) > 0.5) & crop.seen
    around = filled(luma.shape, eye, AROUND * crop.side) - filled(luma.shape, eye, EYE * crop.side)
    ring = (around > 0.5) & crop.seen
    if not (inside.any() and ring.any()):
        return 0.0
    dark, usual = float(np.quantile(luma[inside], DARK_PART)), float(np.median(luma[ring]))
    return math.log((usual + DARKEST) / (dark + DARKEST))


def _strangeness(skin: Points, crop: CroppedFace, zones: HairZones, side: str) -> float:
    """Return the share of what surrounds an eye that is not skin; 0 if too little of it is in view."""
    eye = [outline(crop.region(f"{side}_eye"))]
    around = filled(skin.shape, eye, AROUND * crop.side) - filled(skin.shape, eye, EYE * crop.side)
    around *= zones.face * (1 - zones.features) * crop.seen
    total = float(around.sum())
    return 1.0 - float((around * skin).sum()) / total if total >= MIN_PIXELS else 0.0


def _thing(skin: Points, crop: CroppedFace, zones: HairZones, side: str) -> Points:
    """Return (h, h) float32, 1 on what is not skin and connected with an eye, up to the other one."""
    own, other = (crop.region(f"{each}_eye") for each in (side, "right" if side == "left" else "left"))
    strange = (skin < 0.5).astype(np.uint8)
    strange[: zones.top_row] = 0
    features = filled(skin.shape, [outline(own)], EYE * crop.side) > 0.5
    strange[features] = 1
    end = min(max(round(float(other[:, 0].min() if side == "right" else other[:, 0].max())), 0), crop.side)
    strange[:, slice(end, None) if side == "right" else slice(0, end)] = 0
    _, labels = cv2.connectedComponents(strange)
    label = int(np.bincount(labels[features & (strange > 0)], minlength=1).argmax())
    return np.asarray(labels == label, np.float32) if label else np.zeros(skin.shape, np.float32)
