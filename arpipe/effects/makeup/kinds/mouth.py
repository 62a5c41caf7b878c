"""Lipstick and whiter teeth."""

from typing import ClassVar, Literal

from pydantic import Field

from arpipe.effects.makeup.kinds.base import Makeup, MakeupParams, Share
from arpipe.effects.makeup.lips import LipLook, LipPainter
from arpipe.effects.makeup.member import Painter, Step
from arpipe.effects.makeup.teeth import TeethPainter
from arpipe.effects.params import Color, EffectParams

FINISHES: dict[str, tuple[float, float, float]] = {  # gloss, share of the lips' own highlights, metal
    "matte": (0.0, 0.12, 0.0),
    "satin": (0.16, 0.6, 0.0),
    "gloss": (1.0, 1.0, 0.0),
    "metallic": (0.35, 0.6, 0.8),
}


class LipstickParams(MakeupParams):
    """Parameters of `lipstick`.

    Attributes:
        color: Colour at the outline, or of the whole lips.
        inner_color: Colour near the mouth, for two tones; None for one.
        finish: Matte, satin, gloss or metallic.
        liner: Opacity of a pencil line along the outline.
        liner_color: Colour of the pencil; None for a darker `color`.
        liner_width: Width of the pencil line relative to the height of the lip.
        reach_mm: How far beyond the outline of the mouth a smiling lower lip is detected by its colour, mm.
    """

    color: Color = (0.64, 0.07, 0.23)
    opacity: Share = 0.8
    inner_color: Color | None = None
    finish: Literal["matte", "satin", "gloss", "metallic"] = "satin"
    liner: Share = 0.0
    liner_color: Color | None = None
    liner_width: float = Field(default=0.22, gt=0, le=0.6)
    reach_mm: float = Field(default=0.0, ge=0, le=4)


class Lipstick(Makeup[LipstickParams]):
    """Colour on the lips."""

    Params: ClassVar[type[EffectParams]] = LipstickParams
    step = Step.LIPS

    def _painter(self) -> Painter:
        params = self.params
        gloss, shine, metal = FINISHES[params.finish]
        red, green, blue = params.color
        look = LipLook(
            inner=params.inner_color or params.color,
            outer=params.color,
            opacity=params.opacity,
            gloss=gloss,
            shine=shine,
            metal=metal,
            liner=params.liner_color or (0.72 * red, 0.72 * green, 0.72 * blue),
            liner_strength=params.liner,
            liner_width=params.liner_width,
            reach_mm=params.reach_mm,
        )
        return LipPainter(look)


class TeethParams(MakeupParams):
    """Parameters of `teeth`.

    Attributes:
        opacity: How far yellow is removed.
        brighten: How far teeth are brightened.
    """

    opacity: Share = 0.6
    brighten: Share = 0.4


class Teeth(Makeup[TeethParams]):
    """Whiter teeth."""

    Params: ClassVar[type[EffectParams]] = TeethParams
    step = Step.EYES_AND_TEETH

    def _painter(self) -> Painter:
        params = self.params
        return TeethPainter(params.opacity, params.brighten)
