"""Cuts a subject out of a frame without leaving light of the old background on its edge.

A pixel on the edge is a mixture: I = α·F + (1 − α)·B. F and B are estimated from two coarse pictures, the subject alone
and the background alone, each extended smoothly under the other. The pixel's residual is then attributed to the subject
by its share (the correction of Forte, "Approximate fast foreground colour estimation"). All of this is done in linear
light, and only where 0 < α < 1.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.effects.background.linear_light import mean_light, shrink_light, to_bytes, to_light
from arpipe.preprocess.gather import bilinear_at
from arpipe.types import Pixels, Points

COARSE_SIDE_PX = 180  # approximate shorter side of the coarse pictures, a quarter of 720 rows
MAX_STEP = 12
SURE = 1.0 / 255.0  # closer to 0 or 1 than a byte can represent
MAX_FOREIGN = 0.04  # share of the other side up to which the colour of a coarse pixel is used
NEAR = 13  # coarse px within which mixed pixels take a certain colour: wider than an edge, narrower than dark hair
ENOUGH = 0.25  # mean weight from which a pixel of a coarser size is used without filling it
EMPTY = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Subject and background of a frame, coarsely separated; linear light.

    Attributes:
        subject: (h', w', 3) float32, the people, extended under the background.
        background: (h', w', 3) float32, the background, extended under the people.
        share: (h', w') float32, mean of the mask.
    """

    subject: Points
    background: Points
    share: Points


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """The pixels that show both subject and background.

    Attributes:
        places: (n,) indices into the flattened rows of the frame.
        alpha: (n, 1) float32, share of the subject.
        subject: (n, 3) float32, linear light of the subject alone.
    """

    places: npt.NDArray[np.intp]
    alpha: Points
    subject: Points


def coarse_step(width: int, height: int) -> int:
    """Return how many pixels of the frame a pixel of the coarse pictures spans, along each axis."""
    return min(max(1, round(min(width, height) / COARSE_SIDE_PX)), MAX_STEP)


def separate(pixels: Pixels, alpha: Points, step: int) -> Sides:
    """Separate a frame (h, w, 3) by its mask (h, w), at `step` times coarser resolution."""
    height, width = (max(1, round(side / step)) for side in alpha.shape)
    light = shrink_light(pixels, width, height)
    share: Points = np.asarray(cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    background = _sure(1.0 - np.asarray(cv2.dilate(share, np.ones((3, 3), np.uint8)), np.float32))
    return Sides(extend(light, _trust_subject(share)), extend(light, background), share)


def _trust_subject(share: Points) -> Points:
    """Weight (h, w) of colours for the subject, from its share of each pixel.

    Pixels that are certainly the subject's count; where none is near, as in dark hair in front of a dark wall, possible
    ones do.
    """
    sure = _sure(np.asarray(cv2.erode(share, np.ones((3, 3), np.uint8)), np.float32))
    near = cv2.dilate(sure, np.ones((NEAR, NEAR), np.uint8))
    return np.asarray(np.maximum(sure, (1.0 - near) * share * share), np.float32)


def _sure(share: Points) -> Points:
    """1 where one side has all of a pixel, falling to 0 where the other one has a little."""
    return np.asarray(np.clip(1.0 - (1.0 - share) / MAX_FOREIGN, 0.0, 1.0), np.float32)


def extend(light: Points, weight: Points) -> Points:
    """Extend light (h, w, 3) smoothly from where its weight (h, w) is 1 to where it is 0.

    Both are halved until every pixel has some weight; on the way back, each size fills its gaps from the coarser one.
    """
    rows, columns = weight.shape
    share = np.asarray(cv2.merge([weight] * 3), np.float32)  # three equal channels: numpy broadcasts slower
    if min(rows, columns) <= 2 or float(weight.min()) > 1.0 - EMPTY:
        return np.asarray(light * share + mean_light(light, weight) * (1.0 - share), np.float32)
    size = (columns + 1) // 2, (rows + 1) // 2
    less = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
    sums = cv2.resize(light * share, size, interpolation=cv2.INTER_AREA)
    means = np.asarray(sums / cv2.merge([np.maximum(less, EMPTY)] * 3), np.float32)
    coarser = extend(means, np.minimum(less / ENOUGH, 1.0))
    behind = cv2.resize(coarser, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(behind + (light - behind) * share, np.float32)


def extract_edge(pixels: Pixels, alpha: Points, sides: Sides, touched: npt.NDArray[np.bool_] | None) -> Edge:
    """Find the pixels on the edge, and remove the old background from them.

    Args:
        pixels: (h, w, 3) frame.
        alpha: (h, w) mask of the frame.
        sides: The frame separated by the mask.
        touched: (h, w) further pixels to include; None for none.
    """
    height, width = alpha.shape
    wanted = (alpha > SURE) & (alpha < 1.0 - SURE)
    if touched is not None:
        wanted |= touched & (alpha > SURE)
    places = np.flatnonzero(wanted)
    share = alpha.reshape(-1)[places][:, None]
    old = bilinear_at(sides.background, places, width, height)
    subject = bilinear_at(sides.subject, places, width, height)
    seen = to_light(pixels.reshape(-1, 3)[places])
    clean = subject + share * (seen - share * subject - (1.0 - share) * old)
    most = np.minimum(seen / share, 1.0)  # the subject's part cannot be brighter than the mixture
    return Edge(places, share, np.asarray(np.clip(clean, 0.0, most), np.float32))


def composite(pixels: Pixels, alpha: Points, edge: Edge, behind: Pixels, glow: Points | None) -> None:
    """Composite the subject over another background, in place.

    Args:
        pixels: (h, w, 3) frame; changed.
        alpha: (h, w) mask of the frame.
        edge: Edge of the subject.
        behind: (h, w, 3) the new background.
        glow: (n, 4) light of the background that reaches around the edge pixels, and its share; None for none.
    """
    new = to_light(behind.reshape(-1, 3)[edge.places])
    subject = edge.subject
    if glow is not None:
        subject = subject + glow[:, 3:] * (glow[:, :3] - subject)
    mixed = to_bytes(new + edge.alpha * (subject - new))
    cv2.copyTo(behind, (alpha < 0.5).astype(np.uint8), pixels)
    write_pixels(pixels, edge.places, mixed)


def write_pixels(pixels: Pixels, places: npt.NDArray[np.intp], values: Pixels) -> None:
    """Write (n, 3) values to the pixels of a picture (h, w, 3) with these flattened indices."""
    pixels[np.divmod(places, pixels.shape[1])] = values
