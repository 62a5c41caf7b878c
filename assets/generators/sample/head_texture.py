"""The texture of the head: the photograph, surrounded by a painted margin of hair and skin that it does not show."""

import cv2
import numpy as np
from sample.portrait import Picture, Portrait
from sample.relief import CENTRE_PX, Relief, azimuths, head_matte, smooth

from arpipe.geometry.transforms import Array

CORNER_PX = (84.0, -62.0)  # of the texture, px of the photograph
TEXTURE_SIDE_PX = 288
ZOOM = 3

HAIR_DEPTH_PX = 26.0  # of the photographed hair that is mirrored into the margin
HAIR_EDGE_PX = 5.0  # nearer to the outline of the face, the mirror would show skin
SKIN_INSET_PX, SKIN_SIGMA_PX = 4.0, 2.5
BORDER_PX = 1.5  # the outermost pixels of the matte contain some background
HAIR_ENDS_DEG = (8.0, 172.0)  # azimuths of the lowest hair, right and left in the picture
NAPE_DEG = (26.0, 150.0)  # azimuths where hair blends into the skin of the neck
RAMP_DEG = 8.0
SHEAR = 1.0  # sideways drift of the mirrored hair, which hides the mirroring
SHADE_PX, DARKEST = 90.0, 0.62  # the back of the head gets less light
EDGE_PX = 4.0
HEM_PX = 184.0  # y of the collar's upper hem
HEM_DEG = (70.0, 122.0)  # azimuths where the painted margin belongs to the collar
JAW_DEG, JAW_INSET_PX = (30.0, 62.0), 4.0  # below the horizontal: the rim of the jaw reflects the suit
SIDE_DEG = (2.0, 50.0)  # below the horizontal: temples to jaw
SIDE_PX, SIDE_EDGE_PX = (-9.0, 1.0), 5.0  # from the outline of the face
SIDE_SIGMA_DEG = 6.0
CALM, CALM_SIGMA_PX = 0.35, 2.5  # at grazing angles, full contrast would draw lines along the outline
SHARPEN = 0.35  # of the loss by cubic enlargement


def paint(portrait: Portrait, relief: Relief) -> Picture:
    """Paint the (TEXTURE_SIDE_PX·ZOOM, TEXTURE_SIDE_PX·ZOOM, 3) RGB texture."""
    photo = _without_background(_enlarged(portrait.pixels), portrait)
    x, y = np.meshgrid(
        *(corner + (np.arange(TEXTURE_SIDE_PX * ZOOM) + 0.5) / ZOOM - 0.5 for corner in CORNER_PX)
    )
    azimuth, radius = (
        np.arctan2(y - CENTRE_PX[1], x - CENTRE_PX[0]),
        np.hypot(x - CENTRE_PX[0], y - CENTRE_PX[1]),
    )
    painted = _around(relief.painted_px, azimuth) - JAW_INSET_PX * _between(_below(azimuth), *JAW_DEG)
    inside = smooth((painted - radius) / EDGE_PX + 0.5)
    direct = _look(_calm_sides(photo, relief), x, y)
    beyond = np.maximum(radius - painted, 0.0)
    skin_share = _between(np.rad2deg(azimuth), *NAPE_DEG)
    margin = _hair(photo, relief, azimuth, beyond)
    margin += CALM * (cv2.GaussianBlur(margin, (0, 0), CALM_SIGMA_PX * ZOOM) - margin)
    margin += skin_share[..., None] * (_skin(photo, relief, azimuth) - margin)
    margin *= (1.0 - (1.0 - DARKEST) * smooth(beyond / SHADE_PX))[..., None]
    below_hem = smooth((y - HEM_PX) / 3.0 + 0.5) * _between(np.rad2deg(azimuth), *HEM_DEG) * (1.0 - inside)
    margin *= (1.0 - below_hem)[..., None]
    mixed = margin + inside[..., None] * (direct - margin)
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _enlarged(pixels: Picture) -> Picture:
    big = cv2.resize(pixels, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(big, (0, 0), 1.2 * ZOOM)
    return np.asarray(cv2.addWeighted(big, 1.0 + SHARPEN, soft, -SHARPEN, 0.0), dtype=np.uint8)


def _without_background(photo: Picture, portrait: Portrait) -> Picture:
    """Give everything outside the head the colour of the nearest pixel of the head."""
    matte = cv2.resize(head_matte(portrait.person), photo.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    size = 2 * round(BORDER_PX * ZOOM) + 1
    outside = (cv2.erode(matte, np.ones((size, size), np.uint8)) < 200).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colour_of = np.zeros((labels.max() + 1, 3), np.uint8)
    colour_of[labels[outside == 0]] = photo[outside == 0]
    filled = colour_of[labels]
    share = cv2.GaussianBlur(outside.astype(np.float32), (0, 0), 1.0)[..., None]
    mixed = photo + share * (cv2.GaussianBlur(filled, (0, 0), 1.5).astype(np.float32) - photo)
    return np.where(outside[..., None] > 0, cv2.GaussianBlur(filled, (0, 0), 1.5), mixed).astype(np.uint8)


def _calm_sides(photo: Picture, relief: Relief) -> Picture:
    """Blur the photograph along the outline of the face where temples and jaw recede from the camera.

    A few px there cover centimetres of the turned head, so variation along the outline would become streaks.
    """
    degrees = np.arange(-180.0, 180.0, 0.25)
    radii = np.arange(0.0, 130.0, 0.25)
    azimuth, radius = np.meshgrid(np.deg2rad(degrees), radii)
    rolled = _look(photo, CENTRE_PX[0] + radius * np.cos(azimuth), CENTRE_PX[1] + radius * np.sin(azimuth))
    lap = len(degrees)
    rolled = cv2.copyMakeBorder(rolled, 0, 0, lap, lap, cv2.BORDER_WRAP)
    rolled = cv2.GaussianBlur(
        rolled, (4 * round(SIDE_SIGMA_DEG / 0.25) + 1, 1), SIDE_SIGMA_DEG / 0.25, sigmaY=0.1
    )
    side = (np.asarray(value) + 0.5 for value in np.indices(photo.shape[:2]))
    y, x = (value / ZOOM - 0.5 for value in side)
    azimuth, radius = (
        np.arctan2(y - CENTRE_PX[1], x - CENTRE_PX[0]),
        np.hypot(x - CENTRE_PX[0], y - CENTRE_PX[1]),
    )
    maps = [
        (lap + (np.rad2deg(azimuth) + 180.0) / 0.25).astype(np.float32),
        (radius / 0.25).astype(np.float32),
    ]
    calm = cv2.remap(rolled, *maps, cv2.INTER_LINEAR)
    share = _between(_below(azimuth), *SIDE_DEG)
    from_outline = radius - _around(relief.outline_px, azimuth)
    share *= smooth((from_outline - SIDE_PX[0]) / SIDE_EDGE_PX) * smooth(
        (SIDE_PX[1] - from_outline) / 2.0 + 0.5
    )
    return np.clip(photo + share[..., None] * (calm - photo) + 0.5, 0, 255).astype(np.uint8)


def _look(photo: Picture, x: Array, y: Array) -> Array:
    """Sample the enlarged photograph at px of the photograph."""
    maps = [((value + 0.5) * ZOOM - 0.5).astype(np.float32) for value in (x, y)]
    return cv2.remap(photo, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(np.float64)


def _around(values: Array, azimuth: Array) -> Array:
    """Interpolate a value per meridian at any azimuth."""
    return np.interp(azimuth.ravel(), azimuths(), values, period=2 * np.pi).reshape(azimuth.shape)


def _below(azimuth: Array) -> Array:
    """Return degrees below the horizontal, on either side of the head."""
    return np.rad2deg(np.arctan2(np.sin(azimuth), np.abs(np.cos(azimuth))))


def _between(degrees: Array, low: float, high: float) -> Array:
    """Return 1 between two angles, 0 outside, with a smooth transition over `RAMP_DEG`."""
    return smooth((degrees - low) / RAMP_DEG + 0.5) * smooth((high - degrees) / RAMP_DEG + 0.5)


def _bounce(distance: Array, depth: Array) -> Array:
    """Return a triangle wave: the distance inside the edge that is mirrored to a distance outside it."""
    return depth - np.abs((distance % (2.0 * depth)) - depth)


def _hair(photo: Picture, relief: Relief, azimuth: Array, beyond: Array) -> Array:
    """Mirror hair at the edge of the photograph, and around its lowest lock below that."""
    low_right, low_left = np.deg2rad(HAIR_ENDS_DEG)
    turned = np.where((azimuth > low_right) & (azimuth < np.pi / 2), 2 * low_right - azimuth, azimuth)
    turned = np.where((azimuth < low_left) & (azimuth >= np.pi / 2), 2 * low_left - azimuth, turned)
    drift = SHEAR * beyond / 75.0 * -np.cos(azimuth)
    turned = (turned + drift + np.pi) % (2 * np.pi) - np.pi
    edge = np.minimum(_around(relief.painted_px, turned), _around(relief.silhouette_px, turned) - 3.0)
    depth = np.clip(edge - _around(relief.outline_px, turned) - HAIR_EDGE_PX, 5.0, HAIR_DEPTH_PX)
    source = edge - _bounce(beyond, depth)
    return _look(photo, CENTRE_PX[0] + source * np.cos(turned), CENTRE_PX[1] + source * np.sin(turned))


def _skin(photo: Picture, relief: Relief, azimuth: Array) -> Array:
    """Extend the skin at the silhouette outwards."""
    source = _around(relief.silhouette_px, azimuth) - SKIN_INSET_PX
    smooth_photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), SKIN_SIGMA_PX * ZOOM), dtype=np.uint8)
    return _look(
        smooth_photo, CENTRE_PX[0] + source * np.cos(azimuth), CENTRE_PX[1] + source * np.sin(azimuth)
    )
