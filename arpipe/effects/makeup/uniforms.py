"""Uniforms that all makeup shaders share."""

import numpy as np

from arpipe.effects.makeup.face import MakeupFace
from arpipe.render.color import LUMINANCE, chromaticity
from arpipe.render.layer import Canvas
from arpipe.render.program import Program

DEPTH_PER_MM = 0.004  # of clip space; a face is about 150 mm deep
BACKDROP_UNIT = 0  # texture unit of the canvas's backdrop


def set_placement(program: Program, canvas: Canvas, face: MakeupFace) -> None:
    """Set the uniforms of place.glsl."""
    region = canvas.region
    scale = np.array([2.0 / region.width, 2.0 / region.height])
    offset = (0.5 - np.array([region.x, region.y])) * scale - 1.0
    program.set("u_clip_from_px", [*scale.tolist(), *offset.tolist()])
    program.set("u_depth", DEPTH_PER_MM / face.px_per_mm)


def set_appearance(program: Program, canvas: Canvas, face: MakeupFace) -> None:
    """Set those uniforms of common.glsl that the program uses; the backdrop is bound to `BACKDROP_UNIT`."""
    canvas.apply_matte(program, face.tracked.track_id)
    complexion = face.complexion
    values = {
        "u_skin": [*chromaticity(complexion.skin).tolist(), float(complexion.skin @ LUMINANCE)],
        "u_white": complexion.white.tolist(),
        "u_colorful": float(complexion.colorful),
        "u_reach": complexion.skin_reach,
        "u_light": face.light.tolist(),
        "u_lips": complexion.lips.tolist(),
        "u_irises": complexion.irises.tolist(),
        "u_px_mm": face.px_per_mm,
    }
    for name, value in values.items():
        if program.has(name):
            program.set(name, value)
    program.set("u_backdrop", BACKDROP_UNIT)
