"""Eyeshadow, eyeliner, mascara, iris colour and brows."""

from typing import ClassVar, Literal

from pydantic import Field

from arpipe.effects.makeup.brows import BrowShaper
from arpipe.effects.makeup.eyes import IrisPainter, LashPainter, LinerPainter
from arpipe.effects.makeup.kinds.base import Makeup, MakeupParams, Share
from arpipe.effects.makeup.member import Painter, Step
from arpipe.effects.makeup.pigment import Pigment
from arpipe.effects.params import Color, EffectParams

STAIN = 0.5  # of eyeshadow: lids shine through a thin powder; without it, charcoal looks teal on warm skin


class EyeshadowParams(MakeupParams):
    """Parameters of `eyeshadow`.

    Attributes:
        color: Colour on the lid.
        crease_color: Colour above the lid and around the outer corner; None for a darker `color`.
        highlight_color: Colour under the brow and in the inner corner; None for no highlight.
        crease, outer, lower: Strength relative to the lid, in the crease, the outer corner and along the lower lashes.
        shimmer: 0 is matte, 1 metallic.
    """

    color: Color = (0.55, 0.36, 0.27)
    opacity: Share = 0.6
    crease_color: Color | None = None
    highlight_color: Color | None = None
    crease: Share = 0.7
    outer: Share = 0.6
    lower: Share = 0.3
    shimmer: Share = 0.0


class Eyeshadow(Makeup[EyeshadowParams]):
    """Up to three colours around the eyes."""

    Params: ClassVar[type[EffectParams]] = EyeshadowParams

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        red, green, blue = params.color
        deep = params.crease_color or (0.72 * red, 0.66 * green, 0.66 * blue)
        zones = [
            Pigment(
                (("shadow_crease", params.crease), ("shadow_lower", params.lower)),
                params.opacity,
                deep,
                sheer=0.6,
                stain=STAIN,
                depth=0.45,
            ),
            Pigment(
                (("shadow_lid", 1.0),),
                params.opacity,
                params.color,
                sheer=0.6,
                stain=STAIN,
                depth=0.6,
                glow=0.55 * params.shimmer,
                shimmer=0.7,
            ),
            Pigment(
                (("shadow_outer", params.outer),), params.opacity, deep, sheer=0.6, stain=STAIN, depth=0.35
            ),
        ]
        if params.highlight_color is not None:
            zones.append(
                Pigment(
                    (("shadow_browbone", 1.0), ("shadow_inner", 1.0)),
                    0.5 * params.opacity,
                    params.highlight_color,
                    sheer=0.9,
                    depth=1.35,
                    glow=0.25,
                    shimmer=0.3,
                )
            )
        return tuple(zones)


class EyelinerParams(MakeupParams):
    """Parameters of `eyeliner`.

    Attributes:
        color: Colour of the line.
        thickness_mm: Thickness over the outer half of the lid, mm.
        wing_mm: Length of the wing beyond the corner of the eye, mm.
        lower: Strength of a line under the lower lashes.
    """

    color: Color = (0.06, 0.05, 0.055)
    opacity: Share = 0.9
    thickness_mm: float = Field(default=1.2, ge=0.2, le=5)
    wing_mm: float = Field(default=0.0, ge=0, le=15)
    lower: Share = 0.0


class Eyeliner(Makeup[EyelinerParams]):
    """A line along the upper lashes."""

    Params: ClassVar[type[EffectParams]] = EyelinerParams
    step = Step.LINER

    def _painter(self) -> Painter:
        params = self.params
        return LinerPainter(params.color, params.opacity, params.thickness_mm, params.wing_mm, params.lower)


class MascaraParams(MakeupParams):
    """Parameters of `mascara`.

    Attributes:
        color: Colour of the lashes.
        length_mm: Length of the longest lashes, mm.
        volume: Thickness relative to bare lashes.
        curl: 0 straight, 1 curled upwards.
        lower: Strength of the lower lashes.
    """

    color: Color = (0.05, 0.04, 0.045)
    opacity: Share = 0.85
    length_mm: float = Field(default=8.0, gt=0, le=16)
    volume: float = Field(default=1.0, gt=0, le=3)
    curl: Share = 0.6
    lower: Share = 0.5


class Mascara(Makeup[MascaraParams]):
    """Lashes, stroke by stroke."""

    Params: ClassVar[type[EffectParams]] = MascaraParams
    step = Step.LASHES

    def _painter(self) -> Painter:
        params = self.params
        return LashPainter(
            params.color, params.opacity, params.length_mm, params.volume, params.curl, params.lower
        )


class BrowsParams(MakeupParams):
    """Parameters of `brows`.

    Attributes:
        color: Colour of the hairs.
        shape: "natural" follows the person's own brow; for other shapes it is moved.
    """

    color: Color = (0.24, 0.17, 0.13)
    opacity: Share = 0.5
    shape: Literal["natural", "arched", "straight"] = "natural"


class Brows(Makeup[BrowsParams]):
    """Brows filled with fine strokes, in their own shape or in another one."""

    Params: ClassVar[type[EffectParams]] = BrowsParams
    step = Step.RESHAPING

    def _painter(self) -> Painter | None:
        shape = self.params.shape
        return None if shape == "natural" else BrowShaper(shape)

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        return (
            Pigment(((f"brow_{params.shape}", 1.0),), params.opacity, params.color, sheer=0.3, depth=0.3),
        )


class IrisColorParams(MakeupParams):
    """Parameters of `iris-color`.

    Attributes:
        color: Colour of the irises.
    """

    color: Color = (0.36, 0.53, 0.62)
    opacity: Share = 0.6


class IrisColor(Makeup[IrisColorParams]):
    """Irises of another colour; pupils and catchlights stay."""

    Params: ClassVar[type[EffectParams]] = IrisColorParams
    step = Step.EYES_AND_TEETH

    def _painter(self) -> Painter:
        params = self.params
        return IrisPainter(params.color, params.opacity)
