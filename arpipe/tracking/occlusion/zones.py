"""Where skin, brows, eyes and lips are expected in the crop of a face, from its landmarks."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.types import Points

FEATURE_MARGIN = (
    0.012  # of the crop's side, by which brows and eyes are enlarged: lashes, and the mesh's error
)
LIPS_MARGIN = 0.008
ABOVE_BROWS = 0.1  # of the crop's side
INSIDE = 0.3  # of the crop's side, twice the distance from the outline at which hair is least likely
MIDDLE_ODDS = 0.05
SUBPIXEL_BITS = 4
EAR_LOOPS = 0.2  # where the edge of a mask is, from the tragus (0) to the jaw (1)
MASK_MARGIN = 0.015  # of the crop's side
FEATURES = ("left_eye", "right_eye", "left_brow", "right_brow")


@dataclass(frozen=True, slots=True, eq=False)
class HairZones:
    """Where hair may hang before a face, at half the resolution of its crop; h is half of the crop's side.

    Attributes:
        face: (h, h) float32, 1 within the outline of the landmarks.
        features: (h, h) float32, 1 on eyes and brows.
        odds: (h, h) float32 odds of hair: 1 at and beyond the outline of the face, least in its middle.
        top_row, brow_row, bottom_row: First row that glasses reach, row above the brows, and row below glasses.
    """

    face: Points
    features: Points
    odds: Points
    top_row: int
    brow_row: int
    bottom_row: int


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Parts of a face, in its crop.

    Attributes:
        face: (s, s) float32, 1 within the outline of the landmarks.
        features: (s, s) float32, 1 on eyes and brows.
        lips: (s, s) float32, 1 on the lips and in the mouth.
        hair: Where hair may hang before them.
    """

    face: Points
    features: Points
    lips: Points
    hair: HairZones

    @property
    def skin(self) -> Points:
        """(s, s) float32, 1 where skin is expected."""
        return np.asarray(self.face * (1 - np.maximum(self.features, self.lips)), np.float32)


def find_zones(crop: CroppedFace) -> Zones:
    """Return the zones of a face."""
    features = filled(
        crop.pixels.shape[:2], [outline(crop.region(name)) for name in FEATURES], FEATURE_MARGIN * crop.side
    )
    lips = filled(crop.pixels.shape[:2], [crop.region("lips_outer")], LIPS_MARGIN * crop.side)
    face = filled(crop.pixels.shape[:2], [outline(crop.region("face_oval"))], 0.0)
    return Zones(face, features, lips, _hair_zones(crop, face, features))


def _hair_zones(crop: CroppedFace, face: Points, features: Points) -> HairZones:
    half = crop.side // 2
    brows = min(float(crop.region(name)[:, 1].min()) for name in ("left_brow", "right_brow"))
    brow_row = min(max(int(0.5 * brows - FEATURE_MARGIN * crop.side), 2), half - 3)
    top_row = max(1, brow_row - round(ABOVE_BROWS * half))
    bottom_row = min(max(int(0.5 * float(crop.place("upper_lip_top")[1])), brow_row + 1), half - 1)
    inner = np.ascontiguousarray(face[::2, ::2])
    return HairZones(inner, features[::2, ::2], _hair_odds(inner), top_row, brow_row, bottom_row)


def _hair_odds(face: Points) -> Points:
    inside = np.asarray(cv2.blur(face, (round(INSIDE * len(face)),) * 2), np.float32)
    return np.asarray(1 - (1 - MIDDLE_ODDS) * np.clip(2 * inside - 1, 0.0, 1.0), np.float32)


def lower_face(crop: CroppedFace) -> Points:
    """Return (s, s) float32, 1 on what a face mask covers: from the bridge of the nose and the ears to the chin."""
    right, left = (
        crop.place(f"{side}_tragus")
        + np.float32(EAR_LOOPS) * (crop.place(f"{side}_jaw") - crop.place(f"{side}_tragus"))
        for side in ("right", "left")
    )
    upper = [right, crop.place("nose_bridge_low"), left]
    lower = [crop.place(name) for name in ("left_jaw", "chin", "right_jaw")]
    return filled(crop.pixels.shape, [np.stack([*upper, *lower])], MASK_MARGIN * crop.side)


def filled(shape: tuple[int, ...], outlines: list[Points], margin_px: float) -> Points:
    """Return float32 of a shape (h, w), 1 within outlines (k, 2) enlarged by a margin, px."""
    canvas = np.zeros(shape[:2], np.uint8)
    for each in outlines:
        points = np.rint(each.reshape(-1, 1, 2) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(canvas, [points], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    if margin_px >= 0.5:  # much faster than outlines of that width
        canvas = np.asarray(cv2.dilate(canvas, _disc(round(margin_px))), np.uint8)
    return np.asarray(canvas * np.float32(1.0 / 255.0), np.float32)


@cache
def _disc(radius: int) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2), np.uint8)


def outline(points: Points) -> Points:
    """Return the (k, 2) convex hull of (n, 2) points."""
    return np.asarray(cv2.convexHull(points), np.float32)


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to `low`, 1 from `high`, and the share of the way in between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def smoothstep(values: Points, low: float, high: float) -> Points:
    """Return (s, s) values that rise smoothly from 0 at `low` to 1 at `high`."""
    share = np.subtract(values, np.float32(low))
    share *= np.float32(1.0 / (high - low))
    np.clip(share, 0.0, 1.0, out=share)
    return np.asarray(share * share * (3.0 - 2.0 * share), np.float32)
