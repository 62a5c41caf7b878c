"""Cuts a subject out of a frame so that no light of the old background stays on its edge.

A pixel on the edge shows both: I = α·F + (1 − α)·B. What stands for F and B is looked up in two coarse pictures, the
subject alone and the background alone, each continued smoothly under the other; the pixel's own detail is then
given to the subject by its share (the correction of Forte's "Approximate fast foreground colour estimation").
Everything is linear light, and happens only where 0 < α < 1.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.effects.background.linear_light import bytes_of, light_of, mean_light, shrunk_light
from arpipe.preprocess.gather import bilinear_at
from arpipe.types import Pixels, Points

COARSE_SIDE_PX = 180  # short side of the coarse pictures, about: a quarter of 720 rows
MOST_STEP = 12
SURE = 1.0 / 255.0  # nearer to 0 or 1 than a byte can show
WARY = 0.04  # share of the other side from which a coarse pixel's colour is not trusted
NEAR = (
    13  # coarse px across which a sure colour speaks for mixed pixels: an edge is narrower, dark hair wider
)
TRUSTED = 0.25  # mean weight from which a coarser size fills gaps by itself
EMPTY = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """A frame taken apart, coarsely; linear light.

    Attributes:
        subject: (h', w', 3) float32 the people, continued under the background.
        background: (h', w', 3) float32 the background, continued under the people.
        share: (h', w') float32 mean of the mask.
    """

    subject: Points
    background: Points
    share: Points


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """The pixels that show both.

    Attributes:
        places: (n,) where they are, as indices into the flattened rows of the frame.
        alpha: (n, 1) float32 the subject's share.
        subject: (n, 3) float32 linear light of the subject alone.
    """

    places: npt.NDArray[np.intp]
    alpha: Points
    subject: Points


def coarse_step(width: int, height: int) -> int:
    """Pixels of the frame for one of the coarse pictures, along each axis."""
    return min(max(1, round(min(width, height) / COARSE_SIDE_PX)), MOST_STEP)


def take_apart(pixels: Pixels, alpha: Points, step: int) -> Sides:
    """Both sides of a frame (h, w, 3) by its mask (h, w), `step` px to one."""
    height, width = (max(1, round(side / step)) for side in alpha.shape)
    light = shrunk_light(pixels, width, height)
    share: Points = np.asarray(cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    background = _sure(1.0 - np.asarray(cv2.dilate(share, np.ones((3, 3), np.uint8)), np.float32))
    return Sides(continued(light, _trust_subject(share)), continued(light, background), share)


def _trust_subject(share: Points) -> Points:
    """Weight (h, w) of colours for the subject by its share.

    What is surely the subject's counts; where nothing such is near, as in dark hair before a dark wall, what may be.
    """
    sure = _sure(np.asarray(cv2.erode(share, np.ones((3, 3), np.uint8)), np.float32))
    near = cv2.dilate(sure, np.ones((NEAR, NEAR), np.uint8))
    return np.asarray(np.maximum(sure, (1.0 - near) * share * share), np.float32)


def _sure(share: Points) -> Points:
    """1 where a side has all of a pixel, falling to 0 where the other one has a little."""
    return np.asarray(np.clip(1.0 - (1.0 - share) / WARY, 0.0, 1.0), np.float32)


def continued(light: Points, weight: Points) -> Points:
    """(h, w, 3) light where it has weight (h, w), and smoothly going on from there where it has none.

    Both are halved until everything has some weight; on the way back each size fills its gaps from the next.
    """
    rows, columns = weight.shape
    share = np.asarray(cv2.merge([weight] * 3), np.float32)  # three equal channels: numpy broadcasts slower
    if min(rows, columns) <= 2 or float(weight.min()) > 1.0 - EMPTY:
        return np.asarray(light * share + mean_light(light, weight) * (1.0 - share), np.float32)
    size = (columns + 1) // 2, (rows + 1) // 2
    less = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
    sums = cv2.resize(light * share, size, interpolation=cv2.INTER_AREA)
    means = np.asarray(sums / cv2.merge([np.maximum(less, EMPTY)] * 3), np.float32)
    coarser = continued(means, np.minimum(less / TRUSTED, 1.0))
    behind = cv2.resize(coarser, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(behind + (light - behind) * share, np.float32)


def cut_edge(pixels: Pixels, alpha: Points, sides: Sides, touched: npt.NDArray[np.bool_] | None) -> Edge:
    """The pixels on the edge, the old background taken off.

    Args:
        pixels: (h, w, 3) the frame.
        alpha: (h, w) its mask.
        sides: What `take_apart` gave for them.
        touched: (h, w) further pixels that will change; None for none.
    """
    height, width = alpha.shape
    wanted = (alpha > SURE) & (alpha < 1.0 - SURE)
    if touched is not None:
        wanted |= touched & (alpha > SURE)
    places = np.flatnonzero(wanted)
    share = alpha.reshape(-1)[places][:, None]
    old = bilinear_at(sides.background, places, width, height)
    subject = bilinear_at(sides.subject, places, width, height)
    seen = light_of(pixels.reshape(-1, 3)[places])
    clean = subject + share * (seen - share * subject - (1.0 - share) * old)
    most = np.minimum(seen / share, 1.0)  # the subject's part is not brighter than what was seen of both
    return Edge(places, share, np.asarray(np.clip(clean, 0.0, most), np.float32))


def lay_on(pixels: Pixels, alpha: Points, edge: Edge, behind: Pixels, glow: Points | None) -> None:
    """Put another background behind the subject, in place.

    Args:
        pixels: (h, w, 3) the frame, changed.
        alpha: (h, w) its mask.
        edge: Its edge.
        behind: (h, w, 3) the new background.
        glow: (n, 4) light that the background throws around the edge pixels, and how much of it; or None.
    """
    new = light_of(behind.reshape(-1, 3)[edge.places])
    subject = edge.subject
    if glow is not None:
        subject = subject + glow[:, 3:] * (glow[:, :3] - subject)
    mixed = bytes_of(new + edge.alpha * (subject - new))
    cv2.copyTo(behind, (alpha < 0.5).astype(np.uint8), pixels)
    put(pixels, edge.places, mixed)


def put(pixels: Pixels, places: npt.NDArray[np.intp], values: Pixels) -> None:
    """Write (n, 3) values to pixels of a picture (h, w, 3) given by flattened indices."""
    pixels[np.divmod(places, pixels.shape[1])] = values
