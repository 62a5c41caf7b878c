"""Whether a mouth is seen, or covered by a mask, by how lips differ from what surrounds them."""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.geometry.quantiles import median
from arpipe.preprocess.lab import lab_of
from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.hues import hue_distance, hues
from arpipe.tracking.occlusion.moustache import NO_MOUSTACHE, Moustache, find_moustache
from arpipe.tracking.occlusion.steady import Hysteresis
from arpipe.tracking.occlusion.zones import filled, ramp
from arpipe.types import Points

RING_FROM, RING_TO = 0.02, 0.07  # over the crop's side: skin around lips, beyond their soft outline
SEAM_PX = 0.8  # half the width of the line between the lips
SKIN_RING, MASK_RING = 18.0, 28.0  # distance of the ring's hue from the skin's
# What lips show against skin around them, of which one is enough: redness, a difference in lightness, a dark seam, or
# contrast. Of 26 bare mouths, each shows twice one of these; a white mask on pale skin shows 0.0, 1.6, -1.9 and 6.3.
REDDER, DARKER, SEAM, CONTRAST = 1.5, 8.0, 6.0, 10.0
PLAIN_CONTRAST = 8.0  # of a cloth's own folds
MASK_RED, LIPS_RED = (
    2.0,
    3.5,
)  # redness over a ring that is no skin: of a mask's folds, and of lips in a beard
MASK_NEARER, LIPS_NEARER = 6.0, 12.0  # by how much lips are nearer to the skin than such a ring
LIP_HUE, OTHER_HUE = 24.0, 36.0  # distance from the lips' own hue, of lips and of other things
MIN_PIXELS = 12
LOOK_EVERY, LOOK_AT = 4, 2  # looks at the face, and which of them: colours are learnt in others

Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class MouthEvidence:
    """What is seen of a mouth.

    Attributes:
        seen: In [0, 1], how certainly it is not covered.
        hue: (3,) median hue of the lips; None if they are turned away or too small.
        moustache: What hangs over them.
    """

    seen: float
    hue: Points | None
    moustache: Moustache = NO_MOUSTACHE


@dataclass(frozen=True, slots=True, eq=False)
class SeenLips:
    """Lips that are seen.

    Attributes:
        presence: 0 while the mouth is covered, 1 while it is not.
        window: Rows and columns of the crop around the lips.
        alike: (h, w) float32 for the window, 1 where the colour is that of the lips.
        between: (h, w) float32 for the window, 1 between the lips.
        free: (h, w) float32 for the window, 0 under a moustache.
    """

    presence: np.float32
    window: Window
    alike: Points
    between: Points
    free: Points


class Mouth:
    """The mouth of one face of a stream."""

    def __init__(self) -> None:
        self._decision = Hysteresis()
        self._evidence = MouthEvidence(1.0, None)
        self._age = 0

    def update(
        self, usual_skin: Points, crop: CroppedFace, time_s: float, seen: float | None = None
    ) -> SeenLips:
        """Return what is seen of the lips in the next crop.

        Args:
            usual_skin: As for `look_at_mouth`.
            crop: The face.
            time_s: Time of the frame.
            seen: In [0, 1], how certainly the mouth is not covered, if that is known; None to go by colours.
        """
        if self._age == 0 or self._age % LOOK_EVERY == LOOK_AT:
            self._evidence = look_at_mouth(usual_skin, crop)
        self._age += 1
        presence = np.float32(self._decision.update(self._evidence.seen if seen is None else seen, time_s))
        window, corner = _window(crop)
        lab = lab_of(crop.pixels[window])
        if self._evidence.hue is None:
            everywhere = np.ones(lab.shape[:2], np.float32)
            return SeenLips(presence, window, everywhere, everywhere, everywhere)
        apart = OTHER_HUE - hue_distance(hues(lab), self._evidence.hue)
        alike = np.clip(apart * np.float32(1.0 / (OTHER_HUE - LIP_HUE)), 0.0, 1.0)
        inner = crop.region("lips_inner") - corner
        teeth = filled(alike.shape, [inner], 0.0)
        opening = float(np.ptp(inner[:, 1]) / max(np.ptp(inner[:, 0]), 1.0))
        free = 1 - self._evidence.moustache.cover(lab[..., 0], teeth, opening)
        return SeenLips(presence, window, alike, teeth, free)


def look_at_mouth(usual_skin: Points, crop: CroppedFace) -> MouthEvidence:
    """Return what is seen of the mouth of a face.

    Args:
        usual_skin: (3,) hue of the person's skin.
        crop: The face.
    """
    window, corner = _window(crop)
    lab = lab_of(crop.pixels[window])
    colors, lightness = hues(lab), lab[..., 0].astype(np.float32)
    outer, inner = crop.region("lips_outer") - corner, crop.region("lips_inner") - corner
    shape, side = lightness.shape, crop.side
    lips = (filled(shape, [outer], 0.0) - filled(shape, [inner], 0.0)) > 0.5
    ring = (filled(shape, [outer], RING_TO * side) - filled(shape, [outer], RING_FROM * side)) > 0.5
    ring &= crop.seen[window]
    if lips.sum() < MIN_PIXELS or ring.sum() < MIN_PIXELS:
        return MouthEvidence(1.0, None)
    middle, around = median(colors[:, lips]), median(colors[:, ring])
    redder, level = float(middle[1] - around[1]), float(lightness[lips].mean())
    seam = filled(shape, [inner], SEAM_PX) > 0.5
    distinct = max(
        redder / REDDER,
        abs(level - float(lightness[ring].mean())) / DARKER,
        (level - float(lightness[seam].mean())) / SEAM if seam.any() else 0.0,
        (float(lightness[lips].std()) - PLAIN_CONTRAST) / CONTRAST,
    )
    from_skin = [float(median(hue_distance(colors[:, place], usual_skin))) for place in (lips, ring)]
    in_beard = max(
        ramp(redder, MASK_RED, LIPS_RED), ramp(from_skin[1] - from_skin[0], MASK_NEARER, LIPS_NEARER)
    )
    masked = ramp(from_skin[1], SKIN_RING, MASK_RING)
    seen = (1.0 - masked) * min(distinct, 1.0) + masked * in_beard
    moustache = find_moustache(usual_skin, lightness, crop.seen[window], outer, side)
    return MouthEvidence(max(seen, 0.0), middle, moustache)


def _window(crop: CroppedFace) -> tuple[Window, Points]:
    """Return rows and columns around the lips, and the (2,) x, y of their corner, crop px."""
    x, y, width, height = cv2.boundingRect(crop.region("lips_outer"))
    margin, last = round(RING_TO * crop.side) + 1, crop.side - 1
    left, top = (min(max(each - margin, 0), last) for each in (x, y))
    right, bottom = (min(each + margin, crop.side) for each in (x + width, y + height))
    window = slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
    return window, np.array([left, top], np.float32)
