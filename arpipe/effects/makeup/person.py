"""What makeup needs to know of a person: the colours of skin, lips and irises, and the light on them."""

from dataclasses import dataclass, fields
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.render.color import LUMINANCE, MEAN_SKIN, linear_from_srgb
from arpipe.render.lighting import skin_vertices
from arpipe.render.sampling import crop_around, sample_colors
from arpipe.topology import Topology
from arpipe.types import Frame, TrackedFace

SAMPLE_BLUR_MM = 1.6  # width over which a sample is averaged
EYES_OUTER_MM = 92.3  # between the outer eye corners of the mean face, see assets/topology/face.json
SKIN_REACH, REACH_PER_SPREAD = 0.08, 1.6  # in chromaticity; see skin_evidence in common.glsl
SKIN_QUANTILES = (0.35, 0.92)  # of luminance; excludes brows, beard and shadows, and glints

LIP_QUANTILES = (0.4, 0.85)
DARKEST_LIPS = 0.3  # of the skin's luminance

# Exposure is how bright a picture shows white. Skin indicates it up to its own lightness, the picture up to its
# content; together they distinguish a dim picture from dark skin. Within the usual range, pigment shows as it is.
USUAL_SKIN, USUAL_PICTURE = 0.25, 0.20
USUAL_EXPOSURE = (
    0.45  # geometric mean of both relative to the usual values, from which exposure counts as full
)
MAX_BLACK_LEVEL = 0.06
HUE_PULL = 0.45  # share of the skin's hue shift that is the light's; deep skin is redder, too
GREY_PULL = 0.5  # share of the picture's mean hue that is the light's
GREY_CHROMA, COLOR_CHROMA = 2.0, 5.0  # mean of max - min of r, g, b; dull colour photos have 12
FLAT_CONTRAST, PHOTO_CONTRAST = 8.0, 20.0  # standard deviation; an even grey says nothing about colours
NO_SKIN_HUE, SKIN_HUE = 0.02, 0.12  # (r - b) / (r + g + b) of grey pictures and of skin

Values = TypeVar("Values", np.float32, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Complexion:
    """Linear colours of a face without makeup, as the picture shows them.

    Attributes:
        skin: (3,) mean of well-lit bare skin.
        lips: (3,) mean of the lips.
        irises: (3,) mean of both irises.
        spread: Mean distance of the skin samples from `skin`, in chromaticity.
        white: (3,) what a white matt surface on the face would show at usual exposure.
        black_level: Light that black shows in a hazy picture.
        colorful: 1 in a colour picture, 0 in a grey one, where makeup is grey, too.
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
        """Distance in chromaticity from `skin` within which a colour still counts as skin."""
        return SKIN_REACH + REACH_PER_SPREAD * float(self.spread)

    def shown(self, color: Array) -> Array:
        """Return (…, 3) how matt surfaces of (…, 3) linear colours appear on this face."""
        return self.pictured(color * self.white * (1.0 - self.black_level) + self.black_level)

    def pictured(self, light: Array) -> Array:
        """Return (…, 3) linear light in grey as far as the picture is grey."""
        grey = (light @ LUMINANCE)[..., None]
        pictured: Array = grey + self.colorful * (light - grey)
        return pictured

    def toward(self, other: "Complexion", share: float) -> "Complexion":
        """Interpolate towards another; a share of 1 gives the other."""
        mixed = [
            getattr(self, field.name) + share * (getattr(other, field.name) - getattr(self, field.name))
            for field in fields(self)
        ]
        return Complexion(*mixed)


def px_per_mm(face: TrackedFace) -> float:
    """Return the scale of a face in the image, from the distance of its eyes."""
    across = face.landmarks["left_eye_outer"] - face.landmarks["right_eye_outer"]
    return max(float(np.linalg.norm(across)) / EYES_OUTER_MM, 1e-3)


def measure(frame: Frame, face: TrackedFace, px_mm: float) -> Complexion:
    """Measure the complexion in one frame."""
    topology = face.landmarks.topology
    points = face.landmarks.points_px
    skin_indices, _ = skin_vertices(topology)
    lips = 0.5 * (points[topology.region("lips_outer")] + points[topology.region("lips_inner")])
    places = np.concatenate([points[skin_indices, :2], lips[:, :2], _iris_places(face, topology)])
    width_px = SAMPLE_BLUR_MM * px_mm
    crop = crop_around(places, int(width_px) + 2, frame)
    colors = sample_colors(frame, places, crop, max(1, round(width_px / 3.0)))
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


def chromaticity(colors: npt.NDArray[Values]) -> npt.NDArray[Values]:
    """Return (…, 2) r, g chromaticity of (…, 3) linear colours; dark ones lean to grey, as in common.glsl."""
    total = (colors[..., 0] + colors[..., 1] + colors[..., 2] + 0.03)[..., None]
    result: npt.NDArray[Values] = (colors[..., :2] + 0.01) / total
    return result


def skin_likeness(color: Array) -> float:
    """Return 1 for a (3,) linear colour with the hue of skin, 0 for a grey one."""
    hue = float(color[0] - color[2]) / float(color.sum())
    return float(np.clip((hue - NO_SKIN_HUE) / (SKIN_HUE - NO_SKIN_HUE), 0.0, 1.0))


def _mean_skin(colors: Array) -> tuple[Array, float]:
    luminance = colors @ LUMINANCE
    low, high = np.quantile(luminance, SKIN_QUANTILES)
    used = colors[(luminance >= low) & (luminance <= high)]
    skin = used.mean(axis=0)
    spread = float(np.linalg.norm(chromaticity(used) - chromaticity(skin), axis=1).mean())
    return np.maximum(skin, 1e-3), spread


def _mean_lips(colors: Array, skin: Array) -> Array:
    """(3,) mean without the darkest samples (the line between thin lips) and the brightest (teeth and glints)."""
    luminance = colors @ LUMINANCE
    low, high = np.quantile(luminance, LIP_QUANTILES)
    lips = colors[(luminance >= low) & (luminance <= high)].mean(axis=0)
    least = DARKEST_LIPS * float(skin @ LUMINANCE)
    raised: Array = lips * max(least / max(float(lips @ LUMINANCE), 1e-4), 1.0)
    return raised


def _black_level(luminance: Array) -> float:
    """Luminance of the darkest places of a picture, if it has bright ones as well."""
    dark, bright = np.quantile(luminance, (0.01, 0.95))
    contrast = float(bright) / max(float(dark), 1e-4)
    return min(float(dark), MAX_BLACK_LEVEL) * float(np.clip((contrast - 2.0) / 2.0, 0.0, 1.0))


def _colorful(pixels: npt.NDArray[np.uint8]) -> float:
    """0 for a picture of (n, 3) sRGB pixels that has light and dark but no colour, else up to 1."""
    red, green, blue = pixels.T
    highest = np.maximum(np.maximum(red, green), blue)
    chroma = highest - np.minimum(np.minimum(red, green), blue)
    colored = (float(chroma.mean()) - GREY_CHROMA) / (COLOR_CHROMA - GREY_CHROMA)
    flat = 1.0 - (float(highest.std()) - FLAT_CONTRAST) / (PHOTO_CONTRAST - FLAT_CONTRAST)
    return float(np.clip(max(colored, flat), 0.0, 1.0))


def _white(skin: Array, picture: Array) -> Array:
    """Return (3,) exposure times the light's hue, from the mean colours of skin and picture."""
    level = float(skin @ LUMINANCE)
    brightness = np.sqrt(level / USUAL_SKIN * float(picture @ LUMINANCE) / USUAL_PICTURE)
    exposure = min(1.0, float(brightness) / USUAL_EXPOSURE)
    shift = np.clip(_unit_luminance(skin) / _unit_luminance(MEAN_SKIN), 0.5, 2.0)
    of_skin = _unit_luminance(shift**HUE_PULL)
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
    """Return (k, 2) points halfway between pupil and rim; none without irises."""
    if "left_iris" not in topology.regions:
        return np.zeros((0, 2))
    places = []
    for side in ("left", "right"):
        rim = face.landmarks.region(f"{side}_iris")[:, :2]
        center = rim.mean(axis=0)
        radius = float(np.linalg.norm(rim - center, axis=1).mean())
        places.append(center + 0.68 * radius * _ring())
    return np.concatenate(places)
