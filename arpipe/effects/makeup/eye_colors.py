"""What a picture shows of a person's eyes: where irises and sclera are sampled, and how wide the pupils are."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.quantiles import median
from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE
from arpipe.types import Frame, TrackedFace

SIDES = ("left", "right")
IRIS_AT, SCLERA_AT = 0.68, 1.5  # distances from the pupil in iris radii
SCLERA_ALBEDO = 0.6
DIMMEST = 0.12  # light on an eye relative to that on the face; less is a closed eye or a shadow

USUAL_PUPIL = 0.36  # radius relative to the iris, in a room
SMALLEST_PUPIL, LARGEST_PUPIL = 0.2, 0.52
MIN_IRIS_PX = 5.0  # smaller irises do not show their pupil
PROFILE_FROM, PROFILE_TO, PROFILE_STEPS = 0.12, 0.88, 39
EDGE = 0.10  # over which the edge of a pupil is measured, in iris radii
MIN_CONTRAST = 6.0  # sRGB levels between pupil and iris

# Lids cover the top and the bottom of irises.
_ANGLES = np.concatenate([np.linspace(-0.75, 0.75, 9), np.pi + np.linspace(-0.75, 0.75, 9)])
_RADII = np.linspace(PROFILE_FROM, PROFILE_TO, PROFILE_STEPS)


def iris_circle(face: TrackedFace, side: str) -> tuple[Array, float]:
    """Return the (2,) centre and the radius of an iris, image px."""
    rim = face.landmarks.region(f"{side}_iris")[:, :2].astype(np.float64)
    center = rim.mean(axis=0)
    return center, max(float(np.linalg.norm(rim - center, axis=1).mean()), 1e-3)


def has_irises(face: TrackedFace) -> bool:
    """Whether the landmarks of a face include the irises."""
    return "left_iris" in face.landmarks.topology.regions


def iris_places(face: TrackedFace) -> Array:
    """Return (k, 2) points between pupil and rim of both irises, image px; none without irises."""
    if not has_irises(face):
        return np.zeros((0, 2))
    circles = [iris_circle(face, side) for side in SIDES]
    return np.concatenate([center + IRIS_AT * radius * _ring() for center, radius in circles])


def sclera_places(face: TrackedFace) -> Array:
    """Return (4, 2) points on both sides of both irises, image px; none without irises."""
    if not has_irises(face):
        return np.zeros((0, 2))
    places = []
    for side in SIDES:
        center, radius = iris_circle(face, side)
        along = face.landmarks[f"{side}_eye_outer"][:2] - face.landmarks[f"{side}_eye_inner"][:2]
        step = SCLERA_AT * radius * along / max(float(np.linalg.norm(along)), 1e-6)
        places += [center - step, center + step]
    return np.array(places)


def eye_light(sclera: Array, white: Array) -> float:
    """Estimate the light on the eyes relative to that on the face, up to 1; they lie in the shade of brows and lids.

    Args:
        sclera: (k, 3) linear colours beside the irises; skin and corners of the eyes may be among them.
        white: (3,) see `Complexion.white`.
    """
    if not len(sclera):
        return 1.0
    brightest = np.sort(sclera @ LUMINANCE)[len(sclera) // 2 :]
    share = float(brightest.mean()) / SCLERA_ALBEDO / max(float(white @ LUMINANCE), 1e-3)
    return float(np.clip(share, DIMMEST, 1.0))


def pupil_radii(frame: Frame, face: TrackedFace) -> Array:
    """Return (2,) radii of the left and the right pupil relative to their irises.

    Where a pupil cannot be told from its iris, it is taken to be of the other's size, or of the usual one.
    """
    if not has_irises(face):
        return np.full(2, USUAL_PUPIL)
    found = [_pupil_radius(frame, *iris_circle(face, side)) for side in SIDES]
    known = [radius for radius in found if radius is not None]
    stand_in = known[0] if known else USUAL_PUPIL
    return np.array([stand_in if radius is None else radius for radius in found])


def _pupil_radius(frame: Frame, center_px: Array, radius_px: float) -> float | None:
    """Find where the median brightness over all directions rises most; None without a clear edge."""
    if radius_px < MIN_IRIS_PX:
        return None
    directions = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
    places = center_px + radius_px * _RADII[:, None, None] * directions
    levels = _levels(frame, places)
    profile = median(levels)  # catchlights are narrow
    reach = round(EDGE / (_RADII[1] - _RADII[0]))
    kernel = np.ones(reach) / reach
    inside = np.convolve(profile, kernel, mode="valid")
    rise = inside[reach:] - inside[:-reach]
    edges = _RADII[reach : reach + len(rise)]
    allowed = (edges >= SMALLEST_PUPIL) & (edges <= LARGEST_PUPIL)
    best = int(np.argmax(np.where(allowed, rise, -np.inf)))
    return float(edges[best]) if rise[best] >= MIN_CONTRAST else None


def _levels(frame: Frame, places_px: Array) -> npt.NDArray[np.float32]:
    """Return (…,) mean of the three sRGB codes at (…, 2) places, bilinear."""
    flat = places_px.reshape(-1, 2)
    low = np.clip(np.floor(flat.min(axis=0)).astype(int), 0, (frame.width - 1, frame.height - 1))
    high = np.clip(np.ceil(flat.max(axis=0)).astype(int) + 1, low + 1, (frame.width, frame.height))
    crop = np.ascontiguousarray(frame.part((slice(low[1], high[1]), slice(low[0], high[0]))))
    place = (flat - low).astype(np.float32)
    sampled = cv2.remap(crop, place[:, :1], place[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    levels: npt.NDArray[np.float32] = np.asarray(sampled, np.float32).mean(axis=2)
    return levels.reshape(places_px.shape[:-1])


@cache
def _ring() -> Array:
    angles = np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False)
    return np.stack([np.cos(angles), 0.6 * np.sin(angles) + 0.1], axis=1)
