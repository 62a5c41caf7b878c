"""Whether a person already wears glasses: a linear classifier over the edges around the eyes.

Rims, bridge and temples leave edges where bare faces are smooth: across the bridge of the nose, below the eyes and
beside them. The features are histograms of the edges' directions in a grid of cells (Dalal and Triggs), compared with
their neighbourhood, and mirrored. The weights were trained on photos of people with and without glasses and with
rendered ones; `assets/generators/eyewear/train.py` makes them.
"""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.assets import asset_path
from arpipe.errors import AssetError
from arpipe.preprocess.crop import Warp
from arpipe.topology import IndexArray
from arpipe.types import Frame, Landmarks, Pixels, Points, Roi

WEIGHTS = "models/eyewear.npz"

SIDE_PX = 128  # of the square around the eyes; its middle half is looked at
SQUARE_OVER_EYES = 1.9  # side over the distance of the outer eye corners
BELOW_EYES = 0.04  # of the side, by which the middle of the square lies below that of the eyes
COLUMNS, ROWS, DIRECTIONS = 12, 6, 6  # of the features
WORKING_PX = (96, 48)
NEIGHBOURHOOD = (5, 5)  # cells
LEAST_CONTRAST = 4.0  # squared, of cells whose edges are only noise

MIN_EYES_PX = 30.0  # distance of the outer eye corners below which rims have no pixels
MAX_TURN = 0.22  # shift of the bridge of the nose over that distance: about 40 degrees of yaw


class EyewearClassifier:
    """Scores faces by whether they wear glasses; runs in 0.3 ms a face, without a network."""

    def __init__(self) -> None:
        self._warp = Warp(SIDE_PX, "replicate")
        self._crop: Pixels = np.empty((SIDE_PX, SIDE_PX, 3), np.uint8)
        self._weights, self._bias = _weights()

    def score(self, frame: Frame, landmarks: Landmarks) -> float | None:
        """Return the probability that a face wears glasses; None for one that is too small or turned too far."""
        square = eyes_square(landmarks)
        if square is None:
            return None
        self._warp.crop(frame, square, self._crop)
        logit = float(features(self._crop) @ self._weights) + self._bias
        return float(1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0))))


def eyes_square(landmarks: Landmarks) -> Roi | None:
    """Return the square around the eyes, level with them; None for a face that is too small or turned too far."""
    right, left, bridge = (
        landmarks[name][:2].astype(np.float64) for name in ("right_eye_outer", "left_eye_outer", "sellion")
    )
    middle, across = (right + left) / 2.0, left - right
    distance = float(np.hypot(*across))
    if not distance >= MIN_EYES_PX or abs(float((bridge - middle) @ across)) > MAX_TURN * distance**2:
        return None
    side = SQUARE_OVER_EYES * distance
    down = np.array([-across[1], across[0]]) / distance
    return Roi(middle + BELOW_EYES * side * down, side, float(np.arctan2(across[1], across[0])))


def features(crop: Pixels) -> npt.NDArray[np.float32]:
    """Return the (COLUMNS · ROWS · DIRECTIONS,) features of the square around the eyes (side, side, 3), RGB."""
    strip = np.ascontiguousarray(crop[SIDE_PX // 4 : SIDE_PX // 4 * 3])
    small = cv2.resize(cv2.cvtColor(strip, cv2.COLOR_RGB2GRAY), WORKING_PX, interpolation=cv2.INTER_AREA)
    cells = _cells(small.astype(np.float32))
    energy = cv2.blur(np.square(cells).sum(axis=2), NEIGHBOURHOOD, borderType=cv2.BORDER_REFLECT)
    edges = np.sqrt(cells / np.sqrt(energy + LEAST_CONTRAST)[..., None])
    mirrored = edges[:, ::-1, _mirrored_directions()]
    return np.asarray(0.5 * (edges + mirrored), np.float32).ravel()


def _cells(grey: Points) -> Points:
    """Return (ROWS, COLUMNS, DIRECTIONS) mean strength of the edges of (h, w) grey values, by direction."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    direction = np.mod(np.arctan2(down, across), np.pi) * (DIRECTIONS / np.pi)
    planes = []
    for number in range(DIRECTIONS):
        away = np.abs(direction - number)
        share = np.clip(1.0 - np.minimum(away, DIRECTIONS - away), 0.0, 1.0)
        planes.append(cv2.resize(strength * share, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA))
    return np.stack(planes, axis=-1)


@cache
def _mirrored_directions() -> IndexArray:
    """Return the direction that each direction becomes in a mirror."""
    return np.mod(-np.arange(DIRECTIONS), DIRECTIONS).astype(np.int32)


@cache
def _weights() -> tuple[npt.NDArray[np.float32], float]:
    path = asset_path(WEIGHTS)
    try:
        with np.load(path) as stored:
            return stored["weights"].astype(np.float32), float(stored["bias"])
    except (OSError, KeyError, ValueError) as error:
        raise AssetError(f"{path} cannot be read ({error}); reinstall arpipe") from error
