"""What makeup must know of the person under it: the colour of skin, lips and irises, and the light on them."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.lighting import LUMINANCE, SKIN, linear_from_srgb, skin_vertices
from arpipe.topology import Topology
from arpipe.types import Frame, TrackedFace

SAMPLE_BLUR_MM = 1.6  # the width of what one sample sees
EYES_OUTER_MM = 92.3  # between the outer eye corners of the mean face, see assets/topology/face.json
SKIN_REACH, REACH_PER_SPREAD = 0.08, 1.6  # of chromaticity; see skin_evidence in common.glsl
SKIN_QUANTILES = (0.35, 0.92)  # of luminance: without brows, beard and shadows, without glints

LIP_QUANTILES = (0.4, 0.85)
DARKEST_LIPS = 0.3  # of the skin's luminance

# Exposure: how bright a picture shows white. Skin says it but for its own lightness, the picture but for what it
# shows; together they tell a dim picture from a dark skin. Within the usual range pigment shows as it is.
USUAL_SKIN, USUAL_PICTURE = 0.25, 0.20
USUAL_EXPOSURE = 0.45  # of the mean of both at least
MAX_BLACK_LEVEL = 0.06
HUE_PULL = 0.45  # share of the skin's hue shift that is the light's; deep skin is redder, too
GREY_PULL = 0.5  # share of the picture's mean hue that is the light's
GREY_CHROMA, COLOR_CHROMA = 2.0, 5.0  # mean of max - min of r, g, b; dull colour photos have 12
FLAT_CONTRAST, PHOTO_CONTRAST = 8.0, 20.0  # standard deviation: an even grey says nothing of colours
NO_SKIN_HUE, SKIN_HUE = 0.02, 0.12  # (r - b) / (r + g + b) of grey pictures and of skin


@dataclass(frozen=True, slots=True, eq=False)
class Complexion:
    """Linear colours as the picture shows them, without makeup.

    Attributes:
        skin: (3,) mean of well-lit bare skin.
        lips: (3,) mean of the lips.
        irises: (3,) mean of both irises.
        spread: Mean distance of skin samples from `skin` in r, g shares of r + g + b.
        white: (3,) what a white matt surface on the face would show at usual exposure.
        black_level: What black shows in a hazy picture.
        colorful: 1 in a picture in colour, 0 in a grey one, where makeup is grey, too.
    """

    skin: Array
    lips: Array
    irises: Array
    spread: Array
    white: Array
    black_level: Array
    colorful: Array

    @property
    def skin_reach(self) -> float:
        """Distance from the chromaticity of `skin` within which a colour still counts as skin."""
        return SKIN_REACH + REACH_PER_SPREAD * float(self.spread)

    def shown(self, color: Array) -> Array:
        """(…, 3) what matt surfaces of (…, 3) linear colours show on this face."""
        return self.pictured(color * self.white * (1.0 - self.black_level) + self.black_level)

    def pictured(self, light: Array) -> Array:
        """(…, 3) linear light, in grey where the picture is grey."""
        grey = (light @ LUMINANCE)[..., None]
        pictured: Array = grey + self.colorful * (light - grey)
        return pictured

    def toward(self, other: "Complexion", share: float) -> "Complexion":
        """Between this and another."""
        mixed = [
            getattr(self, field.name) + share * (getattr(other, field.name) - getattr(self, field.name))
            for field in fields(self)
        ]
        return Complexion(*mixed)


def px_per_mm(face: TrackedFace) -> float:
    """Size of a face in the image, from its eyes."""
    across = face.landmarks["left_eye_outer"] - face.landmarks["right_eye_outer"]
    return max(float(np.linalg.norm(across)) / EYES_OUTER_MM, 1e-3)


def measure(frame: Frame, face: TrackedFace, px_mm: float) -> Complexion:
    """Complexion from one frame alone."""
    topology = face.landmarks.topology
    points = face.landmarks.points_px
    skin_indices, _ = skin_vertices(topology)
    lips = 0.5 * (points[topology.region("lips_outer")] + points[topology.region("lips_inner")])
    places = np.concatenate([points[skin_indices, :2], lips[:, :2], _iris_places(face, topology)])
    colors = _sampled(frame, places, SAMPLE_BLUR_MM * px_mm)
    count = len(skin_indices)
    skin, spread = _mean_skin(colors[:count])
    step = max(1, frame.height // 48)
    sampled = np.ascontiguousarray(frame.pixels[::step, ::step]).reshape(-1, 3)
    picture = linear_from_srgb(sampled)
    lip_colors = colors[count : count + len(lips)]
    irises = colors[count + len(lips) :]
    return Complexion(
        skin=skin,
        lips=_mean_lips(lip_colors, skin),
        irises=np.median(irises, axis=0) if len(irises) else skin * 0.2,
        spread=np.array(spread),
        white=_white(skin, picture.mean(axis=0) + 1e-4),
        black_level=np.array(_black_level(picture @ LUMINANCE)),
        colorful=np.array(_colorful(sampled)),
    )


def chromaticity(colors: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(…, 2) red and green share of (…, 3) linear colours; dark ones lean to grey, as in common.glsl."""
    total = (colors[..., 0] + colors[..., 1] + colors[..., 2] + 0.03)[..., None]
    result: npt.NDArray[Any] = (colors[..., :2] + 0.01) / total
    return result


def _mean_skin(colors: Array) -> tuple[Array, float]:
    luminance = colors @ LUMINANCE
    low, high = np.quantile(luminance, SKIN_QUANTILES)
    used = colors[(luminance >= low) & (luminance <= high)]
    skin = used.mean(axis=0)
    spread = float(np.linalg.norm(chromaticity(used) - chromaticity(skin), axis=1).mean())
    return np.maximum(skin, 1e-3), spread


def _mean_lips(colors: Array, skin: Array) -> Array:
    """(3,) mean without the darkest, which are the line between thin lips, and the brightest: teeth and glints."""
    luminance = colors @ LUMINANCE
    low, high = np.quantile(luminance, LIP_QUANTILES)
    lips = colors[(luminance >= low) & (luminance <= high)].mean(axis=0)
    least = DARKEST_LIPS * float(skin @ LUMINANCE)
    raised: Array = lips * max(least / max(float(lips @ LUMINANCE), 1e-4), 1.0)
    return raised


def _black_level(luminance: Array) -> float:
    """What black shows: the darkest places of a picture, if it has bright ones, too."""
    dark, bright = np.quantile(luminance, (0.01, 0.95))
    contrast = float(bright) / max(float(dark), 1e-4)
    return min(float(dark), MAX_BLACK_LEVEL) * float(np.clip((contrast - 2.0) / 2.0, 0.0, 1.0))


def _colorful(pixels: npt.NDArray[np.uint8]) -> float:
    """0 for a picture of (n, 3) sRGB pixels that has light and dark but no colour."""
    red, green, blue = pixels.T
    highest = np.maximum(np.maximum(red, green), blue)
    chroma = highest - np.minimum(np.minimum(red, green), blue)
    colored = (float(chroma.mean()) - GREY_CHROMA) / (COLOR_CHROMA - GREY_CHROMA)
    flat = 1.0 - (float(highest.std()) - FLAT_CONTRAST) / (PHOTO_CONTRAST - FLAT_CONTRAST)
    return float(np.clip(max(colored, flat), 0.0, 1.0))


def skin_likeness(color: Array) -> float:
    """1 for a (3,) linear colour with the hue of skin, 0 for a grey one."""
    hue = float(color[0] - color[2]) / float(color.sum())
    return float(np.clip((hue - NO_SKIN_HUE) / (SKIN_HUE - NO_SKIN_HUE), 0.0, 1.0))


def _white(skin: Array, picture: Array) -> Array:
    """(3,) exposure times the light's hue, from the mean colours of skin and picture."""
    level = float(skin @ LUMINANCE)
    brightness = np.sqrt(level / USUAL_SKIN * float(picture @ LUMINANCE) / USUAL_PICTURE)
    exposure = min(1.0, float(brightness) / USUAL_EXPOSURE)
    of_skin = _unit_luminance(np.clip(_unit_luminance(skin) / _unit_luminance(SKIN), 0.5, 2.0) ** HUE_PULL)
    of_picture = _unit_luminance(np.clip(_unit_luminance(picture), 0.5, 2.0) ** GREY_PULL)
    trust = skin_likeness(skin)
    white: Array = exposure * (trust * of_skin + (1.0 - trust) * of_picture)
    return white


def _unit_luminance(color: Array) -> Array:
    scaled: Array = color / float(color @ LUMINANCE)
    return scaled


@cache
def _ring() -> Array:
    angles = np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False)
    return np.stack([np.cos(angles), 0.6 * np.sin(angles) + 0.1], axis=1)


def _iris_places(face: TrackedFace, topology: Topology) -> Array:
    """(k, 2) points halfway between pupil and rim; none without irises."""
    if "left_iris" not in topology.regions:
        return np.zeros((0, 2))
    places = []
    for side in ("left", "right"):
        rim = face.landmarks.region(f"{side}_iris")[:, :2]
        center = rim.mean(axis=0)
        radius = float(np.linalg.norm(rim - center, axis=1).mean())
        places.append(center + 0.68 * radius * _ring())
    return np.concatenate(places)


def _sampled(frame: Frame, points_px: npt.NDArray[np.floating], width_px: float) -> Array:
    """(n, 3) linear colours, each a mean over about `width_px`."""
    margin = int(width_px) + 2
    low = np.maximum(np.floor(points_px.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(points_px.max(axis=0)).astype(int) + margin, (frame.width, frame.height))
    if (high - low < 2).any():
        return np.full((len(points_px), 3), 0.2)
    step = max(1, round(width_px / 3.0))
    crop = np.ascontiguousarray(frame.pixels[low[1] : high[1] : step, low[0] : high[0] : step])
    crop = np.asarray(cv2.blur(crop, (3, 3)), np.uint8)
    place = np.clip(np.rint((points_px - low) / step).astype(int), 0, (crop.shape[1] - 1, crop.shape[0] - 1))
    return linear_from_srgb(crop[place[:, 1], place[:, 0]])
