"""Black level around a face: what a black object shows there, because of haze, veiling glare or lifted blacks.

The darkest pixels around a face are hair, brows and shadows, whose colour is warm; haze adds the same light to all
channels. The light that all channels have in common therefore bounds the black level, as in the dark channel prior of
He, Sun and Tang ("Single Image Haze Removal Using Dark Channel Prior", 2009).
"""

import cv2
import numpy as np

from arpipe.render.color import LUMINANCE, linear_from_srgb
from arpipe.render.sampling import crop_around, sample_grid
from arpipe.types import Frame, Landmarks

MARGIN = 0.25  # of the width of the face: with hair and collar
SIDE_PX = 96  # size at which the surroundings are sampled
DARKEST = 0.02  # share of the pixels
USUAL_HUE = 0.33  # lowest channel relative to the highest one, in linear light, of dark hair and shaded skin
MAX_BLACK_LEVEL = 0.10
FLAT, CONTRASTY = 1.5, 3.0  # brightness of skin relative to the darkest pixels; an even grey is no haze


def measure_black_level(frame: Frame, landmarks: Landmarks, skin_luminance: float) -> float:
    """Estimate the linear light of black around a face, in [0, `MAX_BLACK_LEVEL`].

    Args:
        frame: The frame.
        landmarks: Landmarks of the face, image px.
        skin_luminance: Mean luminance of the skin, linear.
    """
    points = landmarks.points_px[:, :2]
    crop = crop_around(points, round(MARGIN * float(np.ptp(points[:, 0]))), frame)
    if min(crop.width, crop.height) < 2:
        return 0.0
    step = max(1, max(crop.width, crop.height) // SIDE_PX)
    smooth = sample_grid(frame, crop, step).reshape(-1, 3)
    count = max(1, round(DARKEST * len(smooth)))
    darkest = np.argpartition(np.asarray(cv2.cvtColor(smooth[None], cv2.COLOR_RGB2GRAY))[0], count - 1)[
        :count
    ]
    dark = linear_from_srgb(smooth[darkest]).mean(axis=0)
    common = (float(dark.min()) - USUAL_HUE * float(dark.max())) / (1.0 - USUAL_HUE)
    contrast = skin_luminance / max(float(dark @ LUMINANCE), 1e-4)
    certainty = float(np.clip((contrast - FLAT) / (CONTRASTY - FLAT), 0.0, 1.0))
    return certainty * float(np.clip(common, 0.0, MAX_BLACK_LEVEL))
