"""What all shaders of makeup know about a face, for both renderers."""

from arpipe.effects.makeup.coat import Value
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.smoothing import WARMER
from arpipe.render.color import LUMINANCE, chromaticity

DEPTH_PER_MM = 0.004  # of clip space; a face is about 150 mm deep


def appearance(face: MakeupFace) -> dict[str, Value]:
    """Return the values of shaders/common.glsl, and those of measured colours that some shaders add."""
    complexion = face.complexion
    return {
        "skin": [*chromaticity(complexion.skin).tolist(), float(complexion.skin @ LUMINANCE)],
        "white": complexion.white.tolist(),
        "colorful": float(complexion.colorful),
        "reach": complexion.skin_reach,
        "warmer": WARMER,
        "light": face.light.tolist(),
        "lips": complexion.lips.tolist(),
        "irises": complexion.irises.tolist(),
        "px_mm": face.px_per_mm,
    }


def depth_per_px(face: MakeupFace) -> float:
    """Return the depth in clip space of a pixel along the line of sight."""
    return DEPTH_PER_MM / face.px_per_mm
