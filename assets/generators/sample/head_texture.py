"""The head's texture: the photograph, and around it a painted margin of hair and skin for what it does not show."""

import cv2
import numpy as np
from arpipe.geometry.transforms import Array
from portrait import Picture, Portrait
from relief import CENTRE_PX, Relief, azimuths, head_matte, smooth

CORNER_PX = (84.0, -62.0)  # of the texture, in the photograph
SIDE_PX = 288
ZOOM = 3

HAIR_DEPTH_PX = 26.0  # how deep into the photographed hair the margin mirrors
HAIR_EDGE_PX = 5.0  # nearer to the face's outline the mirror would show skin
SKIN_INSET_PX = 4.0
BORDER_PX = 1.5  # the matte's outermost pixels hold some of the background
HAIR_ENDS_DEG = (8.0, 172.0)  # azimuths of the lowest hair, right and left in the picture
NAPE_DEG = (36.0, 140.0)  # azimuths where hair goes over into the neck's skin
NAPE_EDGE_DEG = 8.0
SHEAR = 0.35  # the mirrored hair drifts sideways, so the mirror is not seen
SHADE_PX, DARKEST = 90.0, 0.62  # the back of the head sees less of the studio's lights
EDGE_PX = 4.0
CALM, CALM_SIGMA_PX = 0.55, 3.0  # seen at a grazing angle, full contrast would draw lines along the outline
SHARPEN = 0.35  # of what cubic enlargement takes


def paint(portrait: Portrait, relief: Relief) -> Picture:
    """(SIDE_PX·ZOOM, same, 3) RGB."""
    photo = _without_background(_enlarged(portrait.pixels), portrait)
    x, y = np.meshgrid(*(corner + (np.arange(SIDE_PX * ZOOM) + 0.5) / ZOOM - 0.5 for corner in CORNER_PX))
    azimuth, radius = np.arctan2(y - CENTRE_PX[1], x - CENTRE_PX[0]), np.hypot(x - CENTRE_PX[0], y - CENTRE_PX[1])
    painted = _around(relief.painted_px, azimuth)
    inside = smooth((painted - radius) / EDGE_PX + 0.5)
    direct = _look(photo, x, y)
    beyond = np.maximum(radius - painted, 0.0)
    skin_share = _skin_share(azimuth)
    margin = _hair(photo, relief, azimuth, beyond)
    margin += CALM * (cv2.GaussianBlur(margin, (0, 0), CALM_SIGMA_PX * ZOOM) - margin)
    margin += skin_share[..., None] * (_skin(photo, relief, azimuth) - margin)
    margin *= (1.0 - (1.0 - DARKEST) * smooth(beyond / SHADE_PX))[..., None]
    mixed = margin + inside[..., None] * (direct - margin)
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _enlarged(pixels: Picture) -> Picture:
    big = cv2.resize(pixels, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(big, (0, 0), 1.2 * ZOOM)
    return np.asarray(cv2.addWeighted(big, 1.0 + SHARPEN, soft, -SHARPEN, 0.0), dtype=np.uint8)


def _without_background(photo: Picture, portrait: Portrait) -> Picture:
    """The enlarged photograph where everything but the head takes the colour of the head's nearest pixel."""
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


def _look(photo: Picture, x: Array, y: Array) -> Array:
    """The enlarged photograph at its own px."""
    maps = [((value + 0.5) * ZOOM - 0.5).astype(np.float32) for value in (x, y)]
    return cv2.remap(photo, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(np.float64)


def _around(values: Array, azimuth: Array) -> Array:
    """A value per meridian at any azimuth."""
    return np.interp(azimuth.ravel(), azimuths(), values, period=2 * np.pi).reshape(azimuth.shape)


def _skin_share(azimuth: Array) -> Array:
    degrees = np.rad2deg(azimuth)
    right = smooth((degrees - NAPE_DEG[0]) / NAPE_EDGE_DEG + 0.5)
    return right * smooth((NAPE_DEG[1] - degrees) / NAPE_EDGE_DEG + 0.5)


def _bounce(distance: Array, depth: Array) -> Array:
    """A triangle wave: how far inside the edge to look for what lies `distance` outside it."""
    return depth - np.abs((distance % (2.0 * depth)) - depth)


def _hair(photo: Picture, relief: Relief, azimuth: Array, beyond: Array) -> Array:
    """Hair mirrored at the photograph's edge; below its lowest lock, mirrored around that lock as well."""
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
    """The skin at the silhouette, drawn outwards."""
    source = _around(relief.silhouette_px, azimuth) - SKIN_INSET_PX
    smooth_photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 1.0 * ZOOM), dtype=np.uint8)
    return _look(smooth_photo, CENTRE_PX[0] + source * np.cos(azimuth), CENTRE_PX[1] + source * np.sin(azimuth))
