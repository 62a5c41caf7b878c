"""What makeup needs to know of a person: the colours of skin, lips and irises, and the light on them."""

from dataclasses import dataclass, fields

import numpy as np

from arpipe.effects.makeup.eye_colors import eye_light, iris_places, pupil_radii, sclera_places
from arpipe.geometry.quantiles import median, quantile
from arpipe.geometry.transforms import Array
from arpipe.render.black_level import measure_black_level
from arpipe.render.color import LUMINANCE, MEAN_SKIN, chromaticity, linear_from_srgb
from arpipe.render.illuminant import colorfulness, light_hue, pictured, skin_likeness
from arpipe.render.lighting import skin_vertices
from arpipe.render.sampling import crop_around, sample_colors
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
DARKEST_EXPOSURE = 1e-3  # of a black picture
# A face in front of a window is dimmer than the picture. Blue relative to red tells fair skin in dim light, on which
# pigment would glow, from dark skin in good light.
DARK_SKIN_HUE, FAIR_SKIN_HUE = 0.28, 0.42


@dataclass(frozen=True, slots=True, eq=False)
class Complexion:
    """Linear colours of a face without makeup, as the picture shows them.

    Attributes:
        skin: (3,) mean of well-lit bare skin.
        lips: (3,) mean of the lips.
        irises: (3,) mean of both irises.
        pupils: (2,) radii of the left and the right pupil relative to their irises.
        eye_light: Light on the eyes relative to that on the face.
        spread: Mean distance of the skin samples from `skin`, in chromaticity.
        white: (3,) what a white matt surface on the face would show at usual exposure.
        black_level: Light that black shows in a hazy picture, see `arpipe.render.black_level`.
        colorful: 1 in a colour picture, 0 in a grey one, where makeup is grey, too.
    """

    skin: Array
    lips: Array
    irises: Array
    pupils: Array
    eye_light: Array
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
        return pictured(light, float(self.colorful))

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
    irises, sclera = iris_places(face), sclera_places(face)
    places = np.concatenate([points[skin_indices, :2], lips[:, :2], irises, sclera])
    width_px = SAMPLE_BLUR_MM * px_mm
    crop = crop_around(places, int(width_px) + 2, frame)
    colors = sample_colors(frame, places, crop, max(1, round(width_px / 3.0)))
    skin_colors, lip_colors, iris_colors, sclera_colors = np.split(
        colors, np.cumsum([len(skin_indices), len(lips), len(irises)])
    )
    skin, spread = _mean_skin(skin_colors)
    step = max(1, frame.height // 48)
    sampled = np.ascontiguousarray(frame.sampled(step)).reshape(-1, 3)
    picture, colorful = linear_from_srgb(sampled), colorfulness(sampled)
    white = pictured(_white(skin, picture), colorful)
    return Complexion(
        skin=skin,
        lips=_mean_lips(lip_colors, skin),
        irises=median(iris_colors.T) if len(iris_colors) else skin * 0.2,
        pupils=pupil_radii(frame, face),
        eye_light=np.array(eye_light(sclera_colors, white)),
        spread=np.array(spread),
        white=white,
        black_level=np.array(measure_black_level(frame, face.landmarks, float(skin @ LUMINANCE))),
        colorful=np.array(colorful),
    )


def _mean_skin(colors: Array) -> tuple[Array, float]:
    luminance = colors @ LUMINANCE
    low, high = (quantile(luminance, share) for share in SKIN_QUANTILES)
    used = colors[(luminance >= low) & (luminance <= high)]
    skin = used.mean(axis=0)
    spread = float(np.linalg.norm(chromaticity(used) - chromaticity(skin), axis=1).mean())
    return np.maximum(skin, 1e-3), spread


def _mean_lips(colors: Array, skin: Array) -> Array:
    """(3,) mean without the darkest samples (the line between thin lips) and the brightest (teeth and glints)."""
    luminance = colors @ LUMINANCE
    low, high = (quantile(luminance, share) for share in LIP_QUANTILES)
    lips = colors[(luminance >= low) & (luminance <= high)].mean(axis=0)
    least = DARKEST_LIPS * float(skin @ LUMINANCE)
    raised: Array = lips * max(least / max(float(lips @ LUMINANCE), 1e-4), 1.0)
    return raised


def _white(skin: Array, picture: Array) -> Array:
    """Return (3,) exposure times the light's hue, from the mean colour of the skin and (n, 3) of the picture."""
    level, of_picture = float(skin @ LUMINANCE), float(picture.mean(axis=0) @ LUMINANCE)
    brightness = np.sqrt(level / USUAL_SKIN * of_picture / USUAL_PICTURE)
    exposure = float(np.clip(brightness / USUAL_EXPOSURE, DARKEST_EXPOSURE, 1.0))
    hue = light_hue(skin, picture)
    in_white = skin / hue
    fair = (float(in_white[2] / in_white[0]) - DARK_SKIN_HUE) / (FAIR_SKIN_HUE - DARK_SKIN_HUE)
    fair = float(np.clip(fair, 0.0, 1.0)) * skin_likeness(in_white)
    exposure += fair * min(level / float(MEAN_SKIN @ LUMINANCE) - exposure, 0.0)
    white: Array = exposure * hue
    return white
