"""Occlusion mattes as coloured veils, for a debug view."""

import cv2
import numpy as np

from arpipe.types import OcclusionMatte, Pixels, Points

COVERED, NOT_BARE = (235, 60, 60), (70, 110, 255)
VEIL = 0.55  # opacity where something certainly is before the face
FONT, FONT_SCALE, LINE_PX = cv2.FONT_HERSHEY_SIMPLEX, 0.5, 18


def tint_occlusion(pixels: Pixels, matte: OcclusionMatte) -> None:
    """Tint a picture (h, w, 3) RGB in place: red where glasses are hidden, blue where only makeup is."""
    height, width = pixels.shape[:2]
    side = matte.covered.shape[0]
    corners = matte.image_from_crop.apply([(0, 0), (side, 0), (0, side), (side, side)])
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, (width, height)).astype(int)
    place = pixels[top:bottom, left:right]
    if place.size == 0:
        return
    place_from_crop = matte.image_from_crop.matrix - [[0.0, 0.0, left], [0.0, 0.0, top]]
    for plane, color in (((1 - matte.bare) * (1 - matte.covered), NOT_BARE), (matte.covered, COVERED)):
        _veil(place, np.asarray(plane, np.float32), place_from_crop, color)
    if matte.note:
        line = (int(left), max(int(top) - LINE_PX // 3, LINE_PX))
        cv2.putText(pixels, matte.note, line, FONT, FONT_SCALE, COVERED, 1, cv2.LINE_AA)


def _veil(place: Pixels, plane: Points, place_from_crop: np.ndarray, color: tuple[int, int, int]) -> None:
    height, width = place.shape[:2]
    share = VEIL * cv2.warpAffine(plane, place_from_crop, (width, height), flags=cv2.INTER_LINEAR)[..., None]
    place[...] = np.rint(place + share * (np.array(color) - place)).astype(np.uint8)
